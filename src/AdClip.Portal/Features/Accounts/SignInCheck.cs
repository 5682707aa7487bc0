using AdClip.Portal.Storage;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Accounts;

/// <summary>Signs an open page out soon after its user was deactivated or got another role or password; a circuit can live for hours.</summary>
internal sealed class SignInCheck(ILoggerFactory logs, IServiceScopeFactory scopes, IOptions<AccountsOptions> options)
    : RevalidatingServerAuthenticationStateProvider(logs)
{
    protected override TimeSpan RevalidationInterval => options.Value.SignInCheckInterval;

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        // A scope of its own: the circuit's has the user as it was when the page was opened.
        await using var scope = scopes.CreateAsyncScope();
        var signIn = scope.ServiceProvider.GetRequiredService<SignInManager<PortalUser>>();
        return await signIn.ValidateSecurityStampAsync(authenticationState.User) is { IsActive: true };
    }
}
