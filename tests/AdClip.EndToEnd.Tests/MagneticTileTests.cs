using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Inference;
using AdClip.Portal.Features.Projects;
using AdClip.Testing;

namespace AdClip.EndToEnd.Tests;

/// <summary>Real images through the portal and through the command line: the same bits, and the numbers of an independent implementation.</summary>
public sealed class MagneticTileTests
{
    private const double Tolerance = 1e-4;

    [Fact]
    public async Task Scores_PortalAndCommand_AreEqualBitForBitAndAsExpected()
    {
        var tiles = SharedFolder.Require("data/magnetic_tile");
        using var expected = JsonDocument.Parse(await File.ReadAllBytesAsync(SharedFolder.Require("models/adclip-mini/expected_magnetic_tile.json"), TestContext.Current.CancellationToken));
        using var splits = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(tiles, "splits.json"), TestContext.Current.CancellationToken));
        var cancel = TestContext.Current.CancellationToken;
        await using var portal = new PortalProcess();
        await portal.StartAsync(cancel);
        using var client = await portal.SignInAsync(cancel);
        var project = (await (await client.PostAsJsonAsync("/api/v1/projects", new NewProject("Tiles"), cancel)).Content.ReadFromJsonAsync<ProjectAnswer>(cancel))!;

        string[] tests = [.. Directory.EnumerateFiles(Path.Combine(tiles, "test"), "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        var good = splits.RootElement.GetProperty("shots").GetProperty("110").EnumerateArray().Select(name => Path.Combine(tiles, "train", "good", name.GetString()!)).ToList();
        var ids = await UploadAsync(client, project.Id, [.. tests, .. good], cancel);
        var folder = Directory.CreateTempSubdirectory("adclip-tiles-");
        try
        {
            foreach (var shots in new[] { 0, 4, 10, 110 })
            {
                var references = good.Take(shots).ToList();
                var portalScores = await InspectAsync(client, project.Id, tests.Select(file => ids[file]), references.Select(file => ids[file]), cancel);
                var commandScores = await PredictAsync(tests, references, Path.Combine(folder.FullName, $"{shots}"), cancel);
                foreach (var file in tests)
                {
                    var name = Path.GetRelativePath(tiles, file).Replace(Path.DirectorySeparatorChar, '/');
                    var want = expected.RootElement.GetProperty("images").GetProperty(name).GetProperty(shots == 0 ? "zero_shot" : $"few_shot_{shots}").GetDouble();
                    var byPortal = portalScores[ids[file]];
                    Assert.True(Math.Abs(want - byPortal) <= Tolerance, $"{name}, {shots} good: {byPortal} is not {want}");
                    Assert.Equal(BitConverter.SingleToInt32Bits(commandScores[Path.GetFileName(file)]), BitConverter.SingleToInt32Bits(byPortal));
                }
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<Dictionary<string, Guid>> UploadAsync(HttpClient client, Guid projectId, IReadOnlyList<string> files, CancellationToken cancel)
    {
        using var form = new MultipartFormDataContent();
        foreach (var file in files)
        {
            var content = new ByteArrayContent(await File.ReadAllBytesAsync(file, cancel));
            content.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
            form.Add(content, "files", Path.GetFileName(file));
        }
        using var answer = await client.PostAsync($"/api/v1/projects/{projectId}/images", form, cancel);
        var outcomes = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<UploadAnswer>(cancel))!.Files;
        Assert.All(outcomes, outcome => Assert.Equal("accepted", outcome.Outcome));
        return files.Zip(outcomes).ToDictionary(pair => pair.First, pair => pair.Second.ImageId!.Value);
    }

    private static async Task<Dictionary<Guid, float>> InspectAsync(HttpClient client, Guid projectId, IEnumerable<Guid> images, IEnumerable<Guid> references, CancellationToken cancel)
    {
        Guid[] chosen = [.. references];
        var request = new NewRun(
            References: chosen.Length == 0 ? ReferenceChoice.None : ReferenceChoice.Chosen,
            ReferenceImages: chosen,
            Images: ImageChoice.Selection,
            ImageIds: [.. images]);
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{projectId}/runs", request, cancel);
        var run = (await started.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<RunAnswer>(cancel))!;
        while (run.State is "queued" or "running")
        {
            await Task.Delay(100, cancel);
            run = (await client.GetFromJsonAsync<RunAnswer>($"/api/v1/runs/{run.Id}", cancel))!;
        }
        Assert.Equal("succeeded", run.State);
        var page = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results?limit=500", cancel))!;
        return page.Items.ToDictionary(result => result.ImageId, result => result.Score);
    }

    private static async Task<Dictionary<string, float>> PredictAsync(string[] images, List<string> references, string folder, CancellationToken cancel)
    {
        var model = Path.Combine(SharedFolder.RepositoryRoot, "data", "models", "adclip-mini");
        IEnumerable<string> reference = references.Count == 0 ? [] : ["--reference", .. references];
        await AdclipCommand.RunAsync(["predict", "--model", model, .. reference, "--images", .. images, "--out", folder], cancel);
        using var results = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "results.json"), cancel));
        return results.RootElement.GetProperty("images").EnumerateArray()
            .ToDictionary(row => Path.GetFileName(row.GetProperty("file").GetString()!), row => row.GetProperty("score").GetSingle());
    }
}
