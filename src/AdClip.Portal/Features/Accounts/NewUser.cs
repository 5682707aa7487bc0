namespace AdClip.Portal.Features.Accounts;

/// <summary>What an administrator enters for a new account.</summary>
public sealed record NewUser(string UserName, string DisplayName, string Role, string Password);
