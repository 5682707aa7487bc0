using System.Text.Encodings.Web;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Accounts;

/// <summary>Signs a request in by its X-Api-Key header.</summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logs,
    UrlEncoder encoder,
    IDbContextFactory<PortalDb> dbs,
    IUserClaimsPrincipalFactory<PortalUser> principals)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public const string SchemeName = "ApiKey";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers[RequireAntiforgery.ApiKeyHeader].ToString() is not { Length: > 0 } key)
        {
            return AuthenticateResult.NoResult();
        }
        var hash = ApiKey.Hash(key);
        await using var db = await dbs.CreateDbContextAsync(Context.RequestAborted);
        var user = await db.Set<ApiKey>()
            .Where(k => k.KeyHash == hash && k.RevokedAt == null)
            .Join(db.Users.Where(u => u.IsActive), k => k.UserId, u => u.Id, (_, u) => u)
            .SingleOrDefaultAsync(Context.RequestAborted);
        return user is null
            ? AuthenticateResult.Fail("The API key is unknown or was revoked.")
            : AuthenticateResult.Success(new AuthenticationTicket(await principals.CreateAsync(user), SchemeName));
    }
}
