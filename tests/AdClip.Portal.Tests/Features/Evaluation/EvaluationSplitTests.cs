using System.Net;
using System.Net.Http.Json;
using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Evaluation.Comparison;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Inspectors.Production;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Jobs;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Evaluation;

/// <summary>What numbers are computed on: test images where there are any, and only scores of one scale.</summary>
public sealed class EvaluationSplitTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_RunWithTestImages_CountsOnlyThoseUnlessAskedOtherwise()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var run = await EvaluationTests.RunAsync(host, client);
        var good = run.Truth.Where(image => image.Value == ImageLabel.Good).Select(image => image.Key).ToList();
        var bad = run.Truth.Where(image => image.Value == ImageLabel.Anomaly).Select(image => image.Key).ToList();
        async Task<MetricsAnswer> MetricsAsync(string query = "") =>
            (await client.GetFromJsonAsync<MetricsAnswer>($"/api/v1/runs/{run.RunId}/metrics{query}", Cancel))!;

        var before = await MetricsAsync();
        Assert.Equal(("all", 5), (before.Split, before.LabelledImages));

        var splits = host.Services.GetRequiredService<ImageSplits>();
        await splits.AssignAsync(run.ProjectId, [.. good.Take(2), bad[0]], ImageSplit.Test, Cancel);
        await splits.AssignAsync(run.ProjectId, [good[2], bad[1]], ImageSplit.Train, Cancel);
        var results = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.RunId}/results", Cancel))!.Items.ToDictionary(result => result.ImageId);
        var usual = await MetricsAsync("?threshold=0");
        Assert.Equal(("test", 3, 1L, 2L, 0),
            (usual.Split, usual.LabelledImages, usual.Image.AtThreshold.TruePositives, usual.Image.AtThreshold.FalsePositives, usual.UnlabelledImages));
        Assert.Equal(good.Take(2).Count(id => results[id].Score < results[bad[0]].Score) / 2.0, usual.Image.AreaUnderRoc);
        Assert.Equal(3, usual.Pixel.Images);
        Assert.Equal(("train", 2), ((await MetricsAsync("?split=train")).Split, (await MetricsAsync("?split=train")).LabelledImages));
        var all = await MetricsAsync("?split=all");
        Assert.Equal((before.LabelledImages, before.Image.AreaUnderRoc, before.GroundTruthStamp),
            (all.LabelledImages, all.Image.AreaUnderRoc, all.GroundTruthStamp));
        var curve = (await client.GetFromJsonAsync<CurveAnswer>($"/api/v1/runs/{run.RunId}/curve?level=image", Cancel))!;
        Assert.Equal(3, curve.Points.Max(point => point.TruePositives + point.FalsePositives));
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync($"/api/v1/runs/{run.RunId}/metrics?split=half", Cancel)).StatusCode);

        // Going to and fro computes nothing twice.
        await using (var db = await host.DbAsync())
        {
            Assert.Equal(3, await db.Set<PixelEvaluation>().CountAsync(kept => kept.RunId == run.RunId, Cancel));
        }

        // The page counts the same.
        await using var scope = host.Services.CreateAsyncScope();
        var page = scope.ServiceProvider.GetRequiredService<EvaluationState>();
        await page.LoadAsync(run.ProjectId, run.RunId);
        Assert.Equal((EvaluationSplit.Test, 3, true), (page.Scores!.Split, page.Images!.Labelled.Count, page.Scores.HasTest));
        await page.LoadAsync(run.ProjectId, run.RunId, split: EvaluationSplit.All);
        Assert.Equal(5, page.Images!.Labelled.Count);

        // So does a comparison.
        using var rescored = await client.PostAsJsonAsync($"/api/v1/runs/{run.RunId}/rescore", new RescoreRequest(ObjectName: "plate"), Cancel);
        var other = (await rescored.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        while (other.State is "queued" or "running")
        {
            await Task.Delay(50, Cancel);
            other = (await client.GetFromJsonAsync<RunAnswer>($"/api/v1/runs/{other.Id}", Cancel))!;
        }
        var address = $"/api/v1/projects/{run.ProjectId}/compare?runs={run.RunId},{other.Id}";
        var compared = (await client.GetFromJsonAsync<ComparisonAnswer>(address, Cancel))!;
        Assert.Equal(("test", 3, 2, 1), (compared.Split, compared.Images, compared.Good, compared.Anomalies));
        var together = (await client.GetFromJsonAsync<ComparisonAnswer>(address + "&split=all", Cancel))!;
        Assert.Equal(("all", 5), (together.Split, together.Images));
    }

    [Fact]
    public async Task Run_OnlyReferenceIsTheImageItself_HasNoFewShotScoreAndDoesNotCount()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var good = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(3));
        var bad = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(2));
        await SamplePlates.LabelAsync(host, [good[0]], ImageLabel.Good);
        await SamplePlates.LabelAsync(host, bad, ImageLabel.Anomaly);
        using var watch = new JobWatch(host);
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun { References = ReferenceChoice.AllGood }, Cancel);
        var run = (await started.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        await watch.UntilAsync(job => job.Id == run.JobId && job.State == JobState.Succeeded);
        await SamplePlates.LabelAsync(host, good, ImageLabel.Good);

        var results = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results", Cancel))!.Items;
        var alone = results.Single(result => result.ImageId == good[0]);
        Assert.Equal((null, alone.ZeroShotScore, true), (alone.FewShotScore, alone.Score, alone.ComparedWithNoGoodImage));
        Assert.All(results.Where(result => result != alone),
            result => Assert.Equal((true, false), (result.FewShotScore is not null, result.ComparedWithNoGoodImage)));
        Assert.True((await client.GetFromJsonAsync<ResultAnswer>($"/api/v1/results/{alone.Id}", Cancel))!.ComparedWithNoGoodImage);
        var metrics = (await client.GetFromJsonAsync<MetricsAnswer>($"/api/v1/runs/{run.Id}/metrics", Cancel))!;
        Assert.Equal((1, 4), (metrics.NotComparedImages, metrics.LabelledImages));

        using var picture = new ByteArrayContent(await File.ReadAllBytesAsync(SamplePlates.Good(3)[0], Cancel));
        await SamplePlates.LabelAsync(host, [.. good.Skip(1)], ImageLabel.Unlabelled);
        using var inspected = await client.PostAsync($"/api/v1/projects/{project.Id}/inspect?threshold=0", picture, Cancel);
        var verdict = (await inspected.Content.ReadFromJsonAsync<InspectAnswer>(Cancel))!;
        Assert.Equal((true, null, null), (verdict.ComparedWithNoGoodImage, verdict.FewShotScore, verdict.Threshold));
    }
}
