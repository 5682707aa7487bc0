using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AdClip.EndToEnd.Tests.Features.Dashboard;
using Microsoft.Playwright;

namespace AdClip.EndToEnd.Tests.Features.Inspectors;

/// <summary>From a folder of tiles to an inspector on the line, in the browser, and back again.</summary>
public sealed partial class InspectorTests(Chromium chromium, SharedPortal portal)
{
    private const int Tiles = 40;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Drop_TilesThenPromoteRunAndTrainedDetectorThenBack_ScoresAreTheSameToTheBit()
    {
        using var folder = new TileFolder("magnetic tiles", Tiles, forTraining: true);
        await portal.StartAsync();
        var client = portal.Client;
        var page = await HomePage.OpenAsync(chromium, portal.Process);

        // Tiles -> heatmaps, compared with the good ones that are there to learn from.
        await HomePage.DropAsync(page, folder.Path);
        await HomePage.SeeHeatmapsAsync(page);
        Assert.InRange(await HomePage.ActionsAsync(page), 1, 2);
        var project = Assert.Single(await HomePage.ProjectsOfAsync(client, "magnetic tiles"));
        Assert.Equal("magnetic tiles", project.GetProperty("name").GetString());
        var run = Assert.Single(await HomePage.RunsAsync(client, project));
        Assert.Equal((Tiles, Tiles / 4), (run.GetProperty("total").GetInt32(), run.GetProperty("referenceCount").GetInt32()));
        var projectId = project.GetProperty("id").GetGuid();

        // Run -> inspector -> gate -> in use.
        await page.Locator(".make-inspector").ClickAsync(new() { Timeout = 240_000 });
        await Assertions.Expect(page).ToHaveURLAsync(InspectorAddress(), new() { Timeout = 120_000 });
        await PromoteAsync(page, "first one");
        var part = Directory.EnumerateFiles(Path.Combine(folder.Path, "test", "blowhole")).Order(StringComparer.Ordinal).First();
        var first = await InspectAsync(client, projectId, part);
        Assert.Equal(1, first["inspectorNumber"]!.GetValue<int>());
        Assert.InRange(first["index"]!.GetValue<double>(), 0, 100);
        Assert.NotNull(first["failFrom"]);

        // Trained detector -> inspector, from its card.
        await page.GotoAsync($"/projects/{projectId}/training");
        await page.Locator(".start-training").ClickAsync();
        await page.Locator("[data-detector] .make-inspector").First.WaitForAsync(new() { Timeout = 240_000 });
        await page.Locator("[data-detector] .make-inspector").First.ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(InspectorAddress(), new() { Timeout = 120_000 });
        await PromoteAsync(page, "learned from our parts");
        var second = await InspectAsync(client, projectId, part);
        Assert.Equal(2, second["inspectorNumber"]!.GetValue<int>());
        Assert.NotEqual(first["inspectorId"]!.GetValue<string>(), second["inspectorId"]!.GetValue<string>());

        // And back.
        await page.Locator(".roll-back").ClickAsync();
        await page.Locator(".mud-dialog .reason input").FillAsync("false rejects on line 3");
        await page.Locator(".mud-dialog .confirm").ClickAsync();
        await Assertions.Expect(page.Locator("[data-event=RolledBack]")).ToHaveCountAsync(1, new() { Timeout = 60_000 });
        var again = await InspectAsync(client, projectId, part);
        string[] names =
        [
            "inspectorId", "inspectorNumber", "score", "zeroShotScore", "fewShotScore", "classProbability", "index", "verdict", "boxes", "scoreIdentity",
        ];
        foreach (var name in names)
        {
            // The shortest text that reads back as the same bits.
            Assert.Equal(first[name]?.ToJsonString(), again[name]?.ToJsonString());
        }

        // Production figures: three inspections, two by one and one by the other.
        await page.GotoAsync($"/projects/{projectId}/dashboard");
        await Assertions.Expect(page.Locator(".production-strip")).ToHaveAttributeAsync("data-inspected", "3", new() { Timeout = 60_000 });
    }

    private static async Task PromoteAsync(IPage page, string reason)
    {
        await page.Locator(".promote").ClickAsync();
        var dialog = page.Locator(".mud-dialog");
        await dialog.Locator(".promote-dialog[data-checked=true]").WaitForAsync(new() { Timeout = 240_000 });
        await dialog.Locator(".reason input").FillAsync(reason);
        if (await dialog.Locator(".gate-report").GetAttributeAsync("data-passes") == "false")
        {
            await Assertions.Expect(dialog.Locator(".promote-confirm")).ToBeDisabledAsync();
            await dialog.Locator(".accept input").CheckAsync();
        }
        await dialog.Locator(".promote-confirm").ClickAsync();
        await page.Locator(".inspector-state[data-state=Active]").WaitForAsync(new() { Timeout = 60_000 });
    }

    private static async Task<JsonNode> InspectAsync(HttpClient client, Guid projectId, string file)
    {
        using var body = new ByteArrayContent(await File.ReadAllBytesAsync(file, Cancel));
        using var answer = await client.PostAsync($"/api/v1/projects/{projectId}/inspect", body, Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancel));
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancel))!;
    }

    [GeneratedRegex("/inspectors/[0-9a-f-]{36}$")]
    private static partial Regex InspectorAddress();
}
