using AdClip.Portal.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Accounts;

/// <summary>What a person can do with their own account: change the password, make and revoke API keys.</summary>
public sealed class AccountState(IServiceScopeFactory scopes, IDbContextFactory<PortalDb> dbs, DataFolder folder, TimeProvider clock)
{
    /// <summary>Newest first; null until loaded.</summary>
    public IReadOnlyList<ApiKey>? Keys { get; private set; }

    public async Task LoadAsync(Guid userId)
    {
        await using var db = await dbs.CreateDbContextAsync();
        Keys = await db.Set<ApiKey>().Where(key => key.UserId == userId && key.RevokedAt == null).OrderByDescending(key => key.CreatedAt).ToListAsync();
    }

    /// <summary>Null when it worked, else the reasons.</summary>
    public async Task<string?> ChangePasswordAsync(Guid userId, string current, string next)
    {
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<PortalUser>>();
        var user = await users.FindByIdAsync(userId.ToString()) ?? throw new InvalidOperationException($"There is no user {userId}.");
        var result = await users.ChangePasswordAsync(user, current, next);
        if (result.Succeeded && user.UserName == FirstAdministrator.UserName)
        {
            File.Delete(FirstAdministrator.PasswordFile(folder));
        }
        return result.Succeeded ? null : string.Join(" ", result.Errors.Select(error => error.Description));
    }

    /// <summary>Returns the key itself, which is shown once and cannot be read again.</summary>
    public async Task<string> CreateKeyAsync(Guid userId, string name)
    {
        var key = ApiKey.NewKey();
        await using var db = await dbs.CreateDbContextAsync();
        db.Add(new ApiKey { UserId = userId, Name = name.Trim(), KeyHash = ApiKey.Hash(key), CreatedAt = clock.GetUtcNow() });
        await db.SaveChangesAsync();
        await LoadAsync(userId);
        return key;
    }

    public async Task RevokeKeyAsync(Guid userId, Guid keyId)
    {
        await using var db = await dbs.CreateDbContextAsync();
        await db.Set<ApiKey>()
            .Where(key => key.Id == keyId && key.UserId == userId)
            .ExecuteUpdateAsync(set => set.SetProperty(key => key.RevokedAt, clock.GetUtcNow()));
        await LoadAsync(userId);
    }
}
