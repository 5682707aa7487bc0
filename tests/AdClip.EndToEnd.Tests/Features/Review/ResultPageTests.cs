using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AdClip.Testing;
using Microsoft.Playwright;

namespace AdClip.EndToEnd.Tests.Features.Review;

/// <summary>The page of a result in a real browser: its keys, the undo of verdicts, and the outline of the ground truth, pixel by pixel.</summary>
public sealed class ResultPageTests(Chromium chromium, SharedPortal portal) : IAsyncLifetime
{
    // Shares of the image: where the ground truth is drawn.
    private const double Left = 0.25, Top = 0.3, Width = 0.3, Height = 0.25;

    // For each pane: of points along the four edges of the box, how many have near them, on the picture that people see, a pixel that
    // stands out (3 : 1 or more) from what lies below the outline there.
    private const string SeenAlongTheOutline = """
        ([left, top, width, height]) => [...document.querySelectorAll(".result-pane:not([hidden])")].map((pane) => {
          const canvases = [...pane.querySelectorAll("canvas")];
          const { width: w, height: h } = canvases[0];
          const picture = (without) => {
            const all = new OffscreenCanvas(w, h).getContext("2d");
            for (const canvas of canvases) if (canvas !== without) all.drawImage(canvas, 0, 0);
            return all.getImageData(0, 0, w, h).data;
          };
          const truth = canvases.find((canvas) => canvas.dataset.plane === "truth");
          const [seen, below] = [picture(null), picture(truth)];
          const base = canvases[0].getContext("2d").getImageData(0, 0, w, h).data;
          let [x0, y0, x1, y1] = [w, h, -1, -1];
          for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) if (base[4 * (y * w + x) + 3] > 0) {
            [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
          }
          const linear = (v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
          const light = (data, i) => 0.2126 * linear(data[i]) + 0.7152 * linear(data[i + 1]) + 0.0722 * linear(data[i + 2]);
          const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          const at = (u, v) => [x0 + u * (x1 + 1 - x0), y0 + v * (y1 + 1 - y0)];
          const points = Array.from({ length: 41 }, (_, i) => 0.02 + (0.96 * i) / 40).flatMap((t) =>
            [[left + t * width, top], [left + t * width, top + height], [left, top + t * height], [left + width, top + t * height]].map(([u, v]) => at(u, v)));
          const found = points.filter(([px, py]) => {
            const reach = 7; // a dash and its gap
            for (let y = Math.round(py) - reach; y <= py + reach; y++) for (let x = Math.round(px) - reach; x <= px + reach; x++) {
              const isOnLine = Math.min(Math.abs(x - px), Math.abs(y - py)) <= 2;
              const i = 4 * (y * w + x);
              if (isOnLine && contrast(light(seen, i), light(below, i)) >= 3) return true;
            }
            return false;
          }).length;
          return found / points.length;
        })
        """;

    private HttpClient _client = null!;
    private string _projectId = "";
    private string _runId = "";
    private List<string> _images = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _projectId = (await portal.NewProjectAsync("Plates")).ToString();
        _client = portal.Client;
        _images = await UploadAsync([.. Plates("test/scratch").Take(3)]);
        await DrawAsync(_images[0]);
        using var started = await _client.PostAsJsonAsync($"/api/v1/projects/{_projectId}/runs", new { references = "none" }, Cancel);
        var url = started.Headers.Location!.ToString();
        _runId = url.Split('/')[^1];
        Assert.Equal("succeeded", await portal.EndAsync(url));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Keys_OfTheLabeler_FileNoVerdictAndVerdictsAreUndone()
    {
        var page = await OpenAsync("?order=Name");
        var pressed = page.Locator(".result-verdict-buttons [aria-pressed=true]");
        var first = page.Url;

        // What goes to the next image in the labeler goes there here too, on a keyboard that writes Hangul as well.
        await page.Keyboard.PressAsync("f");
        await Assertions.Expect(page).Not.ToHaveURLAsync(first);
        await page.EvaluateAsync("() => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ㅇ', code: 'KeyD', bubbles: true }))");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex($"{new Uri(first).AbsolutePath}(\\?|$)"));
        await Assertions.Expect(pressed).ToHaveCountAsync(0);

        await page.Keyboard.PressAsync("j");
        await Assertions.Expect(page.Locator("[data-verdict=Agree]")).ToHaveAttributeAsync("aria-pressed", "true");
        await page.Keyboard.PressAsync("k");
        await Assertions.Expect(page.Locator("[data-verdict=FalseAlarm]")).ToHaveAttributeAsync("aria-pressed", "true");
        await page.Keyboard.PressAsync("Control+z");
        await Assertions.Expect(page.Locator("[data-verdict=Agree]")).ToHaveAttributeAsync("aria-pressed", "true");

        // The message of a verdict takes it back too.
        await page.Locator("[data-verdict=Missed]").ClickAsync();
        await Assertions.Expect(page.Locator("[data-verdict=Missed]")).ToHaveAttributeAsync("aria-pressed", "true");
        await page.Locator(".mud-snackbar", new() { HasText = "Missed" }).GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-verdict=Agree]")).ToHaveAttributeAsync("aria-pressed", "true");
        await Assertions.Expect(page.Locator(".result-verdict-by")).ToBeVisibleAsync();

        await page.ReloadAsync();
        await page.Locator(".result-view[data-map]").WaitForAsync();
        await page.Keyboard.PressAsync("Control+z");
        await Assertions.Expect(pressed).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Truth_OnEveryModeAndScale_StandsOutAlongItsWholeOutline()
    {
        var page = await OpenAsync("");
        // The heatmap at its strongest: what lies below the outline is then the colour of the map alone.
        await page.Locator(".result-layers input[type=range]").First.FillAsync("1");
        await page.Keyboard.PressAsync("3");
        foreach (var (mode, panes) in new[] { ("o", 1), ("s", 2), ("b", 1) })
        {
            await page.Keyboard.PressAsync(mode);
            await Assertions.Expect(page.Locator(".result-pane:not([hidden])")).ToHaveCountAsync(panes);
            await page.WaitForTimeoutAsync(400);
            var seen = await page.EvaluateAsync<double[]>(SeenAlongTheOutline, new[] { Left, Top, Width, Height });
            TestContext.Current.TestOutputHelper?.WriteLine($"{mode}: {string.Join(", ", seen)}");
            Assert.Equal(panes, seen.Length);
            Assert.All(seen, share => Assert.True(share >= 0.95, $"mode {mode}: {share} of the outline is seen"));
        }

        // Hidden, nothing of it is left: what was seen was the outline.
        await page.Keyboard.PressAsync("o");
        await page.Keyboard.PressAsync("2");
        await page.WaitForTimeoutAsync(400);
        var hidden = await page.EvaluateAsync<double[]>(SeenAlongTheOutline, new[] { Left, Top, Width, Height });
        Assert.Equal(0, Assert.Single(hidden));
    }

    [Fact]
    public async Task Facts_BesideAResult_HaveRoomForTheirValues()
    {
        foreach (var language in new[] { "ko", "en" })
        {
            var page = await OpenAsync("", language);
            var widths = await page.EvaluateAsync<double[]>(
                "() => [...document.querySelectorAll('.result-facts dd:not(.raw-values dd)')].map((value) => value.getBoundingClientRect().width)");
            Assert.NotEmpty(widths);
            Assert.All(widths, width => Assert.True(width >= 140, $"{width} pixels"));
            Assert.True(await page.EvaluateAsync<bool>(
                "() => { const side = document.querySelector('.result-side'); return side.scrollWidth <= side.clientWidth; }"));
        }
    }

    private async Task<IPage> OpenAsync(string query, string language = "en")
    {
        var page = await chromium.SignedInAsync(portal.Process, language);
        await page.GotoAsync($"/projects/{_projectId}/runs/{_runId}/images/{_images[0]}{query}");
        await page.Locator(".result-view[data-map]").WaitForAsync();
        return page;
    }

    private async Task DrawAsync(string imageId)
    {
        var url = $"/api/v1/images/{imageId}/annotations";
        var document = (await _client.GetFromJsonAsync<JsonNode>(url, Cancel))!;
        var (width, height) = (document["width"]!.GetValue<int>(), document["height"]!.GetValue<int>());
        document["label"] = "anomaly";
        document["shapes"] = new JsonArray(new JsonObject
        {
            ["id"] = "drawn",
            ["class"] = "scratch",
            ["kind"] = "box",
            ["box"] = new JsonArray(Left * width, Top * height, Width * width, Height * height),
            ["provenance"] = "human",
        });
        using var request = new HttpRequestMessage(HttpMethod.Put, url) { Content = JsonContent.Create(document) };
        request.Headers.IfMatch.Add(new EntityTagHeaderValue("\"0\""));
        using var answer = await _client.SendAsync(request, Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }

    private static IOrderedEnumerable<string> Plates(string folder) =>
        Directory.EnumerateFiles(Path.Combine(SharedFolder.RepositoryRoot, "data", "samples", "brushed-steel", folder)).Order(StringComparer.Ordinal);

    private async Task<List<string>> UploadAsync(IReadOnlyList<string> files)
    {
        using var form = new MultipartFormDataContent();
        foreach (var file in files)
        {
            var part = new ByteArrayContent(await File.ReadAllBytesAsync(file, Cancel));
            part.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
            form.Add(part, "files", Path.GetFileName(file));
        }
        using var answer = await _client.PostAsync($"/api/v1/projects/{_projectId}/images", form, Cancel);
        return [.. (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["files"]!.AsArray().Select(file => file!["imageId"]!.GetValue<string>())];
    }
}
