using AdClip.Portal.Shell;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Accounts;

public static class AccountsFeature
{
    private const string CookieOrKey = "CookieOrKey";

    public static IServiceCollection AddAccounts(this IServiceCollection services)
    {
        services.AddOptions<AccountsOptions>().BindConfiguration("Accounts").ValidateOnStart();
        services.AddSingleton<IValidateOptions<AccountsOptions>, ValidateAccountsOptions>();
        services.AddOptions<SecurityStampValidatorOptions>()
            .Configure<IOptions<AccountsOptions>>((stamps, accounts) => stamps.ValidationInterval = accounts.Value.SignInCheckInterval);
        services.AddScoped<AuthenticationStateProvider, SignInCheck>();
        services.AddAuthentication(CookieOrKey)
            .AddPolicyScheme(CookieOrKey, displayName: null, options => options.ForwardDefaultSelector = http =>
                http.Request.Headers.ContainsKey(RequireAntiforgery.ApiKeyHeader) ? ApiKeyAuthentication.SchemeName : IdentityConstants.ApplicationScheme)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, configureOptions: null)
            .AddIdentityCookies();
        services.ConfigureApplicationCookie(options =>
        {
            options.Cookie.Name = "adclip.session";
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.LoginPath = PortalUrls.SignInRoute;
            options.AccessDeniedPath = "/not-found";
            options.ReturnUrlParameter = "returnUrl";
            options.ExpireTimeSpan = TimeSpan.FromDays(14);
            options.Events.OnRedirectToLogin = context => AnswerApiOrRedirect(context, StatusCodes.Status401Unauthorized);
            options.Events.OnRedirectToAccessDenied = context => AnswerApiOrRedirect(context, StatusCodes.Status403Forbidden);
        });
        services.AddIdentityCore<PortalUser>(options =>
            {
                options.Password.RequiredLength = 10;
                options.Password.RequireNonAlphanumeric = false;
                options.Password.RequireUppercase = false;
                options.Password.RequireDigit = false;
                options.Password.RequireLowercase = false;
                options.Lockout.MaxFailedAccessAttempts = 10;
                options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
            })
            .AddRoles<IdentityRole<Guid>>()
            .AddEntityFrameworkStores<PortalDb>()
            .AddSignInManager()
            .AddErrorDescriber<LocalisedIdentityErrors>();
        services.AddScoped<FirstAdministrator>();
        services.AddTransient<UsersState>();
        services.AddTransient<AccountState>();
        return services;
    }

    /// <summary>Creates the roles and the first administrator. Runs before any request.</summary>
    public static async Task PrepareAccountsAsync(this IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<FirstAdministrator>().EnsureAsync();
    }

    public static void MapAccounts(this WebApplication app) =>
        app.MapGet(PortalUrls.SignOutRoute, async (SignInManager<PortalUser> signIn) =>
        {
            await signIn.SignOutAsync();
            return Results.LocalRedirect(PortalUrls.SignInRoute);
        }).ExcludeFromDescription();

    private static Task AnswerApiOrRedirect(RedirectContext<Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationOptions> context, int status)
    {
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            context.Response.StatusCode = status;
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }
        return Task.CompletedTask;
    }
}
