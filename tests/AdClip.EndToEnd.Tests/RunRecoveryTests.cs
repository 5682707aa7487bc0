using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AdClip.Testing;
using Microsoft.Data.Sqlite;

namespace AdClip.EndToEnd.Tests;

/// <summary>A run of a server that is killed: the same run goes on, and every image has exactly one result.</summary>
public sealed class RunRecoveryTests
{
    private const int Images = 40;
    private const int Kills = 3;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kill_SeveralTimesDuringARun_EveryImageHasExactlyOneResult()
    {
        // One image in flight, so that the run lasts long enough to be hit in the middle.
        await using var portal = new PortalProcess("--Samples:Enabled=false", "--Runs:ImagesInFlight=1", "--Storage:TokenCacheMebibytes=0");
        await portal.StartAsync(Cancel);
        using var client = await portal.SignInAsync(Cancel);
        var projectId = await NewProjectAsync(client);
        var uploaded = await UploadAsync(client, projectId);
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{projectId}/runs", new { references = "none" }, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        var runUrl = started.Headers.Location!.ToString();

        var confirmed = new Dictionary<string, string>();
        for (var kill = 1; kill <= Kills; kill++)
        {
            // Each kill comes at another place: after a few more images than the server had finished before.
            var wanted = confirmed.Count + 2;
            await UntilAsync(client, runUrl, run => run["done"]!.GetValue<int>() >= wanted);
            foreach (var (image, score) in await ScoresAsync(client, runUrl))
            {
                confirmed[image] = score;
            }
            portal.KillHard();
            Assert.True(confirmed.Count < Images, "The run was over before it could be killed.");
            await portal.StartAsync(Cancel);
        }

        var over = await UntilAsync(client, runUrl, run => run["state"]!.GetValue<string>() is not ("queued" or "running"));
        Assert.Equal("succeeded", over["state"]!.GetValue<string>());
        Assert.True(over["attempts"]!.GetValue<int>() > Kills);
        var scores = await ScoresAsync(client, runUrl);
        Assert.Equal(uploaded.Order(), scores.Select(score => score.Image).Order());
        Assert.All(confirmed, before => Assert.Contains((before.Key, before.Value), scores));
        foreach (var result in await ResultsAsync(client, runUrl))
        {
            using var map = await client.GetAsync(result!["mapUrl"]!.GetValue<string>(), Cancel);
            Assert.Equal(128 + (224 * 224 * sizeof(float)), map.Content.Headers.ContentLength);
        }
        await portal.StopAsync(Cancel);
        AssertIntact(portal.DataFolder);
    }

    [Fact]
    public async Task Terminate_DuringARun_EndsSoonAndGoesOnAfterTheRestart()
    {
        await using var portal = new PortalProcess("--Runs:ImagesInFlight=1", "--Storage:TokenCacheMebibytes=0");
        await portal.StartAsync(Cancel);
        using var client = await portal.SignInAsync(Cancel);
        var projectId = await NewProjectAsync(client);
        var uploaded = await UploadAsync(client, projectId);
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{projectId}/runs", new { references = "none" }, Cancel);
        var runUrl = started.Headers.Location!.ToString();
        await UntilAsync(client, runUrl, run => run["done"]!.GetValue<int>() >= 2);
        var confirmed = await ScoresAsync(client, runUrl);

        var begin = Stopwatch.GetTimestamp();
        Assert.Equal(0, await portal.StopAsync(Cancel));
        Assert.InRange(Stopwatch.GetElapsedTime(begin).TotalSeconds, 0, 10);
        Assert.True(confirmed.Count < Images, "The run was over before it could be stopped.");
        Assert.DoesNotContain("fail:", portal.Output, StringComparison.Ordinal);

        await portal.StartAsync(Cancel);
        var over = await UntilAsync(client, runUrl, run => run["state"]!.GetValue<string>() is not ("queued" or "running"));
        Assert.Equal(("succeeded", 2), (over["state"]!.GetValue<string>(), over["attempts"]!.GetValue<int>()));
        var scores = await ScoresAsync(client, runUrl);
        Assert.Equal(uploaded.Order(), scores.Select(score => score.Image).Order());
        Assert.All(confirmed, before => Assert.Contains(before, scores));
        await portal.StopAsync(Cancel);
        AssertIntact(portal.DataFolder);
    }

    private static async Task<string> NewProjectAsync(HttpClient client)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/projects", new { name = "Plates" }, Cancel);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["id"]!.GetValue<string>();
    }

    private static async Task<List<string>> UploadAsync(HttpClient client, string projectId)
    {
        using var form = new MultipartFormDataContent();
        foreach (var file in SampleImages().Take(Images))
        {
            var part = new ByteArrayContent(await File.ReadAllBytesAsync(file, Cancel));
            part.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            form.Add(part, "files", Path.GetFileName(file));
        }
        using var answer = await client.PostAsync($"/api/v1/projects/{projectId}/images", form, Cancel);
        var files = (await answer.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["files"]!.AsArray();
        Assert.Equal(Images, files.Count);
        return [.. files.Select(file => file!["imageId"]!.GetValue<string>())];
    }

    private static IEnumerable<string> SampleImages() => Directory
        .EnumerateFiles(Path.Combine(SharedFolder.RepositoryRoot, "data", "samples", "brushed-steel"), "*", SearchOption.AllDirectories)
        .Where(file => Path.GetExtension(file) is ".jpg" or ".png" && !file.Contains("ground_truth", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static async Task<JsonNode> UntilAsync(HttpClient client, string runUrl, Func<JsonNode, bool> condition)
    {
        for (var attempt = 0; attempt < 2400; attempt++)
        {
            var run = (await client.GetFromJsonAsync<JsonNode>(runUrl, Cancel))!;
            if (condition(run))
            {
                return run;
            }
            await Task.Delay(25, Cancel);
        }
        throw new TimeoutException("The run did not get there.");
    }

    private static async Task<JsonArray> ResultsAsync(HttpClient client, string runUrl) =>
        (await client.GetFromJsonAsync<JsonNode>($"{runUrl}/results?limit=500", Cancel))!["items"]!.AsArray();

    private static async Task<List<(string Image, string Score)>> ScoresAsync(HttpClient client, string runUrl) =>
        [.. (await ResultsAsync(client, runUrl)).Select(result => (result!["imageId"]!.GetValue<string>(), result["score"]!.ToJsonString()))];

    /// <summary>What lies on the disk, read without the portal: a sound database, one row an image, every map there and whole.</summary>
    private static void AssertIntact(string dataFolder)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(dataFolder, "db", "adclip.db")};Pooling=False");
        connection.Open();
        Assert.Equal("ok", Scalar(connection, "PRAGMA integrity_check"));
        Assert.Equal((long)Images, Scalar(connection, "SELECT COUNT(*) FROM ImageResults"));
        Assert.Equal((long)Images, Scalar(connection, "SELECT COUNT(DISTINCT ImageId) FROM ImageResults"));
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT MapBlob FROM ImageResults";
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var sha256 = rows.GetString(0);
            using var file = File.OpenRead(Path.Combine(dataFolder, "blobs", sha256[..2], sha256));
            Assert.Equal(sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file)));
        }
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
