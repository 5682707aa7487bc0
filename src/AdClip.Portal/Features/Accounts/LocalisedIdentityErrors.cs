using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Accounts;

/// <summary>Identity's refusals that people of this portal can meet, in their language.</summary>
internal sealed class LocalisedIdentityErrors(IStringLocalizer<AccountsText> text) : IdentityErrorDescriber
{
    public override IdentityError PasswordTooShort(int length) => Error(nameof(PasswordTooShort), length);

    public override IdentityError PasswordMismatch() => Error(nameof(PasswordMismatch));

    public override IdentityError DuplicateUserName(string userName) => Error(nameof(DuplicateUserName), userName);

    public override IdentityError InvalidUserName(string? userName) => Error(nameof(InvalidUserName), userName ?? "");

    public override IdentityError ConcurrencyFailure() => Error(nameof(ConcurrencyFailure));

    private IdentityError Error(string code, params object[] arguments) => new() { Code = code, Description = text[code, arguments] };
}
