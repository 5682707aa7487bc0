using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AdClip.Vision.Imaging;
using Microsoft.Playwright;

namespace AdClip.EndToEnd.Tests.Features.Images;

/// <summary>Uploads by program and by browser, through kills of the server.</summary>
public sealed class UploadTests(Chromium chromium, SharedPortal shared, ClassPortal own) : IClassFixture<ClassPortal>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_ServerKilledMidway_SessionSurvivesNothingConfirmedIsMissingAndNothingIsDoubled()
    {
        var portal = own.Process;
        using var client = await portal.SignInAsync(Cancel);
        var project = await NewProjectAsync(client, "Posted plates");
        var pictures = Enumerable.Range(0, 40).Select(seed => Picture(seed, 400, 300)).ToArray();
        var confirmed = new Dictionary<int, Guid>();

        async Task SendAllAsync()
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(0, pictures.Length),
                new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Cancel },
                async (i, cancel) =>
                {
                    try
                    {
                        using var form = new MultipartFormDataContent { { new ByteArrayContent(pictures[i]), "files", $"{i}.png" } };
                        using var answer = await client.PostAsync($"/api/v1/projects/{project}/images", form, cancel);
                        var file = (await answer.Content.ReadFromJsonAsync<JsonElement>(cancel)).GetProperty("files")[0];
                        lock (confirmed)
                        {
                            var id = file.GetProperty("imageId").GetGuid();
                            Assert.True(confirmed.TryAdd(i, id) || confirmed[i] == id);
                            if (confirmed.Count == 12 && file.GetProperty("outcome").GetString() == "accepted")
                            {
                                portal.KillHard();
                            }
                        }
                    }
                    catch (HttpRequestException)
                    {
                        // The server is gone: not confirmed.
                    }
                });
        }

        await SendAllAsync();
        Assert.InRange(confirmed.Count, 12, pictures.Length - 1);
        await portal.StartAsync(Cancel);
        Assert.Contains("Posted plates", await client.GetStringAsync("/api/v1/projects", Cancel), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(portal.DataFolder, "blobs", "incoming")));
        foreach (var (i, id) in confirmed)
        {
            Assert.Equal(pictures[i], await client.GetByteArrayAsync($"/api/v1/images/{id}/original", Cancel));
        }
        await SendAllAsync();

        var images = (await client.GetFromJsonAsync<JsonElement>($"/api/v1/projects/{project}/images?limit=500", Cancel))
            .GetProperty("items")
            .EnumerateArray()
            .ToList();
        Assert.Equal(
            pictures.Select(bytes => Convert.ToHexStringLower(SHA256.HashData(bytes))).Order(StringComparer.Ordinal),
            images.Select(image => image.GetProperty("sha256").GetString()!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Browser_FilesAndFolders_AppearInTheGalleryWithEveryOutcome()
    {
        var project = await shared.NewProjectAsync("Plates");
        var page = await chromium.SignedInAsync(shared.Process);
        await page.GotoAsync($"/projects/{project}/images");

        await page.Locator(".gallery[data-uploads=ready]").WaitForAsync();
        var chooser = await page.RunAndWaitForFileChooserAsync(() => page.ClickAsync(".page-header [data-upload=files]"));
        await chooser.SetFilesAsync(
        [
            .. Enumerable.Range(0, 12).Select(seed => new FilePayload { Name = $"plate {seed}.png", MimeType = "image/png", Buffer = Picture(seed, 64, 48) }),
            new FilePayload { Name = "copy of 3.png", MimeType = "image/png", Buffer = Picture(3, 64, 48) },
            new FilePayload { Name = "<b>notes</b>.png", MimeType = "image/png", Buffer = Encoding.UTF8.GetBytes("no picture") },
        ]);

        var panel = page.Locator(".upload-panel");
        await Assertions.Expect(panel.Locator("h2")).ToHaveTextAsync("Upload finished");
        await Assertions.Expect(panel.Locator("p [data-state=accepted]")).ToHaveTextAsync("12 added");
        await Assertions.Expect(panel.Locator("p [data-state=duplicate]")).ToHaveTextAsync("1 already here");
        await Assertions.Expect(panel.Locator("li[data-state=refused] bdi")).ToHaveTextAsync("<b>notes</b>.png");
        await Assertions.Expect(page.Locator(".tile")).ToHaveCountAsync(12);

        await panel.GetByText("Close").ClickAsync();
        await page.Locator(".tile [data-tile]").First.FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await Assertions.Expect(page.Locator(".selection-bar strong")).ToHaveTextAsync("1 selected");
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("Space");
        await Assertions.Expect(page.Locator(".selection-bar strong")).ToHaveTextAsync("2 selected");
        await page.Keyboard.PressAsync("Delete");
        await Assertions.Expect(page.Locator(".tile")).ToHaveCountAsync(10);
        await page.GetByText("Undo").ClickAsync();
        await Assertions.Expect(page.Locator(".tile")).ToHaveCountAsync(12);

        await page.Locator(".filter-name input").FillAsync("plate 11");
        await Assertions.Expect(page.Locator(".tile")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Browser_ServerKilledDuringUpload_FinishesByItselfOnceTheServerIsBack()
    {
        var portal = own.Process;
        using var client = await portal.SignInAsync(Cancel);
        var project = await NewProjectAsync(client, "Dropped plates");
        var page = await chromium.SignedInAsync(portal);
        await page.GotoAsync($"/projects/{project}/images");
        await page.Locator(".gallery[data-uploads=ready]").WaitForAsync();

        // A drop of 60 pictures, made in the browser.
        await page.EvaluateAsync(
            """
            async () => {
              const transfer = new DataTransfer();
              for (let i = 0; i < 60; i++) {
                const canvas = new OffscreenCanvas(320, 240);
                const pen = canvas.getContext("2d");
                pen.fillStyle = `hsl(${i * 6} 60% 50%)`;
                pen.fillRect(0, 0, 320, 240);
                pen.fillStyle = "white";
                pen.fillText(`${i}`, 20, 20);
                transfer.items.add(new File([await canvas.convertToBlob()], `drawn-${i}.png`, { type: "image/png" }));
              }
              window.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
            }
            """);
        await page.WaitForFunctionAsync("() => document.querySelectorAll('.upload-panel li[data-state=accepted]').length >= 8");
        portal.KillHard();
        await Task.Delay(500, Cancel);
        await portal.StartAsync(Cancel);

        await page.WaitForFunctionAsync(
            "() => document.querySelectorAll('.upload-panel li[data-state=accepted], .upload-panel "
                + "li[data-state=duplicate]').length === 60 || !document.querySelector('.upload-panel')",
            null,
            new PageWaitForFunctionOptions { Timeout = 120_000 });
        var images = (await client.GetFromJsonAsync<JsonElement>($"/api/v1/projects/{project}/images?limit=500", Cancel)).GetProperty("items");
        Assert.Equal(60, images.GetArrayLength());
    }

    private static async Task<Guid> NewProjectAsync(HttpClient client, string name)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/projects", new { Name = name }, Cancel);
        Assert.Equal(System.Net.HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetGuid();
    }

    private static byte[] Picture(int seed, int width, int height)
    {
        var pixels = new byte[width * height];
        new Random(seed).NextBytes(pixels);
        return PngWriter.Encode(pixels, width, height, PngPixels.Grey);
    }
}
