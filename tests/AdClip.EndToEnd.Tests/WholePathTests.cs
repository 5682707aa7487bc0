using System.Globalization;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Runs;
using AdClip.Testing;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Imaging;
using Microsoft.Playwright;

namespace AdClip.EndToEnd.Tests;

/// <summary>One person's way through the product with real images: from sign-in to a curve whose numbers are checked.</summary>
public sealed partial class WholePathTests(Chromium chromium, SharedPortal portal)
{
    private const int ImagesPerLabel = 20;
    private static readonly string[] Defects = ["blowhole", "break", "crack", "fray", "uneven"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FromSignInToCurve_RealTiles_NumbersAreThoseOfTheStoredScores()
    {
        var tiles = SharedFolder.Require("data/magnetic_tile");
        string[] good = [.. Files(Path.Combine(tiles, "test", "good")).Take(ImagesPerLabel)];
        string[] defective = [.. Defects.SelectMany(defect => Files(Path.Combine(tiles, "test", defect)).Take(ImagesPerLabel / Defects.Length))];
        await portal.StartAsync();
        var client = portal.Client;

        var page = await chromium.OpenAsync(portal.Process);
        await Chromium.FillSignInAsync(page, PortalProcess.AdminUser, PortalProcess.AdminPassword);
        var projectId = await CreateProjectAsync(page);
        await UploadAsync(page, good);
        await LabelUnlabelledAsync(page, "g", "good");
        await UploadAsync(page, defective);
        await LabelUnlabelledAsync(page, "a", "anomaly");
        await DrawBoxAndMaskAsync(page, client, projectId);
        await InspectAsync(page, projectId);
        await SeeHeatmapsAsync(page);
        await ReadCurveAsync(page, client, projectId);
    }

    private static IOrderedEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal);

    private static async Task<Guid> CreateProjectAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "New project" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Dialog).Locator("input").First.FillAsync("From sign-in to curve");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(ImagesUrl());
        return Guid.Parse(ImagesUrl().Match(page.Url).Groups[1].Value);
    }

    private static async Task UploadAsync(IPage page, string[] files)
    {
        await page.Locator(".gallery[data-uploads=ready]").WaitForAsync();
        var chooser = await page.RunAndWaitForFileChooserAsync(() => page.ClickAsync(".page-header [data-upload=files]"));
        await chooser.SetFilesAsync(files);
        var panel = page.Locator(".upload-panel");
        await Assertions.Expect(panel.Locator("h2")).ToHaveTextAsync("Upload finished", new() { Timeout = 60_000 });
        await Assertions.Expect(panel.Locator("p [data-state=accepted]")).ToHaveTextAsync($"{files.Length} added");
        await panel.GetByText("Close").ClickAsync();
    }

    private static async Task LabelUnlabelledAsync(IPage page, string key, string label)
    {
        await page.ClickAsync(".filter-chip[data-label=unlabelled]");
        await Assertions.Expect(page.Locator(".tile[data-label=unlabelled]")).ToHaveCountAsync(ImagesPerLabel);
        await page.Locator(".tile [data-tile]").First.FocusAsync();
        await page.Keyboard.PressAsync("Control+a");
        await Assertions.Expect(page.Locator(".selection-bar strong")).ToHaveTextAsync($"{ImagesPerLabel} selected");
        await page.Keyboard.PressAsync(key);
        await Assertions.Expect(page.Locator(".tile")).ToHaveCountAsync(0, new() { Timeout = 30_000 });
        await page.ClickAsync($".filter-chip[data-label={label}]");
        await Assertions.Expect(page.Locator($".tile[data-label={label}]")).ToHaveCountAsync(ImagesPerLabel);
    }

    /// <summary>Opens the first anomaly from the gallery, and draws with the pointer.</summary>
    private static async Task DrawBoxAndMaskAsync(IPage page, HttpClient client, Guid projectId)
    {
        await page.Locator(".tile[data-label=anomaly] [data-tile]").First.ClickAsync();
        await page.Locator(".labeler:not(.is-loading)").WaitForAsync();
        await page.Locator(".image-surface").FocusAsync();
        await page.Keyboard.PressAsync("r");
        await DragAsync(page, (-0.1, -0.1), (0.05, 0.05));
        await page.Keyboard.PressAsync("b");
        await DragAsync(page, (0.1, 0.1), (0.2, 0.12));
        await Assertions.Expect(page.Locator(".shape-item")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator(".save-state")).ToHaveAttributeAsync("data-state", "saved");
        await Assertions.Expect(page.Locator(".save-state")).ToHaveTextAsync(SavedRevision());

        var imageId = Guid.Parse(page.Url.Split('/')[^1]);
        var saved = GroundTruthJson.ReadImage(await client.GetStringAsync($"/api/v1/images/{imageId}/annotations", Cancel));
        Assert.Equal([typeof(BoxShape), typeof(MaskShape)], saved.Shapes.Select(shape => shape.GetType()));
        Assert.True(((MaskShape)saved.Shapes[1]).Mask.Count() > 0);
        Assert.Equal(2 + (2 * ImagesPerLabel), await CountCsvRowsAsync(client, projectId));
    }

    /// <summary>Two shapes on one image, one row for each other image, and the header.</summary>
    private static async Task<int> CountCsvRowsAsync(HttpClient client, Guid projectId) =>
        (await client.GetStringAsync($"/api/v1/projects/{projectId}/annotations.csv", Cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>Drags between two places given as shares of the drawing surface, from its centre.</summary>
    private static async Task DragAsync(IPage page, (double X, double Y) from, (double X, double Y) to)
    {
        var surface = (await page.Locator(".image-surface").BoundingBoxAsync())!;
        var side = Math.Min(surface.Width, surface.Height);
        float X(double share) => (float)(surface.X + (surface.Width / 2) + (share * side));
        float Y(double share) => (float)(surface.Y + (surface.Height / 2) + (share * side));
        await page.Mouse.MoveAsync(X(from.X), Y(from.Y));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(X(to.X), Y(to.Y), new() { Steps = 8 });
        await page.Mouse.UpAsync();
    }

    private static async Task InspectAsync(IPage page, Guid projectId)
    {
        await page.Locator(".project-tabs").GetByText("Inspect", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex($"/projects/{projectId}/runs$"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await page.Locator(".job-card[data-state=Succeeded]").WaitForAsync(new() { Timeout = 240_000 });
    }

    /// <summary>The tiles are grey: what is coloured on the screen is the heatmap and the drawn truth, and both go when they are switched off.</summary>
    private static async Task SeeHeatmapsAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "Results" }).ClickAsync();
        await Assertions.Expect(page.Locator(".result-tile")).ToHaveCountAsync(2 * ImagesPerLabel);
        await page.WaitForFunctionAsync("() => [...document.querySelectorAll('.result-tile-heatmap')].some(image => image.complete && image.naturalWidth > 0)");
        // The most anomalous one comes first.
        await page.Locator(".result-tile").First.ClickAsync();
        var surface = page.Locator(".result-pane:not([hidden]) .image-surface");
        await surface.WaitForAsync();
        await surface.FocusAsync();
        await WaitForColouredAsync(page, isColoured: true);
        await page.Keyboard.PressAsync("1");
        await page.Keyboard.PressAsync("2");
        await WaitForColouredAsync(page, isColoured: false);
        await page.GetByRole(AriaRole.Link, new() { Name = "Evaluation" }).ClickAsync();
    }

    private static async Task WaitForColouredAsync(IPage page, bool isColoured)
    {
        var share = 0.0;
        for (var tries = 0; tries < 40; tries++)
        {
            share = ColouredShare(await page.Locator(".result-view").ScreenshotAsync());
            if (isColoured ? share > 0.005 : share < 0.0005)
            {
                return;
            }
            await Task.Delay(250, Cancel);
        }
        Assert.Fail($"{share:P2} of the picture is coloured.");
    }

    private static double ColouredShare(byte[] png)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, png);
            // Without the rim, where the focus ring is.
            const int Rim = 8;
            var picture = ImageDecoder.Decode(file);
            var (coloured, seen) = (0, 0);
            for (var y = Rim; y < picture.Height - Rim; y++)
            {
                for (var x = Rim; x < picture.Width - Rim; x++)
                {
                    var at = 3 * ((y * picture.Width) + x);
                    coloured += Math.Abs(picture.Rgb[at] - picture.Rgb[at + 2]) > 24 ? 1 : 0;
                    seen++;
                }
            }
            return (double)coloured / seen;
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Reads the page's numbers, then computes each of them anew from the stored scores and labels.</summary>
    private static async Task ReadCurveAsync(IPage page, HttpClient client, Guid projectId)
    {
        var run = Assert.Single((await client.GetFromJsonAsync<List<RunAnswer>>($"/api/v1/projects/{projectId}/runs", Cancel))!);
        var results = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results?limit=500", Cancel))!.Items;
        Assert.Equal(2 * ImagesPerLabel, results.Select(result => result.ImageId).Distinct().Count());
        var scored = results.Select(result => (result.Score, IsAnomaly: result.Label == "anomaly")).ToList();
        Assert.Equal(ImagesPerLabel, scored.Count(row => row.IsAnomaly));

        await page.Locator(".metric-tile").First.WaitForAsync();
        await Assertions.Expect(page.Locator(".metric-tile:has-text('AUROC') .metric-tile-value").First).ToHaveTextAsync(Percent(AreaUnderRoc(scored)));
        await Assertions.Expect(page.Locator("section[aria-label] .metric-tile:has(.metric-tile-label:text-is('AP')) .metric-tile-value").First)
            .ToHaveTextAsync(Percent(AveragePrecision(scored)));

        // Every point of the curve, counted by hand.
        var curve = (await client.GetFromJsonAsync<CurveAnswer>($"/api/v1/runs/{run.Id}/curve?level=image", Cancel))!;
        Assert.Equal(
            scored.Select(row => (double)row.Score).Distinct().Order(),
            curve.Points.Select(point => point.Threshold).Where(scored.Select(row => (double)row.Score).Contains).Order());
        foreach (var point in curve.Points)
        {
            var (truePositives, falsePositives, falseNegatives) = CountAt(scored, point.Threshold);
            Assert.Equal((truePositives, falsePositives, falseNegatives), (point.TruePositives, point.FalsePositives, point.FalseNegatives));
            Assert.Equal(2.0 * truePositives / ((2 * truePositives) + falsePositives + falseNegatives), point.F1, 1e-12);
        }

        // The slider: its counts are those of the scores, live.
        var threshold = scored.Select(row => row.Score).Order().ElementAt(ImagesPerLabel);
        // People type an index: one between this image's and the next lower one, so that the image counts.
        double IndexBelow(Func<float, bool> isThere) => results.Where(result => isThere(result.Score)).Max(result => result.Index!.Value);
        var typed = (IndexBelow(score => score <= threshold) + IndexBelow(score => score < threshold)) / 2;
        await page.FillAsync(".threshold-number", typed.ToString("R", CultureInfo.InvariantCulture));
        await page.PressAsync(".threshold-number", "Enter");
        var counts = CountAt(scored, threshold);
        await Assertions.Expect(Cell(page, "TruePositive")).ToHaveTextAsync($"{counts.TruePositives}");
        await Assertions.Expect(Cell(page, "FalsePositive")).ToHaveTextAsync($"{counts.FalsePositives}");
        await Assertions.Expect(Cell(page, "FalseNegative")).ToHaveTextAsync($"{counts.FalseNegatives}");
        await Assertions.Expect(Cell(page, "TrueNegative")).ToHaveTextAsync($"{ImagesPerLabel - counts.FalsePositives}");

        // The pixel level has the two shapes that were drawn to go by.
        var pixels = (await client.GetFromJsonAsync<CurveAnswer>($"/api/v1/runs/{run.Id}/curve?level=pixel", Cancel))!;
        Assert.All(pixels.Points, point => Assert.InRange(point.Recall ?? 0, 0, 1));
        Assert.NotEmpty(pixels.Points);
    }

    private static ILocator Cell(IPage page, string outcome) => page.Locator($".confusion-cell[data-outcome={outcome}] .confusion-count");

    private static (long TruePositives, long FalsePositives, long FalseNegatives) CountAt(List<(float Score, bool IsAnomaly)> scored, double threshold) => (
        scored.Count(row => row.IsAnomaly && row.Score >= threshold),
        scored.Count(row => !row.IsAnomaly && row.Score >= threshold),
        scored.Count(row => row.IsAnomaly && row.Score < threshold));

    /// <summary>Share of pairs that are ranked rightly; ties count one half.</summary>
    private static double AreaUnderRoc(List<(float Score, bool IsAnomaly)> scored) => (
        from anomaly in scored.Where(row => row.IsAnomaly)
        from normal in scored.Where(row => !row.IsAnomaly)
        select anomaly.Score > normal.Score ? 1.0 : anomaly.Score == normal.Score ? 0.5 : 0).Average();

    /// <summary>Sum over thresholds, falling, of the gain in recall times the precision there.</summary>
    private static double AveragePrecision(List<(float Score, bool IsAnomaly)> scored)
    {
        var (area, recall) = (0.0, 0.0);
        foreach (var threshold in scored.Select(row => row.Score).Distinct().OrderDescending())
        {
            var counts = CountAt(scored, threshold);
            var next = (double)counts.TruePositives / ImagesPerLabel;
            area += (next - recall) * counts.TruePositives / (counts.TruePositives + counts.FalsePositives);
            recall = next;
        }
        return area;
    }

    private static string Percent(double share) => share.ToString("P1", CultureInfo.GetCultureInfo("en"));

    [GeneratedRegex("/projects/([0-9a-f-]{36})/images")]
    private static partial Regex ImagesUrl();

    [GeneratedRegex(@"Saved · rev [1-9]")]
    private static partial Regex SavedRevision();
}
