using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AdClip.Testing;
using Microsoft.Playwright;

namespace AdClip.EndToEnd.Tests.Features.Inspectors;

/// <summary>From an experiment to the line, in the browser, and back again.</summary>
public sealed partial class InspectorTests(Chromium chromium)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Promote_RunThenTrainedDetectorThenBack_ScoresAreTheSameToTheBit()
    {
        await using var portal = new PortalProcess("--Samples:Enabled=true");
        await portal.StartAsync(Cancel);
        using var client = await portal.SignInAsync(Cancel);
        var projectId = await SampleProjectAsync(client);
        var runs = (await client.GetFromJsonAsync<JsonNode>($"/api/v1/projects/{projectId}/runs", Cancel))!.AsArray();
        var runId = runs.Single(run => run!["referenceCount"]!.GetValue<int>() > 0)!["id"]!.GetValue<string>();

        // Run -> inspector -> gate -> in use.
        var page = await chromium.SignInAsync(new Uri(portal.Url), PortalProcess.AdminPassword);
        await page.GotoAsync($"/projects/{projectId}/runs/{runId}");
        await page.Locator(".make-inspector").ClickAsync();
        await page.WaitForURLAsync(InspectorAddress(), new() { Timeout = 60_000 });
        await PromoteAsync(page, "first one");
        var first = await InspectAsync(client, projectId);
        Assert.Equal(1, first["inspectorNumber"]!.GetValue<int>());
        Assert.InRange(first["index"]!.GetValue<double>(), 0, 100);
        Assert.NotNull(first["failFrom"]);

        // Trained detector -> inspector, from its card.
        await page.GotoAsync($"/projects/{projectId}/training");
        await page.Locator(".start-training").ClickAsync();
        await page.Locator("[data-detector] .make-inspector").First.WaitForAsync(new() { Timeout = 240_000 });
        await page.Locator("[data-detector] .make-inspector").First.ClickAsync();
        await page.WaitForURLAsync(InspectorAddress(), new() { Timeout = 60_000 });
        await PromoteAsync(page, "learned from our parts");
        var second = await InspectAsync(client, projectId);
        Assert.Equal(2, second["inspectorNumber"]!.GetValue<int>());
        Assert.NotEqual(first["inspectorId"]!.GetValue<string>(), second["inspectorId"]!.GetValue<string>());

        // And back.
        await page.Locator(".roll-back").ClickAsync();
        await page.Locator(".mud-dialog .reason input").FillAsync("false rejects on line 3");
        await page.Locator(".mud-dialog .confirm").ClickAsync();
        await Assertions.Expect(page.Locator("[data-event=RolledBack]")).ToHaveCountAsync(1, new() { Timeout = 30_000 });
        var again = await InspectAsync(client, projectId);
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
        await Assertions.Expect(page.Locator(".production-strip")).ToHaveAttributeAsync("data-inspected", "3", new() { Timeout = 30_000 });
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
        await page.Locator(".inspector-state[data-state=Active]").WaitForAsync(new() { Timeout = 30_000 });
    }

    private static async Task<JsonNode> InspectAsync(HttpClient client, string projectId)
    {
        var file = Directory.EnumerateFiles(Path.Combine(SharedFolder.RepositoryRoot, "data", "samples", "brushed-steel", "test", "scratch"))
            .Order(StringComparer.Ordinal).First();
        using var body = new ByteArrayContent(await File.ReadAllBytesAsync(file, Cancel));
        using var answer = await client.PostAsync($"/api/v1/projects/{projectId}/inspect", body, Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancel));
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancel))!;
    }

    /// <summary>The sample project, once its images are there and its first runs are done.</summary>
    private static async Task<string> SampleProjectAsync(HttpClient client)
    {
        while (true)
        {
            var project = (await client.GetFromJsonAsync<JsonNode>("/api/v1/projects", Cancel))!.AsArray().FirstOrDefault();
            if (project?["id"]?.GetValue<string>() is { } id
                && (await client.GetFromJsonAsync<JsonNode>($"/api/v1/projects/{id}/runs", Cancel))!.AsArray() is { Count: 2 } runs
                && runs.All(run => run!["state"]!.GetValue<string>() == "succeeded"))
            {
                return id;
            }
            await Task.Delay(250, Cancel);
        }
    }

    [GeneratedRegex("/inspectors/[0-9a-f-]{36}$")]
    private static partial Regex InspectorAddress();
}
