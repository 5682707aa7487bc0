using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Accounts;

/// <summary>How the first account is made, and how soon a change of an account takes effect.</summary>
public sealed class AccountsOptions
{
    /// <summary>Password of the administrator that the first start creates; a random one when empty.</summary>
    public string? FirstPassword { get; set; }

    /// <summary>Within how many seconds cookies and open pages of a deactivated user stop working; API keys stop at once.</summary>
    public int SignInCheckSeconds { get; set; } = 60;

    internal TimeSpan SignInCheckInterval => TimeSpan.FromSeconds(SignInCheckSeconds);
}

internal sealed class ValidateAccountsOptions : IValidateOptions<AccountsOptions>
{
    public ValidateOptionsResult Validate(string? name, AccountsOptions options) =>
        options.SignInCheckSeconds is >= 1 and <= 3600
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Accounts:SignInCheckSeconds is {options.SignInCheckSeconds}; give a number from 1 to 3600.");
}
