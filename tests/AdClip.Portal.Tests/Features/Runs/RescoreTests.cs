using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection;
using AdClip.Vision.GroundTruth;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Runs;

public sealed class RescoreTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private static readonly RunPrompts Own = new(PromptKind.Lists, ["flawless {}", " ", "정상 {}"], ["scratched {}", "scratched {}"]);

    [Fact]
    public async Task Rescore_OtherPrompts_NewRunFromKeptTokensWithTheDetectorsScores()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var files = SamplePlates.Defective(3);
        await SamplePlates.UploadAsync(client, project.Id, files);
        var source = await FinishAsync(
            client, await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun { References = ReferenceChoice.None }, Cancel));
        var before = await ResultsAsync(client, source.Id);

        var run = await FinishAsync(client, await client.PostAsJsonAsync($"/api/v1/runs/{source.Id}/rescore", new RescoreRequest("plate", Own), Cancel));

        Assert.Equal(("succeeded", 3, 0, source.Id), (run.State, run.Done, run.Encoded, run.RescoredFromRunId));
        Assert.Equal(("plate", PromptKind.Lists), (run.ObjectName, run.Prompts!.Kind));
        Assert.Equal(["flawless {}", "정상 {}"], run.Prompts.Normal);
        Assert.Equal(["scratched {}"], run.Prompts.Abnormal);
        Assert.Equal((3, null), (source.Encoded, source.RescoredFromRunId));
        using var detector = DetectionModel.Open(Path.Combine(AppContext.BaseDirectory, "models", "adclip-mini"));
        var scorer = detector.CreateScorer(new PromptSettings(PromptKind.Lists, "plate", ["flawless {}", "정상 {}"], ["scratched {}"]), []);
        var after = await ResultsAsync(client, run.Id);
        foreach (var file in files)
        {
            var sha256 = Sha256(file);
            var expected = scorer.Score(detector.EncodeFile(file), sha256);
            var result = after.Single(result => result.Sha256 == sha256);
            Assert.Equal((expected.Score, expected.ClassProbability, true), (result.Score, result.ClassProbability, result.WasCached));
            var (values, _) = NpyReader.ReadFloat32(new MemoryStream(await client.GetByteArrayAsync(result.MapUrl, Cancel)));
            Assert.Equal(expected.Map.Values, values);
        }
        Assert.Equal(before, await ResultsAsync(client, source.Id));

        // As before in everything: the same scores, bit for bit.
        var same = await FinishAsync(client, await client.PostAsJsonAsync($"/api/v1/runs/{run.Id}/rescore", new RescoreRequest(), Cancel));
        Assert.Equal(
            after.Select(result => (result.Sha256, result.Score)), (await ResultsAsync(client, same.Id)).Select(result => (result.Sha256, result.Score)));
    }

    [Fact]
    public async Task Rescore_WithGoodImagesAndTokensGone_EncodesThoseAgainAndSaysHowMany()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var goodFiles = SamplePlates.Good(3);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, goodFiles), ImageLabel.Good);
        var bad = SamplePlates.Defective(2);
        await SamplePlates.UploadAsync(client, project.Id, bad);
        var source = await FinishAsync(
            client, await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun { References = ReferenceChoice.None }, Cancel));
        var tokens = Path.Combine(host.Services.GetRequiredService<DataFolder>().Cache, "tokens");
        foreach (var file in bad)
        {
            File.Delete(Directory.GetFiles(tokens, Sha256(file) + ".tokens", SearchOption.AllDirectories).Single());
        }

        var run = await FinishAsync(
            client, await client.PostAsJsonAsync($"/api/v1/runs/{source.Id}/rescore", new RescoreRequest(References: ReferenceChoice.AllGood), Cancel));

        Assert.Equal(("succeeded", 5, 2, 3), (run.State, run.Done, run.Encoded, run.ReferenceCount));
        using var detector = DetectionModel.Open(Path.Combine(AppContext.BaseDirectory, "models", "adclip-mini"));
        var references = goodFiles.OrderBy(Sha256, StringComparer.Ordinal).Select(file => new Reference(Sha256(file), detector.EncodeFile(file))).ToList();
        var scorer = detector.CreateScorer(new PromptSettings(ProductName: source.ObjectName), references);
        foreach (var result in await ResultsAsync(client, run.Id))
        {
            var file = goodFiles.Concat(bad).Single(file => Sha256(file) == result.Sha256);
            Assert.Equal(scorer.Score(detector.EncodeFile(file), result.Sha256).Score, result.Score);
        }
    }

    [Fact]
    public async Task TokenCache_AfterARun_IsMeasuredAndCanBeCleared()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.Admin);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(2));
        var run = await FinishAsync(client, await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun(), Cancel));
        await FinishAsync(client, await client.PostAsJsonAsync($"/api/v1/runs/{run.Id}/rescore", new RescoreRequest(), Cancel));

        var state = (await client.GetFromJsonAsync<TokenCacheState>("/api/v1/token-cache", Cancel))!;
        Assert.Equal((2, 2), (state.Hits, state.Misses));
        Assert.InRange(state.Bytes, 100_000, state.MostBytes);
        Assert.Contains("adclip_token_cache_bytes", await client.GetStringAsync("/metrics", Cancel), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync("/api/v1/token-cache", Cancel)).StatusCode);
        Assert.Equal(0, (await client.GetFromJsonAsync<TokenCacheState>("/api/v1/token-cache", Cancel))!.Bytes);
    }

    [Fact]
    public async Task Start_PromptsThatDoNotFit_AreRefusedAtOnce()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        using var annotator = await host.ClientAsync(Roles.Annotator);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(1));
        var run = await FinishAsync(client, await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun { Prompts = Own }, Cancel));
        Assert.Equal(("succeeded", PromptKind.Lists), (run.State, run.Prompts!.Kind));

        async Task<string> RefusalAsync(RunPrompts prompts)
        {
            using var answer = await client.PostAsJsonAsync($"/api/v1/runs/{run.Id}/rescore", new RescoreRequest(Prompts: prompts), Cancel);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            return await answer.Content.ReadAsStringAsync(Cancel);
        }

        Assert.Contains("PromptsEmpty", await RefusalAsync(new RunPrompts(PromptKind.Lists, ["  "], ["scratched"])), StringComparison.Ordinal);
        var tooLong = await RefusalAsync(new RunPrompts(PromptKind.Lists, ["good"], [string.Join(' ', Enumerable.Repeat("scratch", 90))]));
        Assert.Contains("TextTooLong", tooLong, StringComparison.Ordinal);
        Assert.Contains("93", tooLong, StringComparison.Ordinal);
        Assert.Contains(
            "CheckpointUnknown", await RefusalAsync(new RunPrompts(PromptKind.Learned, Checkpoint: "../../../etc/passwd")), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await annotator.PostAsJsonAsync($"/api/v1/runs/{run.Id}/rescore", new RescoreRequest(), Cancel)).StatusCode);
        Assert.Equal(
            HttpStatusCode.NotFound, (await client.PostAsJsonAsync($"/api/v1/runs/{Guid.NewGuid()}/rescore", new RescoreRequest(), Cancel)).StatusCode);
    }

    private static async Task<RunAnswer> FinishAsync(HttpClient client, HttpResponseMessage started)
    {
        Assert.True(started.StatusCode == HttpStatusCode.Accepted, await started.Content.ReadAsStringAsync(Cancel));
        while (true)
        {
            var run = (await client.GetFromJsonAsync<RunAnswer>(started.Headers.Location, Cancel))!;
            if (run.State is not ("queued" or "running"))
            {
                return run;
            }
            await Task.Delay(50, Cancel);
        }
    }

    private static async Task<List<ResultAnswer>> ResultsAsync(HttpClient client, Guid runId) =>
        [.. (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{runId}/results?sort=image", Cancel))!.Items];

    private static string Sha256(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
}
