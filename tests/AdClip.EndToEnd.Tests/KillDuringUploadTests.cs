using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Projects;
using AdClip.Vision.Imaging;

namespace AdClip.EndToEnd.Tests;

/// <summary>What was confirmed to the one who uploads survives a killed server, and nothing is there twice.</summary>
public sealed class KillDuringUploadTests
{
    private const int Files = 60;
    private const int Callers = 4;

    [Fact]
    public async Task Kill_WhileFilesArrive_KeepsEveryConfirmedFileOnce()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var portal = new PortalProcess();
        await portal.StartAsync(cancel);
        using var client = await portal.SignInAsync(cancel);
        var project = (await (await client.PostAsJsonAsync("/api/v1/projects", new NewProject("Plates"), cancel)).Content.ReadFromJsonAsync<ProjectAnswer>(cancel))!;
        var files = Enumerable.Range(0, Files).Select(Picture).ToList();

        // Several uploads are on their way when the server dies, after a third has been confirmed.
        var confirmed = new ConcurrentDictionary<int, Guid>();
        var waiting = new ConcurrentQueue<int>(Enumerable.Range(0, Files));
        var callers = Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (waiting.TryDequeue(out var index))
            {
                try
                {
                    if (await UploadAsync(client, project.Id, index, files[index], cancel) is { Outcome: "accepted", ImageId: { } id })
                    {
                        confirmed[index] = id;
                    }
                }
                catch (HttpRequestException)
                {
                    return; // the server is gone
                }
            }
        }, cancel)).ToList();
        while (confirmed.Count < Files / 3)
        {
            await Task.Delay(1, cancel);
        }
        portal.KillHard();
        await Task.WhenAll(callers);
        Assert.InRange(confirmed.Count, Files / 3, Files - 1);

        await portal.StartAsync(cancel);
        var listed = await ListAsync(client, project.Id, cancel);
        foreach (var (index, id) in confirmed)
        {
            Assert.Contains(listed, image => image.Id == id && image.FileName == NameOf(index));
            Assert.Equal(files[index], await client.GetByteArrayAsync($"/api/v1/images/{id}/original", cancel));
        }

        // The one who uploads sends everything again, as the page does.
        for (var index = 0; index < Files; index++)
        {
            var answer = await UploadAsync(client, project.Id, index, files[index], cancel);
            Assert.NotNull(answer.ImageId);
            Assert.True(!confirmed.TryGetValue(index, out var id) || answer is { Outcome: "duplicate" } && answer.ImageId == id);
        }
        listed = await ListAsync(client, project.Id, cancel);
        Assert.Equal(Files, listed.Count);
        Assert.Equal(files.Select(SHA256.HashData).Select(Convert.ToHexStringLower).Order(), listed.Select(image => image.Sha256).Order());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(portal.DataFolder, "blobs", "incoming")));
    }

    private static string NameOf(int index) => $"plate {index}.png";

    /// <summary>Large enough that a kill can hit it on its way; noise, so that no two are alike.</summary>
    private static byte[] Picture(int seed)
    {
        var pixels = new byte[400 * 300];
        new Random(seed).NextBytes(pixels);
        return PngWriter.Encode(pixels, 400, 300, PngPixels.Grey);
    }

    private static async Task<FileAnswer> UploadAsync(HttpClient client, Guid projectId, int index, byte[] bytes, CancellationToken cancel)
    {
        using var form = new MultipartFormDataContent();
        var file = new ByteArrayContent(bytes);
        file.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        form.Add(file, "files", NameOf(index));
        using var answer = await client.PostAsync($"/api/v1/projects/{projectId}/images", form, cancel);
        answer.EnsureSuccessStatusCode();
        return Assert.Single((await answer.Content.ReadFromJsonAsync<UploadAnswer>(cancel))!.Files);
    }

    private static async Task<IReadOnlyList<ImageAnswer>> ListAsync(HttpClient client, Guid projectId, CancellationToken cancel) =>
        (await client.GetFromJsonAsync<ImagePage>($"/api/v1/projects/{projectId}/images?limit=500", cancel))!.Items;
}
