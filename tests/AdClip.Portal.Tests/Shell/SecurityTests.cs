using System.Collections.Concurrent;
using System.Net;
using System.Security.Claims;
using AdClip.Portal.Features.Accounts;
using AdClip.Portal.Shell;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Portal.Tests.Features.Images;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Tests.Shell;

/// <summary>What keeps others out: headers, limits, redirects, and accounts that end.</summary>
public sealed class SecurityTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Deactivate_User_KeysStopAtOnceCookiesAndPagesSoon()
    {
        await using var portal = new PortalHost(settings: new Dictionary<string, string> { ["Accounts:SignInCheckSeconds"] = "1" });
        using var browser = await portal.BrowserAsync();
        var adminId = await portal.AdminIdAsync();
        using var machine = portal.CreateClient();
        machine.DefaultRequestHeaders.Add("X-Api-Key", await portal.Services.GetRequiredService<AccountState>().CreateKeyAsync(adminId, "line 1"));
        await using var circuit = portal.Services.CreateAsyncScope();
        var pages = circuit.ServiceProvider.GetRequiredService<AuthenticationStateProvider>();
        var principal = await circuit.ServiceProvider.GetRequiredService<IUserClaimsPrincipalFactory<PortalUser>>()
            .CreateAsync((await circuit.ServiceProvider.GetRequiredService<UserManager<PortalUser>>().FindByIdAsync(adminId.ToString()))!);
        ((ServerAuthenticationStateProvider)pages)
            .SetAuthenticationState(Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity(principal.Claims, "cookie")))));
        var signedOut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pages.AuthenticationStateChanged += async state =>
        {
            if ((await state).User.Identity?.IsAuthenticated != true)
            {
                signedOut.TrySetResult();
            }
        };
        await Task.Delay(TimeSpan.FromSeconds(2.2), Cancel);
        Assert.False(signedOut.Task.IsCompleted);
        Assert.Equal(HttpStatusCode.OK, (await machine.GetAsync("/api/v1/projects", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/v1/projects", Cancel)).StatusCode);

        await portal.Services.GetRequiredService<UsersState>().SetActiveAsync(adminId, isActive: false);

        Assert.Equal(HttpStatusCode.Unauthorized, (await machine.GetAsync("/api/v1/projects", Cancel)).StatusCode);
        await signedOut.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancel);
        await Task.Delay(TimeSpan.FromSeconds(2.2), Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/v1/projects", Cancel)).StatusCode);
    }

    [Fact]
    public async Task SignInCheck_NothingSet_IsAMinute()
    {
        var portal = shared.Host;
        Assert.Equal(TimeSpan.FromMinutes(1), portal.Services.GetRequiredService<IOptions<SecurityStampValidatorOptions>>().Value.ValidationInterval);
    }

    [Fact]
    public async Task SignIn_AnyReturnUrl_LeadsIntoThePortal()
    {
        await using var portal = new PortalHost();
        foreach (var (returnUrl, target) in new[]
        {
            ("/account", "/account"), ("https://evil.example/", "/"), ("//evil.example/", "/"),
            ("/\\evil.example/", "/"), ("/\t/evil.example/", "/"), ("javascript:alert(1)", "/"),
        })
        {
            using var browser = portal.CreateClient(new() { AllowAutoRedirect = false, HandleCookies = true });
            using var answer = await PortalHost.SignInAsync(browser, $"{PortalUrls.SignInRoute}?returnUrl={Uri.EscapeDataString(returnUrl)}");
            var location = new Uri(new Uri("http://localhost/"), answer.Headers.Location!);
            Assert.Equal((target, "localhost", "http"), (location.AbsolutePath, location.Host, location.Scheme));
        }
    }

    [Fact]
    public async Task Answers_OfEveryKind_CarryTheSecurityHeaders()
    {
        var portal = shared.Host;
        using var client = await portal.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var imageId = (await Upload.SendAsync(client, project.Id, ("강판 1.bmp", Upload.Picture(1)))).Files[0].ImageId!.Value;
        foreach (var url in new[]
        {
            "/sign-in", "/nowhere", "/portal.css", "/api/v1/projects", "/api/v1/nowhere",
            $"/api/v1/projects/{project.Id}/images?limit=0", $"/api/v1/images/{imageId}/original",
        })
        {
            using var answer = await client.GetAsync(url, Cancel);
            AssertHeaders(url, answer);
        }
        // A refused input goes through the exception handler, which clears the headers.
        using var matched = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/images/{imageId}/annotations")
        {
            Content = new StringContent("{", null, "application/json"),
            Headers = { { "If-Match", "\"0\"" } },
        };
        using var unreadable = await client.SendAsync(matched, Cancel);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, unreadable.StatusCode);
        AssertHeaders("unreadable", unreadable);

        using var shown = await client.GetAsync($"/api/v1/images/{imageId}/original", Cancel);
        using var saved = await client.GetAsync($"/api/v1/images/{imageId}/original?download=true", Cancel);
        Assert.Equal(
            ("inline", "강판 1.bmp"), (shown.Content.Headers.ContentDisposition!.DispositionType, shown.Content.Headers.ContentDisposition.FileNameStar));
        Assert.Equal("attachment", saved.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Contains("sandbox", shown.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        foreach (var export in new[] { "json", "csv" })
        {
            using var answer = await client.GetAsync($"/api/v1/projects/{project.Id}/annotations.{export}", Cancel);
            Assert.Equal("attachment", answer.Content.Headers.ContentDisposition!.DispositionType);
        }
    }

    [Fact]
    public async Task SignIn_TooOftenFromOneAddress_Answers429()
    {
        await using var portal = new PortalHost();
        using var client = portal.CreateClient();
        var codes = new List<HttpStatusCode>();
        for (var attempt = 0; attempt < 61; attempt++)
        {
            using var answer = await client.GetAsync("/sign-in", Cancel);
            codes.Add(answer.StatusCode);
        }
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.TooManyRequests), (codes[0], codes[^1]));
    }

    [Fact]
    public async Task Api_TooManyWrongKeysFromOneAddress_Answers429()
    {
        await using var portal = new PortalHost();
        using var client = portal.CreateClient();
        client.DefaultRequestHeaders.Add("X-Api-Key", "adclip_wrong");
        for (var attempt = 0; attempt < ApiKeyGuessLimit.MostWrongKeys; attempt++)
        {
            using var wrong = await client.GetAsync("/api/v1/projects", Cancel);
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }
        using var answer = await client.GetAsync("/api/v1/projects", Cancel);
        Assert.Equal((HttpStatusCode.TooManyRequests, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        using var browser = await portal.BrowserAsync();
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/v1/projects", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Secrets_EverythingLogged_AreNeitherInTheLogNorReadableInTheDatabase()
    {
        var log = new LineLog();
        await using var portal = new PortalHost(
            configure: services => services.AddLogging(logging => logging.ClearProviders().AddProvider(log)),
            settings: new Dictionary<string, string>
            {
                ["Logging:LogLevel:Default"] = "Trace",
                ["Logging:LogLevel:Microsoft.AspNetCore"] = "Trace",
                ["Logging:LogLevel:Microsoft.EntityFrameworkCore"] = "Trace",
            });
        using var browser = await portal.BrowserAsync();
        var key = await portal.Services.GetRequiredService<AccountState>().CreateKeyAsync(await portal.AdminIdAsync(), "line 1");
        using var machine = portal.CreateClient();
        machine.DefaultRequestHeaders.Add("X-Api-Key", key);
        (await machine.GetAsync("/api/v1/projects", Cancel)).EnsureSuccessStatusCode();

        Assert.True(log.Lines.Count > 100);
        Assert.DoesNotContain(
            log.Lines, line => line.Contains(PortalHost.AdminPassword, StringComparison.Ordinal) || line.Contains(key, StringComparison.Ordinal));
        await using var db = await portal.DbAsync();
        var stored = await db.Set<ApiKey>().SingleAsync(Cancel);
        Assert.Equal(64, stored.KeyHash.Length);
        Assert.DoesNotContain(stored.KeyHash, key, StringComparison.Ordinal);
        Assert.DoesNotContain(PortalHost.AdminPassword, (await db.Users.SingleAsync(Cancel)).PasswordHash!, StringComparison.Ordinal);
    }

    private static void AssertHeaders(string url, HttpResponseMessage answer)
    {
        foreach (var name in new[] { "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy" })
        {
            Assert.True(answer.Headers.Contains(name), $"{url} answered {(int)answer.StatusCode} without {name}");
        }
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
    }

    private sealed class LineLog : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = [];

        public ConcurrentQueue<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue(formatter(state, exception) + exception);

        public void Dispose()
        {
            // Keeps nothing open.
        }
    }
}
