using Microsoft.AspNetCore.Identity;

namespace AdClip.Portal.Storage;

/// <summary>A person who signs in. Stored here, not in Accounts, because Identity's tables are the database's base class.</summary>
public sealed class PortalUser : IdentityUser<Guid>
{
    /// <summary>Shown beside what the person made.</summary>
    public string DisplayName { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>False: may not sign in any more; what they made stays.</summary>
    public bool IsActive { get; set; } = true;
}
