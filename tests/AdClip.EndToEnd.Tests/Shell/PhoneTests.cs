using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using AdClip.Testing;
using Microsoft.Playwright;

namespace AdClip.EndToEnd.Tests.Shell;

/// <summary>Every page in the window of a phone and of a small tablet, measured.</summary>
public sealed class PhoneTests(Chromium chromium, SharedPortal portal, PhoneTests.InspectedProject inspected)
    : IClassFixture<PhoneTests.InspectedProject>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(390, 844, "ko")]
    [InlineData(390, 844, "en")]
    [InlineData(820, 1180, "en")]
    public async Task Open_EveryPage_FitsTheWindow(int width, int height, string language)
    {
        var page = await chromium.SignedInAsync(portal.Process, language, width, height);

        List<string> wrong = [];
        foreach (var (url, landmark) in Pages(inspected.Project, inspected.Run, inspected.Image))
        {
            await page.GotoAsync(url);
            await page.Locator(landmark).First.WaitForAsync();
            // A bar in a card is the progress of a job, which may be another test's.
            await page.WaitForFunctionAsync(
                "() => document.fonts.status === 'loaded' && [...document.querySelectorAll('.mud-progress-linear')].every((bar) => bar.closest('.job-card'))");
            var seen = await page.EvaluateAsync<JsonElement>(
                """
                () => {
                  const box = (selector) => document.querySelector(selector)?.getBoundingClientRect();
                  const account = box(".portal-bar .mud-menu:last-of-type button") ?? box(".portal-bar .mud-menu button");
                  const view = document.querySelector(".result-view")?.getBoundingClientRect();
                  const nav = [...document.querySelectorAll(".portal-nav, .nav-sheet, .nav-scrim, .mud-overlay-drawer")]
                      .filter((each) => each.checkVisibility());
                  // A word or number of a table that stands on two lines.
                  const broken = [];
                  for (const cell of document.querySelectorAll("th, td")) {
                    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
                    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
                      for (const word of text.data.matchAll(/[^\s\u00ad-]+/gu)) {
                        const range = document.createRange();
                        range.setStart(text, word.index);
                        range.setEnd(text, word.index + word[0].length);
                        const tops = [...range.getClientRects()].filter((line) => line.width > 1).map((line) => line.top);
                        if (Math.max(...tops) - Math.min(...tops) > 4) { broken.push(word[0]); }
                      }
                    }
                  }
                  return {
                    broken,
                    overflow: Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - document.documentElement.clientWidth,
                    account: account ? [account.left, account.right, account.top, account.bottom] : null,
                    navigation: nav.length,
                    main: box("#main").left,
                    picture: view ? Math.max(0, Math.min(view.bottom, innerHeight) - Math.max(view.top, 0)) / innerHeight : null,
                  };
                }
                """);
            if (seen.GetProperty("broken").GetArrayLength() > 0)
            {
                wrong.Add($"{url}: broken in a table: {seen.GetProperty("broken")}");
            }
            if (seen.GetProperty("overflow").GetInt32() > 0)
            {
                wrong.Add($"{url}: {seen.GetProperty("overflow").GetInt32()} pixels too wide");
            }
            if (seen.GetProperty("navigation").GetInt32() > 0 || seen.GetProperty("main").GetDouble() > 0)
            {
                wrong.Add($"{url}: the navigation is open or takes room");
            }
            if (seen.GetProperty("account") is not { ValueKind: JsonValueKind.Array } account
                || account[0].GetDouble() < 0 || account[1].GetDouble() > width || account[2].GetDouble() < 0 || account[3].GetDouble() > height)
            {
                wrong.Add($"{url}: the account button is at {seen.GetProperty("account")}");
            }
            if (url.Contains("/images/", StringComparison.Ordinal)
                && !(seen.GetProperty("picture") is { ValueKind: JsonValueKind.Number } picture && picture.GetDouble() >= 0.45))
            {
                wrong.Add($"{url}: the picture has {seen.GetProperty("picture")} of the height");
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Navigation_OnAPhone_OpensOverThePageAndClosesByItself()
    {
        var page = await chromium.SignedInAsync(portal.Process, "en", 390, 844);
        await page.GotoAsync("/");
        await page.Locator(".home[data-uploads=ready]").WaitForAsync();
        var sheet = page.Locator(".nav-sheet");

        await page.ClickAsync(".nav-button-narrow");
        await sheet.GetByText("Models").ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/models$"));
        await Assertions.Expect(sheet).ToHaveCountAsync(0);

        await page.ClickAsync(".nav-button-narrow");
        await sheet.WaitForAsync();
        await page.ClickAsync(".nav-scrim", new PageClickOptions { Position = new Position { X = 370, Y = 600 } });
        await Assertions.Expect(sheet).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData(1440, 900)]
    [InlineData(390, 844)]
    public async Task Uploads_Done_AreAChipThatCoversNothing(int width, int height)
    {
        var (project, run) = (inspected.Project, inspected.Run);
        var page = await chromium.SignedInAsync(portal.Process, "en", width, height);
        await page.GotoAsync($"/projects/{project}/images");
        await page.Locator(".gallery[data-uploads=ready]").WaitForAsync();
        var chooser = await page.RunAndWaitForFileChooserAsync(() => page.ClickAsync(".page-header [data-upload=files]"));
        await chooser.SetFilesAsync([new FilePayload { Name = "notes.png", MimeType = "image/png", Buffer = "no picture"u8.ToArray() }]);

        var panel = page.Locator(".upload-panel");
        await Assertions.Expect(panel).ToHaveAttributeAsync("data-folded", "");
        await Assertions.Expect(panel.Locator("p [data-state=refused]")).ToBeVisibleAsync();
        await Assertions.Expect(panel.Locator("li")).ToBeHiddenAsync();
        await panel.Locator("h2 button").ClickAsync();
        await Assertions.Expect(panel.Locator("li[data-state=refused] bdi")).ToHaveTextAsync("notes.png");
        await panel.Locator("h2 button").ClickAsync();

        // Within the circuit the panel stays; wherever one goes, everything can be reached.
        foreach (var url in new[] { $"/projects/{project}/images", $"/projects/{project}/runs", $"/projects/{project}/runs/{run}" })
        {
            await page.EvaluateAsync("url => Blazor.navigateTo(url)", url);
            await Assertions.Expect(page).ToHaveURLAsync(new Regex($"{url}$"));
            await page.Locator(".page-header").WaitForAsync();
            await page.WaitForFunctionAsync("() => !document.querySelector('.mud-progress-linear')");
            var covered = await page.EvaluateAsync<string[]>(
                """
                () => {
                  const panel = document.querySelector(".upload-panel");
                  const things = [...document.querySelectorAll("main button, main a, .portal-bar a, .portal-bar button")]
                    .filter((each) => !panel.contains(each) && each.checkVisibility());
                  return things.filter((each) => {
                    each.scrollIntoView({ block: "nearest", inline: "nearest" });
                    const [a, b] = [each.getBoundingClientRect(), panel.getBoundingClientRect()];
                    return a.width > 0 && a.left < b.right - 1 && a.right > b.left + 1 && a.top < b.bottom - 1 && a.bottom > b.top + 1;
                  }).map((each) => each.textContent.trim() || each.outerHTML.slice(0, 80));
                }
                """);
            Assert.Empty(covered);
        }
        await panel.GetByText("Close").ClickAsync();
        await Assertions.Expect(panel).ToHaveCountAsync(0);
    }

    private static IEnumerable<(string Url, string Landmark)> Pages(Guid project, Guid run, Guid image) =>
    [
        ("/", ".project-card"),
        ("/dashboard", ".dashboard .metric-tile"),
        ("/jobs", ".job-card"),
        ("/models", ".add-model"),
        ("/admin/users", "table"),
        ("/account", ".panel"),
        ($"/projects/{project}/images", ".tile"),
        ($"/projects/{project}/label/{image}", ".labeler:not(.is-loading)"),
        ($"/projects/{project}/inspection-area", ".area-editor"),
        ($"/projects/{project}/training", ".training .panel"),
        ($"/projects/{project}/training/stages", ".stages .panel"),
        ($"/projects/{project}/runs", ".job-card"),
        ($"/projects/{project}/runs/{run}", ".result-tile"),
        ($"/projects/{project}/runs/{run}/images/{image}", ".result-pane:not([hidden]) .image-surface"),
        ($"/projects/{project}/runs/{run}/evaluation", ".evaluation .metric-tile"),
        ($"/projects/{project}/compare", ".page-header"),
        ($"/projects/{project}/dashboard", ".dashboard .metric-tile"),
        ($"/projects/{project}/export", ".export-card"),
        ($"/projects/{project}/settings", ".panel"),
    ];

    /// <summary>Some images of both kinds, inspected once; the tests only look.</summary>
    public sealed class InspectedProject(SharedPortal portal) : IAsyncLifetime
    {
        public Guid Project { get; private set; }

        public Guid Run { get; private set; }

        public Guid Image { get; private set; }

        public async ValueTask InitializeAsync()
        {
            Project = await portal.NewProjectAsync("A project with a name that is longer than the window of a phone");
            var samples = Path.Combine(SharedFolder.RepositoryRoot, "data", "samples", "brushed-steel");
            var files = Directory.EnumerateFiles(samples, "*", SearchOption.AllDirectories)
                .Where(file => Path.GetExtension(file) is ".jpg" or ".png" && !file.Contains("ground_truth", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .ToList();
            // From both ends: good ones and defective ones.
            await portal.UploadFolderAsync(Project, samples, files.Take(6).Concat(files.TakeLast(6)));
            using var started = await portal.Client.PostAsJsonAsync($"/api/v1/projects/{Project}/runs", new { }, Cancel);
            var url = started.Headers.Location!.ToString();
            Assert.Equal("succeeded", await portal.EndAsync(url));
            Run = Guid.Parse(url.Split('/')[^1]);
            var results = await portal.Client.GetFromJsonAsync<JsonElement>($"{url}/results", Cancel);
            Image = results.GetProperty("items")[0].GetProperty("imageId").GetGuid();
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
