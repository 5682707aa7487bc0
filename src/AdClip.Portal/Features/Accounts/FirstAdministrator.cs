using System.Security.Cryptography;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Accounts;

/// <summary>Creates the roles and, on an empty database, the administrator "admin".</summary>
internal sealed class FirstAdministrator(
    UserManager<PortalUser> users,
    RoleManager<IdentityRole<Guid>> roles,
    DataFolder folder,
    IOptions<AccountsOptions> options,
    TimeProvider clock)
{
    public const string UserName = "admin";
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    /// <summary>Holds the first password until it is changed, so that it can be looked up on the server.</summary>
    public static string PasswordFile(DataFolder folder) => Path.Combine(folder.Root, "first-sign-in.txt");

    public async Task EnsureAsync()
    {
        foreach (var role in Roles.All)
        {
            if (!await roles.RoleExistsAsync(role))
            {
                Check(await roles.CreateAsync(new IdentityRole<Guid>(role)));
            }
        }
        if (await users.Users.AnyAsync())
        {
            return;
        }
        var password = string.IsNullOrEmpty(options.Value.FirstPassword) ? RandomNumberGenerator.GetString(Alphabet, 16) : options.Value.FirstPassword;
        var administrator = new PortalUser { UserName = UserName, DisplayName = "Administrator", CreatedAt = clock.GetUtcNow() };
        Check(await users.CreateAsync(administrator, password));
        Check(await users.AddToRoleAsync(administrator, Roles.Admin));
        var access = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            access.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        await using var file = new FileStream(PasswordFile(folder), access);
        await using var writer = new StreamWriter(file);
        await writer.WriteAsync($"{UserName}\n{password}\n");
    }

    private static void Check(IdentityResult result)
    {
        if (!result.Succeeded)
        {
            throw new InvalidOperationException($"The first account cannot be created: {string.Join(" ", result.Errors.Select(e => e.Description))}");
        }
    }
}
