using System.Globalization;
using System.Threading.RateLimiting;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Shell.Charts;
using AdClip.Portal.Shell.Refusals;
using Microsoft.AspNetCore.Localization;
using MudBlazor;
using MudBlazor.Services;

namespace AdClip.Portal.Shell;

public static class ShellFeature
{
    /// <summary>Name of the rate limit of sign-in: attempts of one address in a minute.</summary>
    public const string SignInRateLimit = "sign-in";

    private const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; "
        + "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static IServiceCollection AddShell(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddMudServices(options => options.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight);
        services.AddLocalization();
        services.AddTransient<MudLocalizer, MudTextLocalizer>();
        services.AddCascadingAuthenticationState();
        services.AddTransient<ShellInterop>();
        services.AddScoped<ChartInterop>();
        services.AddProblemDetails();
        services.AddExceptionHandler<RefusalHandler>();
        services.AddAntiforgery(options => options.HeaderName = "X-Antiforgery");
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Label, policy => policy.RequireRole(Roles.Annotator, Roles.QaLead, Roles.Admin))
            .AddPolicy(Policies.Run, policy => policy.RequireRole(Roles.QaLead, Roles.Admin))
            .AddPolicy(Policies.Administer, policy => policy.RequireRole(Roles.Admin));
        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.AddPolicy(SignInRateLimit, http => RateLimitPartition.GetFixedWindowLimiter(
                AddressOf(http),
                _ => new FixedWindowRateLimiterOptions { PermitLimit = 60, Window = TimeSpan.FromMinutes(1) }));
        });
        services.AddSingleton<ApiKeyGuessLimit>();
        // A malformed request is answered 400 in development too, instead of as a fault.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = false);
        services.AddOpenApi("v1");
        services.AddSingleton(TimeProvider.System);
        return services;
    }

    public static WebApplication UseShell(this WebApplication app)
    {
        app.UseRequestLocalization(options =>
        {
            options.DefaultRequestCulture = new RequestCulture(SupportedCultures.All[0]);
            options.SupportedCultures = [.. SupportedCultures.All];
            options.SupportedUICultures = [.. SupportedCultures.All];
            // The browser's preference counts only until somebody chooses; what the portal does not speak becomes Korean.
            options.RequestCultureProviders = [new CookieRequestCultureProvider(), new AcceptLanguageHeaderRequestCultureProvider()];
        });
        app.Use(AddSecurityHeaders);
        app.UseExceptionHandler();
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.Use(AnswerApiErrorsAsProblems);
        app.Use(app.Services.GetRequiredService<ApiKeyGuessLimit>().InvokeAsync);
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter();
        app.UseAntiforgery();
        return app;
    }

    public static WebApplication MapShell(this WebApplication app)
    {
        app.MapStaticAssets();
        app.MapOpenApi();
        app.MapGet("/culture", ChooseCulture).ExcludeFromDescription();
        app.MapGet("/health/live", () => Results.Text("live")).WithTags("Health");
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
        return app;
    }

    /// <summary>The group of every HTTP endpoint: signed in by cookie (with antiforgery header) or API key.</summary>
    public static RouteGroupBuilder MapApi(this WebApplication app) =>
        app.MapGroup("/api/v1").RequireAuthorization().AddEndpointFilter(RequireAntiforgery.InvokeAsync).DisableAntiforgery();

    private static IResult ChooseCulture(string culture, string? returnUrl, HttpContext http)
    {
        if (!SupportedCultures.All.Any(c => c.Name == culture))
        {
            return Results.BadRequest($"'{culture}' is not a language of this portal; choose one of {string.Join(", ", SupportedCultures.All)}.");
        }
        http.Response.Cookies.Append(
            CookieRequestCultureProvider.DefaultCookieName,
            CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(CultureInfo.GetCultureInfo(culture))),
            new CookieOptions { MaxAge = TimeSpan.FromDays(365), IsEssential = true, SameSite = SameSiteMode.Lax, HttpOnly = true });
        return Results.LocalRedirect(LocalUrl.OrHome(returnUrl));
    }

    /// <summary>A program that calls the API gets problem+json for a bare status code, not the page that people see.</summary>
    private static async Task AnswerApiErrorsAsProblems(HttpContext http, RequestDelegate next)
    {
        await next(http);
        if (http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal)
            && http.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null, ContentLength: null })
        {
            await Results.Problem(statusCode: http.Response.StatusCode).ExecuteAsync(http);
        }
    }

    internal static string AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    /// <summary>Adds them now, so that an endpoint can set stricter ones, and again when the answer begins: an error clears what was set before.</summary>
    private static Task AddSecurityHeaders(HttpContext http, RequestDelegate next)
    {
        Add();
        http.Response.OnStarting(() =>
        {
            Add();
            return Task.CompletedTask;
        });
        return next(http);

        void Add()
        {
            var headers = http.Response.Headers;
            headers.TryAdd("Content-Security-Policy", ContentSecurityPolicy);
            headers.TryAdd("X-Content-Type-Options", "nosniff");
            headers.TryAdd("Referrer-Policy", "same-origin");
            headers.TryAdd("Cross-Origin-Opener-Policy", "same-origin");
        }
    }
}
