using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using AdClip.Testing;
using Microsoft.Playwright;

namespace AdClip.EndToEnd.Tests.Features.Dashboard;

/// <summary>From the home page to heatmaps: what is dropped there becomes a project, an upload and a run.</summary>
public sealed partial class HomeDropTests(Chromium chromium)
{
    private const int Tiles = 40;
    private static readonly string[] Defects = ["blowhole", "break", "crack", "fray", "uneven"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Drop_FolderOfTiles_HeatmapsAfterOneAction()
    {
        using var folder = new TileFolder("magnetic tiles", Tiles);
        await using var portal = new PortalProcess();
        await portal.StartAsync(Cancel);
        using var client = await portal.SignInAsync(Cancel);
        var page = await OpenHomeAsync(portal);

        await DropAsync(page, folder.Path);

        await SeeHeatmapsAsync(page);
        Assert.InRange(await ActionsAsync(page), 1, 2);
        var project = Assert.Single(await ProjectsAsync(client));
        Assert.Equal("magnetic tiles", project.GetProperty("name").GetString());
        // The labels came with the folders; images of a folder test are kept for judging, so nothing is compared with them.
        var run = Assert.Single(await RunsAsync(client, project));
        Assert.Equal((Tiles, "none"), (run.GetProperty("total").GetInt32(), run.GetProperty("references").GetString()));

        // The same folder again: another project, and nobody is left in the dark about its name.
        await page.GotoAsync("/");
        await page.Locator(".home[data-uploads=ready]").WaitForAsync();
        await DropAsync(page, folder.Path);
        await SeeHeatmapsAsync(page);
        Assert.Equal(["magnetic tiles 2", "magnetic tiles"], (await ProjectsAsync(client)).Select(one => one.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Choose_FolderWithTheButton_HeatmapsAfterTwoActions()
    {
        using var folder = new TileFolder("lot 7", Tiles);
        await using var portal = new PortalProcess();
        await portal.StartAsync(Cancel);
        var page = await OpenHomeAsync(portal);

        var chooser = await page.RunAndWaitForFileChooserAsync(() => page.ClickAsync(".home-drop [data-upload=folder]"));
        await chooser.SetFilesAsync(folder.Path);

        await SeeHeatmapsAsync(page);
        Assert.Equal(2, await ActionsAsync(page));
    }

    [Fact]
    public async Task Drop_ManyTiles_FirstHeatmapsShowWhileTheRunGoesOn()
    {
        using var folder = new TileFolder("all tiles", int.MaxValue);
        // One image in flight, and nothing kept, so that the run lasts long enough to be watched.
        await using var portal = new PortalProcess("--Runs:ImagesInFlight=1", "--Storage:TokenCacheMebibytes=0");
        await portal.StartAsync(Cancel);
        using var client = await portal.SignInAsync(Cancel);
        var page = await OpenHomeAsync(portal);

        await DropAsync(page, folder.Path);

        await page.WaitForFunctionAsync(
            "() => [...document.querySelectorAll('.result-tile-heatmap')].some((map) => map.complete && map.naturalWidth > 0)",
            null,
            new PageWaitForFunctionOptions { Timeout = 120_000 });
        var run = Assert.Single(await RunsAsync(client, Assert.Single(await ProjectsAsync(client))));
        Assert.Equal("running", run.GetProperty("state").GetString());
        var first = await page.Locator(".result-tile").CountAsync();
        // The list grows by itself, without an action.
        await page.WaitForFunctionAsync("first => document.querySelectorAll('.result-tile').length > first", first);
        Assert.Equal(1, await ActionsAsync(page));
    }

    [Fact]
    public async Task Drop_NothingThatIsAnImage_IsSaidAndLeavesNoProject()
    {
        using var folder = new TileFolder("notes", 0);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "read me.txt"), "no picture", Cancel);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "broken.png"), "no picture either", Cancel);
        await using var portal = new PortalProcess();
        await portal.StartAsync(Cancel);
        using var client = await portal.SignInAsync(Cancel);
        var page = await OpenHomeAsync(portal);

        await DropAsync(page, folder.Path);

        var card = page.Locator(".first-look[data-stage=nothing]");
        await card.WaitForAsync();
        await Assertions.Expect(card.Locator("li")).ToHaveCountAsync(2);
        await Assertions.Expect(card).ToContainTextAsync("broken.png");
        await page.WaitForFunctionAsync("() => document.querySelectorAll('.project-card').length === 0");
        Assert.Empty(await ProjectsAsync(client));
        await card.GetByText("Close").ClickAsync();
        await Assertions.Expect(page.Locator(".first-look")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Leave_WhileItUploads_GoesOnAndOffersTheResults()
    {
        using var folder = new TileFolder("lot 8", Tiles);
        await using var portal = new PortalProcess();
        await portal.StartAsync(Cancel);
        using var client = await portal.SignInAsync(Cancel);
        var page = await OpenHomeAsync(portal);
        // Every upload waits until the page was left.
        var left = new TaskCompletionSource();
        await page.RouteAsync("**/images", async route =>
        {
            await left.Task;
            await route.ContinueAsync();
        });

        await DropAsync(page, folder.Path);
        await page.Locator(".first-look[data-stage=sending]").WaitForAsync();
        await page.ClickAsync(".portal-nav a[href='/jobs']");
        await page.Locator(".job-filter").First.WaitForAsync();
        left.SetResult();

        // Nobody is torn away from where they are; the chip leads on.
        var results = page.Locator(".upload-panel a");
        await results.WaitForAsync(new LocatorWaitForOptions { Timeout = 60_000 });
        Assert.EndsWith("/jobs", page.Url, StringComparison.Ordinal);
        await results.ClickAsync();
        await SeeHeatmapsAsync(page);
        Assert.Single(await RunsAsync(client, Assert.Single(await ProjectsAsync(client))));
    }

    [Fact]
    public async Task Open_AsAnAnnotator_OffersNoDrop()
    {
        await using var portal = new PortalProcess();
        await portal.StartAsync(Cancel);
        var admin = await chromium.SignInAsync(new Uri(portal.Url), PortalProcess.AdminPassword);
        await admin.Locator(".home[data-uploads=ready]").WaitForAsync();
        await admin.GotoAsync("/admin/users");
        await admin.GetByRole(AriaRole.Button, new() { Name = "New user" }).First.ClickAsync();
        var dialog = admin.GetByRole(AriaRole.Dialog);
        await dialog.Locator("input").Nth(0).FillAsync("anna");
        await dialog.Locator("input").Nth(1).FillAsync("Anna");
        await dialog.Locator("input[type=password]").First.FillAsync("a-long-password");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await admin.GetByText("Anna").First.WaitForAsync();

        var page = await chromium.OpenAsync(new Uri(portal.Url));
        await page.GotoAsync("/sign-in");
        await page.FillAsync("#user", "anna");
        await page.FillAsync("#password", "a-long-password");
        await page.ClickAsync("button[type=submit]");
        await page.GetByText("A QA lead or an administrator creates the first one.").WaitForAsync();
        Assert.Equal(0, await page.Locator(".home-drop, [data-upload]").CountAsync());
    }

    /// <summary>The home page, with every click, key, choice and drop of a person counted from now on.</summary>
    private async Task<IPage> OpenHomeAsync(PortalProcess portal)
    {
        var page = await chromium.SignInAsync(new Uri(portal.Url), PortalProcess.AdminPassword);
        await page.Locator(".home[data-uploads=ready]").WaitForAsync();
        await page.EvaluateAsync(
            """
            () => {
              window.actions = 0;
              for (const kind of ["click", "keydown", "drop", "change"]) {
                addEventListener(kind, (event) => { if (event.isTrusted || kind === "change") { window.actions++; } }, true);
              }
            }
            """);
        return page;
    }

    private static Task<int> ActionsAsync(IPage page) => page.EvaluateAsync<int>("() => window.actions");

    /// <summary>Drops a folder of this machine as a person does: the browser itself reads it.</summary>
    private static async Task DropAsync(IPage page, string path)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        foreach (var kind in new[] { "dragEnter", "dragOver", "drop" })
        {
            await session.SendAsync("Input.dispatchDragEvent", new Dictionary<string, object>
            {
                ["type"] = kind,
                ["x"] = 700,
                ["y"] = 500,
                ["data"] = new { items = Array.Empty<object>(), files = new[] { path }, dragOperationsMask = 1 },
            });
        }
        await session.DetachAsync();
    }

    private static async Task SeeHeatmapsAsync(IPage page)
    {
        await page.WaitForURLAsync(RunUrl(), new PageWaitForURLOptions { Timeout = 120_000 });
        await page.WaitForFunctionAsync(
            "() => [...document.querySelectorAll('.result-tile-heatmap')].filter((map) => map.complete && map.naturalWidth > 0).length >= 10",
            null,
            new PageWaitForFunctionOptions { Timeout = 120_000 });
    }

    private static async Task<List<JsonElement>> ProjectsAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<List<JsonElement>>("/api/v1/projects", Cancel))!;

    private static async Task<List<JsonElement>> RunsAsync(HttpClient client, JsonElement project) =>
        (await client.GetFromJsonAsync<List<JsonElement>>($"/api/v1/projects/{project.GetProperty("id").GetGuid()}/runs", Cancel))!;

    [GeneratedRegex("/projects/[0-9a-f-]{36}/runs/[0-9a-f-]{36}$")]
    private static partial Regex RunUrl();

    /// <summary>A folder with real tiles in test/good/ and test/DEFECT/: half of them good, or as many as there are.</summary>
    private sealed class TileFolder : IDisposable
    {
        private readonly string _root = Directory.CreateTempSubdirectory("adclip-drop-").FullName;

        public TileFolder(string name, int count)
        {
            Path = Directory.CreateDirectory(System.IO.Path.Combine(_root, name)).FullName;
            if (count == 0)
            {
                return;
            }
            var tiles = SharedFolder.Require("data/magnetic_tile/test");
            IEnumerable<string> FilesOf(string folder, int most) =>
                Directory.EnumerateFiles(System.IO.Path.Combine(tiles, folder)).Order(StringComparer.Ordinal).Take(most);
            var files = Defects.SelectMany(defect => FilesOf(defect, count / 2 / Defects.Length)).Concat(FilesOf("good", count / 2));
            foreach (var file in files)
            {
                var target = System.IO.Path.Combine(Path, System.IO.Path.GetRelativePath(System.IO.Path.GetDirectoryName(tiles)!, file));
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }

        public string Path { get; }

        public void Dispose() => Directory.Delete(_root, recursive: true);
    }
}
