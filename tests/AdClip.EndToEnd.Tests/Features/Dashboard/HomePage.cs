using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace AdClip.EndToEnd.Tests.Features.Dashboard;

/// <summary>What people do with the home page, and what comes of it.</summary>
internal static partial class HomePage
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The home page, with every click, key, choice and drop of a person counted from now on.</summary>
    public static async Task<IPage> OpenAsync(Chromium chromium, PortalProcess portal)
    {
        var page = await chromium.SignedInAsync(portal);
        await page.GotoAsync("/");
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

    public static Task<int> ActionsAsync(IPage page) => page.EvaluateAsync<int>("() => window.actions");

    /// <summary>Drops a folder of this machine as a person does: the browser itself reads it.</summary>
    public static async Task DropAsync(IPage page, string path)
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

    public static async Task SeeHeatmapsAsync(IPage page)
    {
        await Assertions.Expect(page).ToHaveURLAsync(RunUrl(), new PageAssertionsToHaveURLOptions { Timeout = 120_000 });
        await page.WaitForFunctionAsync(
            "() => [...document.querySelectorAll('.result-tile-heatmap')].filter((map) => map.complete && map.naturalWidth > 0).length >= 10",
            null,
            new PageWaitForFunctionOptions { Timeout = 120_000 });
    }

    /// <summary>The projects that a folder of this name was made into, the newest first.</summary>
    public static async Task<List<JsonElement>> ProjectsOfAsync(HttpClient client, string folder)
    {
        var all = (await client.GetFromJsonAsync<List<JsonElement>>("/api/v1/projects", Cancel))!;
        return all.FindAll(project => project.GetProperty("name").GetString()!.StartsWith(folder, StringComparison.Ordinal));
    }

    public static async Task<List<JsonElement>> RunsAsync(HttpClient client, JsonElement project) =>
        (await client.GetFromJsonAsync<List<JsonElement>>($"/api/v1/projects/{project.GetProperty("id").GetGuid()}/runs", Cancel))!;

    [GeneratedRegex("/projects/[0-9a-f-]{36}/runs/[0-9a-f-]{36}$")]
    private static partial Regex RunUrl();
}
