using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AdClip.Testing;

namespace AdClip.EndToEnd.Tests;

/// <summary>The portal, <c>adclip predict</c> and an independent implementation say the same of real images.</summary>
public sealed class PredictParityTests(SharedPortal portal)
{
    private const double Tolerance = 1e-4;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Runs_MagneticTile_EqualTheCommandLineBitForBitAndTheIndependentScores()
    {
        var tiles = SharedFolder.Require("data/magnetic_tile");
        var expected = JsonNode.Parse(await File.ReadAllTextAsync(SharedFolder.Require("models/adclip-mini/expected_magnetic_tile.json"), Cancel))!["images"]!
            .AsObject();
        var shots = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(tiles, "splits.json"), Cancel))!["shots"]!.AsObject();
        var inspected = expected.Select(image => Path.Combine(tiles, image.Key)).ToList();
        string[] References(string count) => [.. shots[count]!.AsArray().Select(name => Path.Combine(tiles, "train", "good", name!.GetValue<string>()))];

        var projectId = (await portal.NewProjectAsync("Magnetic tile")).ToString();
        var client = portal.Client;
        var ids = await UploadAsync(client, projectId, [.. inspected, .. References("110")]);

        var byReferences = new Dictionary<string, Dictionary<string, JsonNode>>();
        foreach (var count in new[] { "0", "4", "10", "110" })
        {
            string[] references = count == "0" ? [] : References(count);
            byReferences[count] = await RunAsync(client, projectId, inspected.ConvertAll(file => ids[file]), [.. references.Select(file => ids[file])]);
            var key = count == "0" ? "zero_shot" : $"few_shot_{count}";
            foreach (var (name, scores) in expected)
            {
                var seen = byReferences[count][Sha256(Path.Combine(tiles, name))]["score"]!.GetValue<double>();
                Assert.True(Math.Abs(seen - scores![key]!.GetValue<double>()) <= Tolerance, $"{name}, {key}: {seen} instead of {scores[key]}");
            }
        }

        var predicted = await PredictAsync(portal.Process.DataFolder, References("10"), inspected);
        Assert.Equal(inspected.Count, predicted.Count);
        foreach (var (sha256, line) in predicted)
        {
            foreach (var field in new[] { "score", "zeroShotScore", "fewShotScore", "classProbability" })
            {
                // Both write the shortest text that reads back as the same bits.
                Assert.Equal(line[field]!.ToJsonString(), byReferences["10"][sha256][field]!.ToJsonString());
            }
            Assert.Equal(line["zeroShotScore"]!.ToJsonString(), byReferences["0"][sha256]["score"]!.ToJsonString());
            var map = await client.GetByteArrayAsync(byReferences["10"][sha256]["mapUrl"]!.GetValue<string>(), Cancel);
            Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(portal.Process.DataFolder, "predicted", line["map"]!.GetValue<string>()), Cancel), map);
        }
    }

    private static async Task<Dictionary<string, string>> UploadAsync(HttpClient client, string projectId, IReadOnlyList<string> files)
    {
        using var form = new MultipartFormDataContent();
        foreach (var file in files)
        {
            var part = new ByteArrayContent(await File.ReadAllBytesAsync(file, Cancel));
            part.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            form.Add(part, "files", Path.GetFileName(file));
        }
        using var answer = await client.PostAsync($"/api/v1/projects/{projectId}/images", form, Cancel);
        var outcomes = (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["files"]!.AsArray();
        Assert.Equal(files.Count, outcomes.Count);
        return files.Zip(outcomes).ToDictionary(pair => pair.First, pair => pair.Second!["imageId"]!.GetValue<string>());
    }

    /// <summary>The results by SHA-256.</summary>
    private static async Task<Dictionary<string, JsonNode>> RunAsync(
        HttpClient client, string projectId, IReadOnlyList<string> images, IReadOnlyList<string> references)
    {
        var request = new { images = "selection", imageIds = images, references = references.Count == 0 ? "none" : "chosen", referenceImages = references };
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{projectId}/runs", request, Cancel);
        Assert.Equal(System.Net.HttpStatusCode.Accepted, started.StatusCode);
        var url = started.Headers.Location!.ToString();
        string state;
        while ((state = (await client.GetFromJsonAsync<JsonNode>(url, Cancel))!["state"]!.GetValue<string>()) is "queued" or "running")
        {
            await Task.Delay(100, Cancel);
        }
        Assert.Equal("succeeded", state);
        var results = (await client.GetFromJsonAsync<JsonNode>($"{url}/results?limit=500", Cancel))!["items"]!.AsArray();
        return results.ToDictionary(result => result!["sha256"]!.GetValue<string>(), result => result!);
    }

    /// <summary>What the program itself writes, started as people start it.</summary>
    private static async Task<Dictionary<string, JsonNode>> PredictAsync(string folder, IReadOnlyList<string> references, IReadOnlyList<string> images)
    {
        var output = Path.Combine(folder, "predicted");
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "adclip.dll"), "predict",
                "--model", Path.Combine(SharedFolder.RepositoryRoot, "data", "models", "adclip-mini"), "--out", output, "--reference",
            },
            RedirectStandardError = true,
        };
        foreach (var argument in (IEnumerable<string>)[.. references, "--images", .. images])
        {
            start.ArgumentList.Add(argument);
        }
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        Assert.True(process.ExitCode == 0, errors);
        var document = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(output, "results.json"), Cancel))!;
        return document["images"]!.AsArray().ToDictionary(image => image!["sha256"]!.GetValue<string>(), image => image!);
    }

    private static string Sha256(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
}
