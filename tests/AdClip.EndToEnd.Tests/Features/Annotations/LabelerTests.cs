using System.Net.Http.Json;
using System.Text.Json;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Imaging;
using Microsoft.Playwright;

namespace AdClip.EndToEnd.Tests.Features.Annotations;

/// <summary>The labeler driven by a real browser's pointer and keys, through a killed server and a reloaded page.</summary>
public sealed class LabelerTests(Chromium chromium, SharedPortal shared) : IAsyncLifetime
{
    private const int Width = 320;
    private const int Height = 200;
    private PortalProcess _portal = null!;
    private HttpClient _client = null!;
    private Guid _projectId;
    private Guid[] _imageIds = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _projectId = await shared.NewProjectAsync("Plates");
        (_portal, _client) = (shared.Process, shared.Client);
        _imageIds = [await UploadAsync(1), await UploadAsync(2)];
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Draw_BoxAndMask_SavedWithExactlyThosePixels()
    {
        var page = await OpenAsync();

        await page.Keyboard.PressAsync("r");
        await DragAsync(page, (20, 30), (60, 50));
        await page.Keyboard.PressAsync("b");
        await SetBrushAsync(page, 5);
        await DragAsync(page, (100.5, 100.5), (140.5, 100.5));
        // One save or two: that depends on how soon the second drawing followed the first.
        await SavedAsync(page);
        var saved = (await HistoryAsync(_imageIds[0])).Count;
        Assert.InRange(saved, 1, 2);

        var image = await ReadAsync(_imageIds[0]);
        Assert.Equal(ImageLabel.Anomaly, image.Label);
        var box = Assert.IsType<BoxShape>(image.Shapes[0]);
        Assert.Equal(new ImageRectangle(20, 30, 40, 20), box.Box);
        var mask = Assert.IsType<MaskShape>(image.Shapes[1]).Mask;
        // A disc of 5 px has 21 pixels; drawn along 40 px it covers 5 rows: 3 of length 45 and 2 of length 43.
        Assert.Equal(new PixelBounds(98, 98, 45, 5), mask.Bounds());
        Assert.Equal(3 * 45 + 2 * 43, mask.Count());
        Assert.False(mask[98, 98]);
        Assert.True(mask[98, 99]);

        await page.Keyboard.PressAsync("e");
        await DragAsync(page, (120.5, 100.5), (120.5, 100.5));
        await SavedAsync(page, saved + 1);
        var erased = Assert.IsType<MaskShape>((await ReadAsync(_imageIds[0])).Shapes[1]).Mask;
        Assert.Equal(mask.Count() - 21, erased.Count());
        Assert.False(erased[120, 100]);
    }

    [Fact]
    public async Task UndoAndRedo_AcrossTools_WalkEveryStepOfThisImage()
    {
        var page = await OpenAsync();
        await page.Keyboard.PressAsync("r");
        await DragAsync(page, (20, 30), (60, 50));
        await DragAsync(page, (80, 30), (90, 50));
        await page.Keyboard.PressAsync("v");
        await DragAsync(page, (85, 40), (95, 45));
        await Assertions.Expect(page.Locator(".shape-item")).ToHaveCountAsync(2);

        await page.Keyboard.PressAsync("Control+z");
        await page.Keyboard.PressAsync("Control+s");
        await SavedAsync(page);
        Assert.Equal(80, ((BoxShape)(await ReadAsync(_imageIds[0])).Shapes[1]).Box.X);
        await page.Keyboard.PressAsync("Control+z");
        await page.Keyboard.PressAsync("Control+z");
        await Assertions.Expect(page.Locator(".shape-item")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator(".film-item.is-current")).ToHaveClassAsync(new System.Text.RegularExpressions.Regex("is-unlabelled"));
        await page.Keyboard.PressAsync("Control+Shift+z");
        await page.Keyboard.PressAsync("Control+y");
        await page.Keyboard.PressAsync("Control+y");
        await page.Keyboard.PressAsync("Control+s");
        await SavedAsync(page);

        var image = await ReadAsync(_imageIds[0]);
        Assert.Equal([new ImageRectangle(20, 30, 40, 20), new ImageRectangle(90, 35, 10, 20)], image.Shapes.Cast<BoxShape>().Select(shape => shape.Box));
    }

    [Fact]
    public async Task Keyboard_Alone_DrawsMovesLabelsAndMovesOn()
    {
        var page = await OpenAsync();
        await page.Locator(".image-surface").FocusAsync();
        await page.Keyboard.PressAsync("r");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("Shift+ArrowDown");
        await page.Keyboard.PressAsync("Alt+ArrowLeft");
        await SavedAsync(page);
        var drawn = Assert.IsType<BoxShape>(Assert.Single((await ReadAsync(_imageIds[0])).Shapes));
        Assert.Equal(drawn.Box, new ImageRectangle((int)drawn.Box.X, (int)drawn.Box.Y, (int)drawn.Box.Width, (int)drawn.Box.Height));

        await page.Keyboard.PressAsync("g");
        await Assertions.Expect(page.Locator(".labeler-message")).ToContainTextAsync("Press G again");
        await Assertions.Expect(page.Locator(".shape-item")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("g");
        await Assertions.Expect(page.Locator(".shape-item")).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("Control+z");
        await Assertions.Expect(page.Locator(".shape-item")).ToHaveCountAsync(1);

        await page.Keyboard.PressAsync("f");
        await Assertions.Expect(page.Locator(".bar-position")).ToHaveTextAsync("2 / 2");
        await page.Locator(".labeler:not(.is-loading)").WaitForAsync();
        await page.Keyboard.PressAsync("g");
        await SavedAsync(page, 1);
        Assert.Equal(ImageLabel.Good, (await ReadAsync(_imageIds[1])).Label);
        Assert.EndsWith(_imageIds[1].ToString(), page.Url, StringComparison.Ordinal);

        await page.Keyboard.PressAsync("d");
        await page.Locator(".labeler:not(.is-loading)").WaitForAsync();
        await Assertions.Expect(page.Locator(".shape-item")).ToHaveCountAsync(1);
        await page.Locator(".image-surface").FocusAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Delete");
        await SavedAsync(page);
        Assert.Empty((await ReadAsync(_imageIds[0])).Shapes);
    }

    [Fact]
    public async Task ServerKilled_WhileDrawing_EveryStrokeArrivesOnceAfterTheRestart()
    {
        // Others work with the shared one.
        await using var own = new PortalProcess();
        await own.StartAsync(Cancel);
        using var client = await own.SignInAsync(Cancel);
        var project = await (await client.PostAsJsonAsync("/api/v1/projects", new { name = "Plates" }, Cancel)).Content.ReadFromJsonAsync<JsonElement>(Cancel);
        (_portal, _client, _projectId) = (own, client, project.GetProperty("id").GetGuid());
        _imageIds = [await UploadAsync(1), await UploadAsync(2)];

        var page = await OpenAsync();
        await page.Keyboard.PressAsync("r");
        await DragAsync(page, (20, 30), (60, 50));
        await SavedAsync(page, 1);

        _portal.KillHard();
        await DragAsync(page, (80, 30), (90, 50));
        await DragAsync(page, (100, 30), (110, 50));
        await Assertions.Expect(page.Locator(".save-state")).ToHaveAttributeAsync("data-state", "offline");
        await _portal.StartAsync(Cancel);
        await SavedAsync(page);

        Assert.Equal([20, 80, 100], (await ReadAsync(_imageIds[0])).Shapes.Select(shape => (int)((BoxShape)shape).Box.X));
    }

    [Fact]
    public async Task PageLost_WithTheServerAway_JournalIsReplayedOnTheNextVisit()
    {
        var page = await OpenAsync();
        // The server can be reached, but every save fails: what a broken proxy or a full disk does.
        await page.RouteAsync("**/annotations", route => route.Request.Method == "PUT" ? route.AbortAsync() : route.ContinueAsync());
        await page.Keyboard.PressAsync("b");
        await SetBrushAsync(page, 7);
        await DragAsync(page, (50.5, 50.5), (80.5, 60.5));
        await page.Keyboard.PressAsync("n");
        await DragAsync(page, (200.5, 150.5), (210.5, 150.5));
        await Assertions.Expect(page.Locator(".save-state")).ToHaveAttributeAsync("data-state", "offline");
        var url = page.Url;
        var context = page.Context;
        await Chromium.CrashAsync(page);
        Assert.Empty((await ReadAsync(_imageIds[0])).Shapes);

        var again = await context.NewPageAsync();
        await again.GotoAsync(url);
        await Assertions.Expect(again.Locator(".shape-item")).ToHaveCountAsync(2);
        await SavedAsync(again);

        var masks = (await ReadAsync(_imageIds[0])).Shapes.Cast<MaskShape>().ToList();
        Assert.Equal(new PixelBounds(197, 147, 17, 7), masks[1].Mask.Bounds());
        Assert.Equal(1, Assert.Single(await HistoryAsync(_imageIds[0])));
    }

    [Fact]
    public async Task TwoPeople_SameImage_BothShapesAreKept()
    {
        var page = await OpenAsync();
        await page.Keyboard.PressAsync("r");
        var image = await ReadAsync(_imageIds[0]);
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/v1/images/{_imageIds[0]}/annotations")
        {
            Content = new StringContent(GroundTruthJson.Write(image with
            {
                Label = ImageLabel.Anomaly,
                Shapes = [new BoxShape { Id = "theirs", ClassName = "dent", Box = new ImageRectangle(200, 100, 10, 10) }],
            }), System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("If-Match", "\"0\"");
        (await _client.SendAsync(request, Cancel)).EnsureSuccessStatusCode();

        await DragAsync(page, (20, 30), (60, 50));
        await SavedAsync(page, 2);

        await Assertions.Expect(page.Locator(".labeler-message")).ToContainTextAsync("merged");
        await Assertions.Expect(page.Locator(".shape-item")).ToHaveCountAsync(2);
        Assert.Equal([200, 20], (await ReadAsync(_imageIds[0])).Shapes.Select(shape => (int)((BoxShape)shape).Box.X));
    }

    private async Task<IPage> OpenAsync()
    {
        var page = await chromium.SignedInAsync(_portal);
        page.Dialog += (_, dialog) => dialog.AcceptAsync();
        await page.GotoAsync($"/projects/{_projectId}/label/{_imageIds[0]}");
        await page.Locator(".film-item.is-current").WaitForAsync();
        await page.Locator(".labeler:not(.is-loading)").WaitForAsync();
        await Assertions.Expect(page.Locator(".readout")).ToContainTextAsync($"{Width} × {Height}");
        return page;
    }

    /// <summary>Presses, moves and releases the mouse at points of the image, which the page shows wholly and centred.</summary>
    private static async Task DragAsync(IPage page, (double X, double Y) from, (double X, double Y) to)
    {
        var surface = (await page.Locator(".image-surface").BoundingBoxAsync())!;
        var scale = Math.Min(8, Math.Min(surface.Width / Width, surface.Height / Height) * 0.96);
        float X(double x) => (float)(surface.X + surface.Width / 2 + (x - Width / 2.0) * scale);
        float Y(double y) => (float)(surface.Y + surface.Height / 2 + (y - Height / 2.0) * scale);
        // A box edge on a pixel edge: a hair inside, so that rounding cannot add a pixel.
        await page.Mouse.MoveAsync(X(from.X + 0.01), Y(from.Y + 0.01));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(X(to.X - 0.01), Y(to.Y - 0.01), new MouseMoveOptions { Steps = from == to ? 1 : 9 });
        await page.Mouse.UpAsync();
    }

    private static async Task SetBrushAsync(IPage page, int diameter)
    {
        var range = page.Locator(".brush-size input");
        await range.EvaluateAsync(
            "(input, value) => { input.value = value; input.dispatchEvent(new Event('input')); }",
            diameter.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await Assertions.Expect(page.Locator(".brush-size output")).ToHaveTextAsync($"{diameter} px");
    }

    private static async Task SavedAsync(IPage page, int? revision = null)
    {
        await Assertions.Expect(page.Locator(".save-state"))
            .ToHaveAttributeAsync("data-state", "saved", new LocatorAssertionsToHaveAttributeOptions { Timeout = 30_000 });
        if (revision is not null)
        {
            await Assertions.Expect(page.Locator(".save-state")).ToHaveTextAsync($"Saved · rev {revision}");
        }
    }

    private async Task<ImageGroundTruth> ReadAsync(Guid imageId) =>
        GroundTruthJson.ReadImage(await _client.GetStringAsync($"/api/v1/images/{imageId}/annotations", Cancel));

    private async Task<IReadOnlyList<int>> HistoryAsync(Guid imageId) =>
        [.. (await _client.GetFromJsonAsync<JsonElement>($"/api/v1/images/{imageId}/annotations/revisions", Cancel))
            .EnumerateArray()
            .Select(revision => revision.GetProperty("revision").GetInt32())];

    private async Task<Guid> UploadAsync(int seed)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Picture(seed)), "files", $"plate {seed}.png" } };
        using var answer = await _client.PostAsync($"/api/v1/projects/{_projectId}/images", form, Cancel);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("files")[0].GetProperty("imageId").GetGuid();
    }

    private static byte[] Picture(int seed)
    {
        var pixels = new byte[Width * Height];
        new Random(seed).NextBytes(pixels);
        return PngWriter.Encode([.. pixels.Select(noise => (byte)(110 + noise % 20))], Width, Height, PngPixels.Grey);
    }
}
