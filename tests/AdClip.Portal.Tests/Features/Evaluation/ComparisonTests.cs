using System.Net;
using System.Net.Http.Json;
using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Evaluation.Comparison;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Features.Training.Prompts;
using AdClip.Portal.Shell.Access;
using AdClip.Vision.Detection;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Metrics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Evaluation;

/// <summary>Runs of the real model side by side, over HTTP.</summary>
public sealed class ComparisonTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Compare_TwoRuns_EqualsEachRunsOwnMetricsAndNamesEveryDispute()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var run = await EvaluationTests.RunAsync(host, client);
        var other = await RescoreAsync(client, run.RunId, new RescoreRequest(References: ReferenceChoice.AllGood));
        await client.GetFromJsonAsync<MetricsAnswer>($"/api/v1/runs/{run.RunId}/metrics", Cancel);
        var answer = await CompareAsync(client, run.ProjectId, run.RunId, other);

        Assert.Equal((5, 3, 2, new LeftOutImages(1, 0, 0), 3), (answer.Images, answer.Good, answer.Anomalies, answer.LeftOut, answer.ReferenceImages));
        Assert.Equal(4.0 / 7, answer.AllPositiveF1, 12);
        Assert.Equal(("bestF1", true), (answer.At, answer.IsHeldOut));
        Assert.Equal([run.RunId, other], answer.Runs.Select(one => one.RunId));
        foreach (var one in answer.Runs)
        {
            var own = (await client.GetFromJsonAsync<MetricsAnswer>($"/api/v1/runs/{one.RunId}/metrics", Cancel))!;
            Assert.Equal((own.Image.AreaUnderRoc, own.Image.AveragePrecision), (one.Figures["image_auroc"].Value, one.Figures["image_ap"].Value));
            Assert.Equal((own.Threshold, "bestF1", false), (one.Threshold, one.ThresholdSource, one.ThresholdFromSameImages));
            Assert.Equal((3, 2, one.Outcomes.Escape), (one.Outcomes.Good.Total, one.Outcomes.Anomalies.Total, one.Figures["escape"].Value));
        }
        Assert.Equal(answer.Runs[1].Figures["image_ap"].Value - answer.Runs[0].Figures["image_ap"].Value, answer.Runs[1].Figures["image_ap"].Difference);
        Assert.All(answer.Runs[0].Figures.Values, figure => Assert.Equal((null, DifferenceFinding.None), (figure.Difference, figure.Finding)));
        // Two anomalous images: nothing can be called clear, whatever the numbers are.
        Assert.All(answer.Runs[1].Figures.Values, figure => Assert.True(figure.Finding is DifferenceFinding.TooFew or DifferenceFinding.Same));
        // Kept for the first run, never asked for of the second, and not computed here.
        Assert.NotNull(answer.Runs[0].Pixel!["pixel_auroc"]);
        Assert.Null(answer.Runs[1].Pixel);
        Assert.False(answer.Runs[0].PixelOfOtherImages);

        // The disputed images, worked out a second time from the results.
        var scores = await Task.WhenAll(
            answer.Runs.Select(async one => (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{one.RunId}/results", Cancel))!.Items
                .ToDictionary(item => item.ImageId, item => item.Score)));
        var disputed = run.Truth.Where(image => image.Value != ImageLabel.Unlabelled
            && scores[0][image.Key] >= answer.Runs[0].Threshold != scores[1][image.Key] >= answer.Runs[1].Threshold).Select(image => image.Key);
        Assert.Equal(disputed.Order(), answer.Disputed.Select(image => image.ImageId).Order());

        var csv = (await client.GetStringAsync($"/api/v1/projects/{run.ProjectId}/compare.csv?runs={run.RunId},{other}", Cancel)).Trim().Split("\r\n");
        Assert.Equal(1 + (2 * (ComparisonMetric.All.Count + ComparisonPixelMetric.All.Count)), csv.Length);
        Assert.All(csv, line => Assert.Equal(csv[0].Count(c => c == ','), line.Split('"').Where((_, i) => i % 2 == 0).Sum(part => part.Count(c => c == ','))));
    }

    [Fact]
    public async Task Compare_ImageThatOneRunLearnedFrom_CountsForNeither()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var run = await EvaluationTests.RunAsync(host, client);
        var other = await RescoreAsync(client, run.RunId, new RescoreRequest(References: ReferenceChoice.None));
        var anomalies = run.Truth.Where(image => image.Value == ImageLabel.Anomaly).Select(image => image.Key).ToList();
        Assert.Equal(5, (await CompareAsync(client, run.ProjectId, run.RunId, other)).Images);

        await LearnPromptsAsync(host, other, anomalies[0]);

        var answer = await CompareAsync(client, run.ProjectId, run.RunId, other);
        Assert.Equal((4, 3, 1, new LeftOutImages(1, 0, 1)), (answer.Images, answer.Good, answer.Anomalies, answer.LeftOut));
        var results = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.RunId}/results", Cancel))!.Items
            .Where(item => item.ImageId != anomalies[0] && run.Truth[item.ImageId] != ImageLabel.Unlabelled)
            .ToList();
        var curve = PrecisionRecallCurve.FromScores(
            [.. results.Select(item => (double)item.Score)], [.. results.Select(item => run.Truth[item.ImageId] == ImageLabel.Anomaly)]);
        Assert.Equal(curve.AreaUnderRoc, answer.Runs[0].Figures["image_auroc"].Value);
        Assert.True(answer.Runs[0].PixelOfOtherImages);
        // The run's own evaluation leaves it out too.
        Assert.Equal(1, (await client.GetFromJsonAsync<MetricsAnswer>($"/api/v1/runs/{other}/metrics", Cancel))!.Origins.Training);
    }

    [Fact]
    public async Task Compare_WrongLists_AreRefusedWithASentence()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var run = await EvaluationTests.RunAsync(host, client);
        var foreign = await EvaluationTests.RunAsync(host, client);

        foreach (var (runs, sentence) in new[]
        {
            ($"{run.RunId}", "at least two"), ($"{run.RunId},{run.RunId}", "at least two"), ($"{run.RunId},{foreign.RunId}", "not in this project"),
            ($"{run.RunId},{Guid.NewGuid()}", "not in this project"), ("x", "not in this project"),
        })
        {
            using var refused = await client.GetAsync($"/api/v1/projects/{run.ProjectId}/compare?runs={runs}", Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains(sentence, await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
        foreach (var (at, sentence) in new[] { ("best", "bestF1, falseRejects, recall or saved"), ("saved", "possible: bestF1") })
        {
            using var refused = await client.GetAsync($"/api/v1/projects/{run.ProjectId}/compare?at={at}", Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains(sentence, await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"/api/v1/projects/{Guid.NewGuid()}/compare", Cancel)).StatusCode);

        var state = host.Services.GetRequiredService<ComparisonState>();
        await state.LoadAsync(run.ProjectId, null, cancel: Cancel);
        Assert.Equal((ComparisonProblem.TooFew, 1, null), (state.Problem, state.Finished!.Count, state.Comparison));
        await state.LoadAsync(run.ProjectId, $"{run.RunId},{foreign.RunId}", cancel: Cancel);
        Assert.Equal(ComparisonProblem.NoSuchRun, state.Problem);
        Assert.Equal([run.RunId], state.Chosen);
    }

    [Fact]
    public async Task With_RunChosenElsewhere_ChangesPlaces()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var run = await EvaluationTests.RunAsync(host, client);
        var other = await RescoreAsync(client, run.RunId, new RescoreRequest(References: ReferenceChoice.None));
        var third = await RescoreAsync(client, run.RunId, new RescoreRequest(References: ReferenceChoice.AllGood));
        var state = host.Services.GetRequiredService<ComparisonState>();

        await state.LoadAsync(run.ProjectId, null, cancel: Cancel);
        Assert.Equal([third, other], state.Chosen);
        Assert.Equal([other, third], state.With(0, other));
        Assert.Equal([third, other, run.RunId], state.With(2, run.RunId));
        await state.LoadAsync(run.ProjectId, $"{run.RunId},{other},{third}", cancel: Cancel);
        Assert.Equal([run.RunId, third], state.With(1, null));
        // The same scores twice: equal in every draw.
        Assert.All(state.Comparison!.Runs[1].Figures.Values, figure => Assert.Equal(DifferenceFinding.Same, figure.Finding));
    }

    private static async Task<ComparisonAnswer> CompareAsync(HttpClient client, Guid projectId, params Guid[] runs) =>
        (await client.GetFromJsonAsync<ComparisonAnswer>($"/api/v1/projects/{projectId}/compare?runs={string.Join(',', runs)}", Cancel))!;

    private static async Task<Guid> RescoreAsync(HttpClient client, Guid runId, RescoreRequest request)
    {
        using var accepted = await client.PostAsJsonAsync($"/api/v1/runs/{runId}/rescore", request, Cancel);
        var run = (await accepted.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        while (run.State is "queued" or "running")
        {
            await Task.Delay(50, Cancel);
            run = (await client.GetFromJsonAsync<RunAnswer>($"/api/v1/runs/{run.Id}", Cancel))!;
        }
        Assert.Equal("succeeded", run.State);
        return run.Id;
    }

    /// <summary>Makes the run one of prompts that a training of the project learned from an image.</summary>
    private static async Task LearnPromptsAsync(PortalHost host, Guid runId, Guid imageId)
    {
        await using var db = await host.DbAsync();
        var run = await db.Set<Run>().AsNoTracking().SingleAsync(known => known.Id == runId, Cancel);
        var checkpoint = new StoredCheckpoint
        {
            ProjectId = run.ProjectId,
            TrainingId = run.JobId,
            Epoch = 1,
            Name = "epoch_1.pth",
            ModelId = run.ModelId,
            Blob = new string('0', 64),
            Report = null,
            CreatedAt = DateTimeOffset.UnixEpoch,
            CreatedBy = run.CreatedBy,
        };
        db.Add(checkpoint);
        db.Add(new LearnedImage { TrainingId = run.JobId, ImageId = imageId, IsAnomaly = true, Revision = 1 });
        await db.SaveChangesAsync(Cancel);
        var settings =
            RunSettings.Parse(run.Settings) with { Prompts = new RunPrompts(PromptKind.Learned, Checkpoint: "epoch_1.pth", CheckpointId: checkpoint.Id) };
        var json = settings.ToJson();
        await db.Set<Run>().Where(known => known.Id == runId).ExecuteUpdateAsync(set => set.SetProperty(known => known.Settings, json), Cancel);
    }
}
