namespace AdClip.Portal.Features.Accounts;

/// <summary>Names the texts of this feature: AccountsText.resx and AccountsText.ko.resx.</summary>
public sealed class AccountsText;
