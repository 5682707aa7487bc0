using AdClip.Vision.Detection;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Imaging;
using Microsoft.Playwright;

namespace AdClip.EndToEnd.Tests.Features.Annotations;

/// <summary>The inspection area drawn in a real browser, on images of one size, of another, and of other proportions.</summary>
public sealed class InspectionAreaTests(Chromium chromium, SharedPortal portal) : IAsyncLifetime
{
    private Guid _projectId;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _projectId = await portal.NewProjectAsync("Plates");
        await UploadAsync("a.png", 320, 200);
        await UploadAsync("b.png", 640, 400);
        await UploadAsync("c.png", 200, 320);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Draw_OnImagesOfSeveralSizes_KeptInPixelsOfTheFirst()
    {
        var page = await OpenAsync();
        await page.Keyboard.PressAsync("r");
        await DragAsync(page, 320, 200, (20, 30), (220, 150));
        await page.Keyboard.PressAsync("f");
        await Assertions.Expect(page.Locator(".readout")).ToContainTextAsync("640 × 400");
        await page.Locator(".labeler:not(.is-loading)").WaitForAsync();
        await page.Keyboard.PressAsync("o");
        await page.Keyboard.PressAsync("2");
        await DragAsync(page, 640, 400, (100, 80), (160, 120));
        await page.Keyboard.PressAsync("f");
        await Assertions.Expect(page.Locator(".labeler-message")).ToContainTextAsync("320 × 200");
        await Assertions.Expect(page.Locator(".shape-item")).ToHaveCountAsync(0);
        await DragAsync(page, 200, 320, (20, 30), (80, 150));
        await SavedAsync(page);

        var area = await ReadAsync();

        Assert.Equal((320, 200), (area.Width, area.Height));
        Assert.Equal([RegionUse.Include, RegionUse.Ignore], area.Regions.Select(region => region.Use));
        Assert.Equal(new ImageRectangle(20, 30, 200, 120), Assert.IsType<BoxShape>(area.Regions[0].Shape).Box);
        Assert.Equal(new ImageRectangle(50, 40, 30, 20), Assert.IsType<EllipseShape>(area.Regions[1].Shape).Box);
    }

    [Fact]
    public async Task PageLost_WithTheServerAway_JournalIsReplayedOnTheNextVisit()
    {
        var page = await OpenAsync();
        await page.RouteAsync("**/inspection-area", route => route.Request.Method == "PUT" ? route.AbortAsync() : route.ContinueAsync());
        await page.Keyboard.PressAsync("r");
        await DragAsync(page, 320, 200, (20, 30), (220, 150));
        await DragAsync(page, 320, 200, (230, 30), (300, 150));
        await Assertions.Expect(page.Locator(".save-state")).ToHaveAttributeAsync("data-state", "offline");
        var (url, context) = (page.Url, page.Context);
        await Chromium.CrashAsync(page);
        Assert.Empty((await ReadAsync()).Regions);

        var again = await context.NewPageAsync();
        await again.GotoAsync(url);
        await Assertions.Expect(again.Locator(".shape-item")).ToHaveCountAsync(2);
        await SavedAsync(again);

        Assert.Equal([20, 230], (await ReadAsync()).Regions.Select(region => (int)((BoxShape)region.Shape).Box.X));
    }

    [Fact]
    public async Task IgnoreEverything_RefusedWithTheReasonAndMendable()
    {
        var page = await OpenAsync();
        await page.Keyboard.PressAsync("r");
        await page.Keyboard.PressAsync("2");
        await DragAsync(page, 320, 200, (0, 0), (320, 200));
        await Assertions.Expect(page.Locator(".labeler-message")).ToContainTextAsync("nothing to inspect");
        await page.Keyboard.PressAsync("Alt+Shift+ArrowLeft");
        await SavedAsync(page);

        await Assertions.Expect(page.Locator(".labeler-message")).ToBeHiddenAsync();
        Assert.Equal(new ImageRectangle(0, 0, 310, 200), Assert.IsType<BoxShape>(Assert.Single((await ReadAsync()).Regions).Shape).Box);
    }

    private async Task<IPage> OpenAsync()
    {
        var page = await chromium.SignedInAsync(portal.Process);
        page.Dialog += (_, dialog) => dialog.AcceptAsync();
        await page.GotoAsync($"/projects/{_projectId}/inspection-area");
        await page.Locator(".film-item.is-current").WaitForAsync();
        await page.Locator(".labeler:not(.is-loading)").WaitForAsync();
        await Assertions.Expect(page.Locator(".readout")).ToContainTextAsync("320 × 200");
        return page;
    }

    /// <summary>Drags between points of the image, which the page shows wholly and centred.</summary>
    private static async Task DragAsync(IPage page, int width, int height, (double X, double Y) from, (double X, double Y) to)
    {
        var surface = (await page.Locator(".image-surface").BoundingBoxAsync())!;
        var scale = Math.Min(8, Math.Min(surface.Width / width, surface.Height / height) * 0.96);
        float X(double x) => (float)(surface.X + surface.Width / 2 + (x - width / 2.0) * scale);
        float Y(double y) => (float)(surface.Y + surface.Height / 2 + (y - height / 2.0) * scale);
        // A box edge on a pixel edge: a hair inside, so that rounding cannot add a pixel.
        await page.Mouse.MoveAsync(X(from.X + 0.01), Y(from.Y + 0.01));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(X(to.X - 0.01), Y(to.Y - 0.01), new MouseMoveOptions { Steps = 9 });
        await page.Mouse.UpAsync();
    }

    private static async Task SavedAsync(IPage page)
    {
        await Assertions.Expect(page.Locator(".save-state"))
            .ToHaveAttributeAsync("data-state", "saved", new LocatorAssertionsToHaveAttributeOptions { Timeout = 30_000 });
        await Assertions.Expect(page.Locator(".save-state")).ToContainTextAsync("rev");
    }

    private async Task<InspectionRegions> ReadAsync()
        => InspectionRegionsJson.Read(await portal.Client.GetStringAsync($"/api/v1/projects/{_projectId}/inspection-area", Cancel));

    private async Task UploadAsync(string name, int width, int height)
    {
        var pixels = new byte[width * height];
        new Random(width).NextBytes(pixels);
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(PngWriter.Encode([.. pixels.Select(noise => (byte)(110 + noise % 20))], width, height, PngPixels.Grey)), "files", name },
        };
        (await portal.Client.PostAsync($"/api/v1/projects/{_projectId}/images", form, Cancel)).EnsureSuccessStatusCode();
    }
}
