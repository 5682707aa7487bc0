using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(AdClip.EndToEnd.Tests.Chromium))]
[assembly: AdClip.EndToEnd.Tests.ClosesWindows]
// Two at a time: a browser test waits most of its time, for the page or for the portal.
[assembly: Parallelization(Mode = Xunit.Sdk.ParallelMode.Collections, MaxThreads = 2)]

namespace AdClip.EndToEnd.Tests;

/// <summary>One headless Chromium for all browser tests; each test opens a window of its own.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    ];

    private static readonly ConcurrentDictionary<string, ConcurrentBag<IBrowserContext>> Windows = new();

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        var path = Environment.GetEnvironmentVariable("ADCLIP_CHROMIUM") ?? Places.FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                "Chromium is not installed. Run: apt-get install chromium fonts-noto-cjk, or set ADCLIP_CHROMIUM to its path.");
        Assertions.SetDefaultExpectTimeout(15_000);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = path, Args = Arguments });
    }

    /// <summary>A window with its own cookies and storage.</summary>
    /// <param name="language">"ko" or "en".</param>
    public async Task<IPage> OpenAsync(PortalProcess portal, string language = "en", int width = 1440, int height = 900)
    {
        ArgumentNullException.ThrowIfNull(portal);
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = portal.Url,
            Locale = language == "ko" ? "ko-KR" : "en-US",
            ViewportSize = new ViewportSize { Width = width, Height = height },
            AcceptDownloads = true,
            // Drawing movements for nobody takes a good part of the processors here.
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(30_000);
        Windows.GetOrAdd(TestContext.Current.Test!.UniqueID, _ => []).Add(context);
        return await context.NewPageAsync();
    }

    /// <summary>An empty window in which the first administrator is signed in already; <see cref="FillSignInAsync"/> does it by the form.</summary>
    public async Task<IPage> SignedInAsync(PortalProcess portal, string language = "en", int width = 1440, int height = 900)
    {
        var page = await OpenAsync(portal, language, width, height);
        await page.Context.AddCookiesAsync(
            (await portal.CookiesAsync(TestContext.Current.CancellationToken)).Select(cookie => new Cookie
            {
                Name = cookie.Name,
                Value = cookie.Value,
                Domain = cookie.Domain,
                Path = cookie.Path,
                HttpOnly = cookie.HttpOnly,
            }));
        return page;
    }

    /// <summary>Fills the sign-in form in as people do, and waits until it has led into the portal.</summary>
    public static async Task FillSignInAsync(IPage page, string user, string password)
    {
        ArgumentNullException.ThrowIfNull(page);
        await page.GotoAsync("/sign-in");
        await page.FillAsync("#user", user);
        await page.FillAsync("#password", password);
        await page.ClickAsync("button[type=submit]");
        await Assertions.Expect(page).Not.ToHaveURLAsync(new Regex("sign-in"));
        await page.WaitForLoadStateAsync();
    }

    /// <summary>Ends the page as a crash does: none of its handlers runs any more, and what it was sending is not sent on.</summary>
    public static async Task CrashAsync(IPage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        var crashed = new TaskCompletionSource();
        page.Crash += (_, _) => crashed.TrySetResult();
        var session = await page.Context.NewCDPSessionAsync(page);
        // It gives no answer any more.
        _ = session.SendAsync("Page.crash").ContinueWith(never => never.Exception, TaskScheduler.Default);
        await crashed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    /// <summary>Closes what a test opened: a window left open goes on asking its portal, also when that is gone.</summary>
    internal static async Task CloseAsync(string testId)
    {
        if (Windows.TryRemove(testId, out var windows))
        {
            foreach (var window in windows)
            {
                await window.CloseAsync();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
        _playwright?.Dispose();
    }
}

/// <summary>After each test its windows are closed.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class ClosesWindowsAttribute : BeforeAfterTestAttribute
{
    /// <summary>There is no asynchronous way; the browser answers within milliseconds.</summary>
    public override void After(MethodInfo methodUnderTest, IXunitTest test) => Task.Run(() => Chromium.CloseAsync(test.UniqueID)).GetAwaiter().GetResult();
}
