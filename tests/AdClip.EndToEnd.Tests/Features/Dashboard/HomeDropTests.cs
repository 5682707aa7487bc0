using Microsoft.Playwright;

namespace AdClip.EndToEnd.Tests.Features.Dashboard;

/// <summary>From the home page to heatmaps: what is dropped there becomes a project, an upload and a run.</summary>
public sealed class HomeDropTests(Chromium chromium, SharedPortal shared)
{
    private const int Tiles = 40;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Choose_FolderWithTheButton_HeatmapsAfterTwoActionsAndAgainUnderAnotherName()
    {
        using var folder = new TileFolder("lot 7", Tiles);
        await shared.StartAsync();
        var page = await HomePage.OpenAsync(chromium, shared.Process);

        var chooser = await page.RunAndWaitForFileChooserAsync(() => page.ClickAsync(".home-drop [data-upload=folder]"));
        await chooser.SetFilesAsync(folder.Path);

        await HomePage.SeeHeatmapsAsync(page);
        Assert.Equal(2, await HomePage.ActionsAsync(page));
        var project = Assert.Single(await HomePage.ProjectsOfAsync(shared.Client, "lot 7"));
        Assert.Equal("lot 7", project.GetProperty("name").GetString());
        // The labels came with the folders; images of a folder test are kept for judging, so nothing is compared with them.
        var run = Assert.Single(await HomePage.RunsAsync(shared.Client, project));
        Assert.Equal((Tiles, "none"), (run.GetProperty("total").GetInt32(), run.GetProperty("references").GetString()));

        // The same folder again: another project, and nobody is left in the dark about its name.
        await page.GotoAsync("/");
        await page.Locator(".home[data-uploads=ready]").WaitForAsync();
        await HomePage.DropAsync(page, folder.Path);
        await HomePage.SeeHeatmapsAsync(page);
        var both = await HomePage.ProjectsOfAsync(shared.Client, "lot 7");
        Assert.Equal(["lot 7 2", "lot 7"], both.Select(one => one.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Drop_ManyTiles_FirstHeatmapsShowWhileTheRunGoesOn()
    {
        using var folder = new TileFolder("all tiles", int.MaxValue);
        // One image in flight, and nothing kept, so that the run lasts long enough to be watched.
        await using var portal = new PortalProcess("--Runs:ImagesInFlight=1", "--Storage:TokenCacheMebibytes=0");
        await portal.StartAsync(Cancel);
        using var client = await portal.SignInAsync(Cancel);
        var page = await HomePage.OpenAsync(chromium, portal);

        await HomePage.DropAsync(page, folder.Path);

        await page.WaitForFunctionAsync(
            "() => [...document.querySelectorAll('.result-tile-heatmap')].some((map) => map.complete && map.naturalWidth > 0)",
            null,
            new PageWaitForFunctionOptions { Timeout = 120_000 });
        var run = Assert.Single(await HomePage.RunsAsync(client, Assert.Single(await HomePage.ProjectsOfAsync(client, ""))));
        Assert.Equal("running", run.GetProperty("state").GetString());
        var first = await page.Locator(".result-tile").CountAsync();
        // The list grows by itself, without an action.
        await page.WaitForFunctionAsync("first => document.querySelectorAll('.result-tile').length > first", first);
        Assert.Equal(1, await HomePage.ActionsAsync(page));
    }

    [Fact]
    public async Task Leave_WhileItUploads_GoesOnAndOffersTheResults()
    {
        using var folder = new TileFolder("lot 8", Tiles);
        await shared.StartAsync();
        var page = await HomePage.OpenAsync(chromium, shared.Process);
        // Every upload waits until the page was left.
        var left = new TaskCompletionSource();
        await page.RouteAsync("**/images", async route =>
        {
            await left.Task;
            await route.ContinueAsync();
        });

        await HomePage.DropAsync(page, folder.Path);
        await page.Locator(".first-look[data-stage=sending]").WaitForAsync();
        await page.ClickAsync(".portal-nav a[href='/jobs']");
        await page.Locator(".job-filter").First.WaitForAsync();
        left.SetResult();

        // Nobody is torn away from where they are; the chip leads on.
        var results = page.Locator(".upload-panel a");
        await results.WaitForAsync(new LocatorWaitForOptions { Timeout = 120_000 });
        Assert.EndsWith("/jobs", page.Url, StringComparison.Ordinal);
        await results.ClickAsync();
        await HomePage.SeeHeatmapsAsync(page);
        Assert.Single(await HomePage.RunsAsync(shared.Client, Assert.Single(await HomePage.ProjectsOfAsync(shared.Client, "lot 8"))));
    }
}
