using AdClip.Portal.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Accounts;

/// <summary>One line of the users page.</summary>
public sealed record UserRow(Guid Id, string UserName, string DisplayName, string Role, bool IsActive, DateTimeOffset CreatedAt);

/// <summary>What the users page shows and can do. One operation, one scope: a circuit can live for hours.</summary>
public sealed class UsersState(IServiceScopeFactory scopes, IDbContextFactory<PortalDb> dbs, TimeProvider clock)
{
    /// <summary>By name; null until loaded.</summary>
    public IReadOnlyList<UserRow>? Users { get; private set; }

    public async Task LoadAsync()
    {
        await using var db = await dbs.CreateDbContextAsync();
        Users = await db.Users
            .OrderBy(user => user.UserName)
            .Select(user => new UserRow(
                user.Id,
                user.UserName!,
                user.DisplayName,
                db.UserRoles.Where(link => link.UserId == user.Id)
                    .Join(db.Roles, link => link.RoleId, role => role.Id, (_, role) => role.Name!)
                    .FirstOrDefault()
                    ?? "",
                user.IsActive,
                user.CreatedAt))
            .ToListAsync();
    }

    /// <summary>Null when it worked, else the reasons.</summary>
    public Task<string?> CreateAsync(string userName, string displayName, string role, string password) => WithUsersAsync(async users =>
    {
        var user = new PortalUser { UserName = userName.Trim(), DisplayName = displayName.Trim(), CreatedAt = clock.GetUtcNow() };
        var created = await users.CreateAsync(user, password);
        return created.Succeeded ? await users.AddToRoleAsync(user, role) : created;
    });

    public Task<string?> SetRoleAsync(Guid userId, string role) => WithUserAsync(userId, async (users, user) =>
    {
        await users.RemoveFromRolesAsync(user, await users.GetRolesAsync(user));
        await users.AddToRoleAsync(user, role);
        return await users.UpdateSecurityStampAsync(user);
    });

    public Task<string?> SetActiveAsync(Guid userId, bool isActive) => WithUserAsync(userId, async (users, user) =>
    {
        user.IsActive = isActive;
        return await users.UpdateSecurityStampAsync(user);
    });

    public Task<string?> SetPasswordAsync(Guid userId, string password) => WithUserAsync(userId, async (users, user) =>
    {
        foreach (var validator in users.PasswordValidators)
        {
            var valid = await validator.ValidateAsync(users, user, password);
            if (!valid.Succeeded)
            {
                return valid;
            }
        }
        await users.RemovePasswordAsync(user);
        return await users.AddPasswordAsync(user, password);
    });

    private Task<string?> WithUserAsync(Guid userId, Func<UserManager<PortalUser>, PortalUser, Task<IdentityResult>> change) =>
        WithUsersAsync(async users => await change(users, await users.FindByIdAsync(userId.ToString())
            ?? throw new InvalidOperationException($"There is no user {userId}.")));

    private async Task<string?> WithUsersAsync(Func<UserManager<PortalUser>, Task<IdentityResult>> change)
    {
        await using var scope = scopes.CreateAsyncScope();
        var result = await change(scope.ServiceProvider.GetRequiredService<UserManager<PortalUser>>());
        await LoadAsync();
        return result.Succeeded ? null : string.Join(" ", result.Errors.Select(error => error.Description));
    }
}
