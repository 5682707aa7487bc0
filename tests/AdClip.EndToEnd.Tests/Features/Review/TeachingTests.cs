using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AdClip.Testing;
using AdClip.Vision.Detection;
using AdClip.Vision.GroundTruth;
using Microsoft.Playwright;

namespace AdClip.EndToEnd.Tests.Features.Review;

/// <summary>"This is OK" in a real browser, with the real model on our own plates: from the click to the new heatmap, and back to the last bit.</summary>
public sealed class TeachingTests(Chromium chromium, SharedPortal portal) : IAsyncLifetime
{
    // From the click until the new map is drawn, told by the page itself.
    private const string ClickAndTime = """
        () => new Promise((done) => {
          const host = document.querySelector(".result-view");
          const was = host.dataset.map;
          const begin = performance.now();
          new MutationObserver((_, observer) => {
            if (host.dataset.map !== was) {
              observer.disconnect();
              done(performance.now() - begin);
            }
          }).observe(host, { attributes: true });
          document.querySelector(".teach-kinds [data-kind=Good]").click();
        })
        """;

    // The plates are square.
    private const double PlateSide = 400;

    private HttpClient _client = null!;
    private string _projectId = "";
    private string _runId = "";
    private JsonNode _result = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _projectId = (await portal.NewProjectAsync("Plates")).ToString();
        _client = portal.Client;
        var good = await UploadAsync(
            [.. Plates("train/good").Take(8), .. Plates("test/good").Where(file => file.EndsWith("plate_031.jpg", StringComparison.Ordinal))], "good");
        await UploadAsync([.. Plates("test/scratch").Take(2)], "anomaly");
        var request = new { references = "chosen", referenceImages = good.Take(8) };
        using var started = await _client.PostAsJsonAsync($"/api/v1/projects/{_projectId}/runs", request, Cancel);
        var url = started.Headers.Location!.ToString();
        _runId = url.Split('/')[^1];
        Assert.Equal("succeeded", await portal.EndAsync(url));
        _result = (await _client.GetFromJsonAsync<JsonNode>($"{url}/results", Cancel))!["items"]!
            .AsArray()
            .Single(result => result!["imageId"]!.GetValue<string>() == good[8])!;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task ThisIsOk_OnAFalseAlarm_CalmsItAtOnceAndUndoRestoresIt()
    {
        var page = await chromium.SignedInAsync(portal.Process);
        await page.GotoAsync($"/projects/{_projectId}/runs/{_runId}/images/{_result["imageId"]}");
        await page.Locator(".result-view[data-map]").WaitForAsync();
        await page.Keyboard.PressAsync("t");
        await page.Locator(".result-view[data-map*=feedback-maps]").WaitForAsync();
        await page.Keyboard.PressAsync("r");
        await Assertions.Expect(page.Locator(".teach-kinds [data-kind=Good]")).ToBeEnabledAsync();
        var before = await MapAsync(page);
        var pictureBefore = await page.Locator(".result-view").ScreenshotAsync();

        var milliseconds = await page.EvaluateAsync<double>(ClickAndTime);

        TestContext.Current.TestOutputHelper?.WriteLine($"\"This is OK\" to the new heatmap: {milliseconds:0} ms");
        var after = await MapAsync(page);
        Assert.NotEqual(pictureBefore, await page.Locator(".result-view").ScreenshotAsync());
        await page.Keyboard.PressAsync("x");
        await Assertions.Expect(page.Locator("[data-side=before]")).ToHaveAttributeAsync("aria-pressed", "true");

        await KeepAsync(page);
        var lesson = await LessonAsync();
        AssertCalmed(before, after, lesson);
        Assert.Equal(after, await MapAsync(page));

        // Back, forward and back again: the same bytes each time.
        foreach (var (key, expected) in new[] { ("Control+z", before), ("Control+y", after), ("Control+z", before) })
        {
            var shown = await page.Locator(".result-view").GetAttributeAsync("data-map");
            await page.Keyboard.PressAsync(key);
            await Assertions.Expect(page.Locator(".result-view")).Not.ToHaveAttributeAsync("data-map", shown!);
            Assert.Equal(expected, await MapAsync(page));
        }
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator(".lesson-list li")).ToHaveAttributeAsync("data-in-force", "false");
    }

    private static async Task KeepAsync(IPage page)
    {
        await page.Locator(".golden-report").WaitForAsync();
        if (await page.Locator(".teach-accept input").CountAsync() > 0)
        {
            await page.Locator(".teach-accept input").CheckAsync();
        }
        var shown = await page.Locator(".result-view").GetAttributeAsync("data-map");
        await page.ClickAsync(".teach-keep");
        await Assertions.Expect(page.Locator(".lesson-list li")).ToHaveAttributeAsync("data-in-force", "true");
        await Assertions.Expect(page.Locator(".result-view")).Not.ToHaveAttributeAsync("data-map", shown!);
    }

    /// <summary>The file that the page shows, byte by byte.</summary>
    private async Task<byte[]> MapAsync(IPage page)
        => await _client.GetByteArrayAsync(await page.Locator(".result-view").GetAttributeAsync("data-map"), Cancel);

    private async Task<ImageRectangle> LessonAsync()
    {
        var taught = (await _client.GetFromJsonAsync<JsonNode>($"/api/v1/results/{_result["id"]}/feedback", Cancel))!;
        var box = Assert.Single(taught["lessons"]!.AsArray())!["box"]!;
        return new ImageRectangle(
            box["x"]!.GetValue<double>(), box["y"]!.GetValue<double>(), box["width"]!.GetValue<double>(), box["height"]!.GetValue<double>());
    }

    /// <summary>The map changed in the region, and far from it hardly.</summary>
    private static void AssertCalmed(byte[] beforeFile, byte[] afterFile, ImageRectangle box)
    {
        var (before, side) = Read(beforeFile);
        var (after, _) = Read(afterFile);
        var scale = side / PlateSide;
        var reach = side / 4.0;
        double Change(double margin, bool inside) => Enumerable.Range(0, before.Length)
            .Where(i => (i % side >= (box.X * scale) - margin && i % side < ((box.X + box.Width) * scale) + margin
                && i / side >= (box.Y * scale) - margin && i / side < ((box.Y + box.Height) * scale) + margin) == inside)
            .Average(i => Math.Abs(before[i] - after[i]));
        var (inRegion, far) = (Change(0, inside: true), Change(reach, inside: false));
        Assert.True(inRegion > 0.1 && far < inRegion / 10, $"{inRegion} in the region, {far} far from it");
    }

    private static (float[] Values, int Side) Read(byte[] npy)
    {
        using var stream = new MemoryStream(npy);
        var (values, shape) = NpyReader.ReadFloat32(stream);
        return (values, shape[0]);
    }

    private static IOrderedEnumerable<string> Plates(string folder) =>
        Directory.EnumerateFiles(Path.Combine(SharedFolder.RepositoryRoot, "data", "samples", "brushed-steel", folder)).Order(StringComparer.Ordinal);

    private async Task<List<string>> UploadAsync(IReadOnlyList<string> files, string label)
    {
        using var form = new MultipartFormDataContent();
        foreach (var file in files)
        {
            var part = new ByteArrayContent(await File.ReadAllBytesAsync(file, Cancel));
            part.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
            form.Add(part, "files", Path.GetFileName(file));
        }
        using var answer = await _client.PostAsync($"/api/v1/projects/{_projectId}/images", form, Cancel);
        var ids = (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["files"]!.AsArray().Select(file => file!["imageId"]!.GetValue<string>()).ToList();
        using var labelled = await _client.PostAsJsonAsync($"/api/v1/projects/{_projectId}/labels", new { imageIds = ids, label }, Cancel);
        labelled.EnsureSuccessStatusCode();
        return ids;
    }
}
