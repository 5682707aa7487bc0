using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(AdClip.EndToEnd.Tests.Chromium))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace AdClip.EndToEnd.Tests;

/// <summary>One headless Chromium for all browser tests; each test opens a window of its own.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        var path = Environment.GetEnvironmentVariable("ADCLIP_CHROMIUM") ?? Places.FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                "Chromium is not installed. Run: apt-get install chromium fonts-noto-cjk, or set ADCLIP_CHROMIUM to its path.");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = path, Args = Arguments });
    }

    /// <summary>A window with its own cookies and storage.</summary>
    /// <param name="address">Base address of the portal.</param>
    /// <param name="language">"ko" or "en".</param>
    public async Task<IPage> OpenAsync(Uri address, string language = "en", int width = 1440, int height = 900)
    {
        ArgumentNullException.ThrowIfNull(address);
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.ToString(),
            Locale = language == "ko" ? "ko-KR" : "en-US",
            ViewportSize = new ViewportSize { Width = width, Height = height },
            AcceptDownloads = true,
        });
        context.SetDefaultTimeout(20_000);
        return await context.NewPageAsync();
    }

    /// <summary>A window in which the first administrator has signed in.</summary>
    public async Task<IPage> SignInAsync(Uri address, string password, string language = "en", int width = 1440, int height = 900)
    {
        var page = await OpenAsync(address, language, width, height);
        await page.GotoAsync("/sign-in");
        await page.FillAsync("#user", "admin");
        await page.FillAsync("#password", password);
        await page.ClickAsync("button[type=submit]");
        await page.WaitForURLAsync(url => !url.Contains("sign-in", StringComparison.Ordinal));
        return page;
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
