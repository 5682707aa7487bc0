namespace AdClip.Portal.Features.Accounts;

/// <summary>How the first account is made.</summary>
public sealed class AccountsOptions
{
    /// <summary>Password of the administrator that the first start creates; a random one when empty.</summary>
    public string? FirstPassword { get; set; }
}
