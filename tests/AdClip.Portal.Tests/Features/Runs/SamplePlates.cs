using System.Net.Http.Headers;
using System.Net.Http.Json;
using AdClip.Portal.Features.Images;
using AdClip.Testing;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Tests.Features.Runs;

/// <summary>Our own sample images, uploaded over HTTP as a person does.</summary>
internal static class SamplePlates
{
    private static readonly string Folder = Path.Combine(SharedFolder.RepositoryRoot, "data", "samples", "brushed-steel");

    public static IReadOnlyList<string> Good(int count) => Files("good", count);

    public static IReadOnlyList<string> Defective(int count) => Files("scratch", count);

    public static async Task<IReadOnlyList<Guid>> UploadAsync(HttpClient client, Guid projectId, IReadOnlyList<string> files)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var form = new MultipartFormDataContent();
        foreach (var file in files)
        {
            var part = new ByteArrayContent(await File.ReadAllBytesAsync(file, cancel));
            part.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
            form.Add(part, "files", Path.GetFileName(file));
        }
        using var answer = await client.PostAsync($"/api/v1/projects/{projectId}/images", form, cancel);
        var outcome = (await answer.Content.ReadFromJsonAsync<UploadAnswer>(cancel))!;
        Assert.Equal(files.Count, outcome.Accepted);
        return [.. outcome.Files.Select(file => file.ImageId!.Value)];
    }

    /// <summary>What Annotations writes when a person labels the images.</summary>
    public static async Task LabelAsync(PortalHost host, IReadOnlyList<Guid> images, ImageLabel label)
    {
        await using var db = await host.DbAsync();
        await db.Set<ImageRecord>()
            .Where(image => images.Contains(image.Id))
            .ExecuteUpdateAsync(set => set.SetProperty(image => image.Label, label), TestContext.Current.CancellationToken);
    }

    private static string[] Files(string kind, int count)
    {
        string[] files = [.. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".jpg" or ".png" && Path.GetRelativePath(Folder, file).Contains(kind, StringComparison.Ordinal)
                && !file.Contains("ground_truth", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Take(count)];
        Assert.Equal(count, files.Length);
        return files;
    }
}
