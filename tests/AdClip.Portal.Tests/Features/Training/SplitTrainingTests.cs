using System.Net;
using System.Net.Http.Json;
using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Evaluation.OutOfFold;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Features.Training.Stages;
using AdClip.Portal.Shell;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Jobs;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Metrics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Training;

/// <summary>Nothing learns from images that are kept for judging; what was learned from is judged out of fold.</summary>
public sealed class SplitTrainingTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Train_WithTestImages_LearnsFromTheOthersAndIsJudgedOnThem()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var (projectId, good, bad) = await ProjectAsync(host, client);
        Guid[] test = [.. good.Take(3), .. bad.Take(2)];
        await host.Services.GetRequiredService<ImageSplits>().AssignAsync(projectId, test, ImageSplit.Test, Cancel);
        using var watch = new JobWatch(host);

        var detector = await TrainAsync(client, projectId, watch);

        Assert.Equal((5, 4, 5), (detector.Good, detector.Anomalies, detector.TestImages));
        await using (var db = await host.DbAsync())
        {
            var learned = await db.Set<LearnedImage>().Select(image => image.ImageId).ToListAsync(Cancel);
            Assert.Equal(good.Concat(bad).Except(test).Order(), learned.Order());
            // Stages and references take no test images either.
            Assert.Equal(learned.Order(), (await StageImages.NoteAsync(db, projectId, 100, Cancel)).Images.Select(image => image.ImageId).Order());
            Assert.Equal(good.Skip(3).Order(), (await ReferenceImages.Good(db, projectId).Select(image => image.Id).ToListAsync(Cancel)).Order());
            Assert.Equal((5, 0), await LabelledImages.KeptBackAsync(db, projectId, Cancel));
        }

        var run = await RunAsync(client, projectId, detector.Id, watch);
        var usual = (await client.GetFromJsonAsync<MetricsAnswer>($"/api/v1/runs/{run.Id}/metrics", Cancel))!;
        Assert.Equal(("test", 5, 0), (usual.Split, usual.LabelledImages, usual.Origins.Training));
        var all = (await client.GetFromJsonAsync<MetricsAnswer>($"/api/v1/runs/{run.Id}/metrics?split=all", Cancel))!;
        Assert.Equal(("all", 5, 9), (all.Split, all.LabelledImages, all.Origins.Training));

        // With images of the training, those that nobody assigned wait.
        await host.Services.GetRequiredService<ImageSplits>()
            .AssignAsync(projectId, [.. good.Skip(3).Take(3), .. bad.Skip(2).Take(2)], ImageSplit.Train, Cancel);
        var state = host.Services.CreateAsyncScope().ServiceProvider.GetRequiredService<TrainingState>();
        await state.LoadAsync(projectId);
        Assert.Equal((3, 2, 5, 4), (state.Data!.Good, state.Data.Anomalies, state.Data.Test, state.Data.Waiting));
    }

    [Fact]
    public async Task Train_OnEverything_ItsScoresOutOfFoldCanBeOpened()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var (projectId, good, bad) = await ProjectAsync(host, client);
        using var watch = new JobWatch(host);
        var detector = await TrainAsync(client, projectId, watch);

        var answer = (await client.GetFromJsonAsync<OutOfFoldAnswer>($"/api/v1/detectors/{detector.Id}/out-of-fold", Cancel))!;

        Assert.Equal((14, 8, 6, true), (answer.Images, answer.Good, answer.Anomalies, answer.ThresholdFromSameImages));
        Assert.Equal(good.Concat(bad).Order(), answer.Scores.Select(score => score.ImageId!.Value).Order());
        Assert.Equal(bad.Order(), answer.Scores.Where(score => score.LearnedAs == "anomaly").Select(score => score.ImageId!.Value).Order());
        Assert.Equal((detector.AreaUnderRoc!.Value, detector.AveragePrecision!.Value), (answer.AreaUnderRoc!.Value, answer.AveragePrecision!.Value),
            (a, b) => Math.Abs(a.Item1 - b.Item1) < 1e-9 && Math.Abs(a.Item2 - b.Item2) < 1e-9);
        Assert.Equal((detector.SuggestedThreshold, detector.F1), (answer.Threshold, answer.F1HeldOut));
        // The curve, worked out a second time from the scores.
        var curve = PrecisionRecallCurve.FromScores([.. answer.Scores.Select(score => score.Score)],
            [.. answer.Scores.Select(score => score.LearnedAs == "anomaly")]);
        Assert.Equal(curve.BestF1!.Value.Counts.F1, answer.AtThreshold!.F1);
        Assert.Equal(answer.AtThreshold.FalseNegatives, answer.Scores.Count(score => score.Outcome == "escape"));
        Assert.Equal(answer.AtThreshold.FalsePositives, answer.Scores.Count(score => score.Outcome == "falseAlarm"));
        var strict = (await client.GetFromJsonAsync<OutOfFoldAnswer>($"/api/v1/detectors/{detector.Id}/out-of-fold?threshold=1e9", Cancel))!;
        Assert.Equal((6L, false), (strict.AtThreshold!.FalseNegatives, strict.ThresholdFromSameImages));
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync($"/api/v1/detectors/{detector.Id}/out-of-fold?threshold=NaN", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"/api/v1/detectors/{Guid.NewGuid()}/out-of-fold", Cancel)).StatusCode);

        // The page shows the same images for each outcome.
        await using var scope = host.Services.CreateAsyncScope();
        var page = scope.ServiceProvider.GetRequiredService<OutOfFoldState>();
        await page.LoadAsync(projectId, detector.Id, null, await host.AdminAsync(), Cancel);
        Assert.Equal(
            answer.Scores.Where(score => score.Outcome == "found").Select(score => score.Sha256).Order(StringComparer.Ordinal),
            page.Judgement!.With(Outcome.TruePositive, page.Threshold).Select(image => image.Sha256).Order(StringComparer.Ordinal));
        Assert.Equal((int)answer.AtThreshold.TrueNegatives, page.CountOf(Outcome.TrueNegative));

        // The evaluation of a run on what it learned from is no dead end: it leads there.
        var run = await RunAsync(client, projectId, detector.Id, watch);
        await using var db = await host.DbAsync();
        var scores = (await RunScores.ReadAsync(db, run.Id, Cancel))!.On(null);
        Assert.Empty(new ImageEvaluation(scores.Images).Labelled);
        Assert.Equal(PortalUrls.OutOfFold(projectId, detector.Id), EvaluationNotes.LearnedNumbers(scores));
    }

    [Fact]
    public void LearnedFrom_ScoresOfAFit_EachImageOnceWithItsOwn()
    {
        var report = new AdClip.Vision.Detection.FewShot.FitReport
        {
            Scores = [new("a", false, 0.25), new("b", true, 0.75)],
            Parts = [],
            BankLayers = [],
            BankRadius = 1,
            HeadStrength = null,
            AreaUnderRoc = null,
            AveragePrecision = null,
            F1 = null,
            Threshold = null,
            Calibration = new(0, null, null),
        };
        var learned = LearnedFrom.Of(["b", "a", "b", "c"], report);
        Assert.Equal([("b", 0.75), ("a", 0.25), ("c", null)], learned.Select(image => (image.Sha256, image.OutOfFold?.Score)));
    }

    private static async Task<(Guid ProjectId, IReadOnlyList<Guid> Good, IReadOnlyList<Guid> Bad)> ProjectAsync(PortalHost host, HttpClient client)
    {
        var project = await PortalHost.NewProjectAsync(client);
        var good = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(8));
        var bad = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(6));
        await SamplePlates.LabelAsync(host, good, ImageLabel.Good);
        await SamplePlates.LabelAsync(host, bad, ImageLabel.Anomaly);
        return (project.Id, good, bad);
    }

    private static async Task<DetectorAnswer> TrainAsync(HttpClient client, Guid projectId, JobWatch watch)
    {
        using var answer = await client.PostAsJsonAsync($"/api/v1/projects/{projectId}/trainings", new NewTraining(), Cancel);
        var training = (await answer.Content.ReadFromJsonAsync<TrainingAnswer>(Cancel))!;
        await watch.UntilAsync(job => job.Id == training.Id && job.State == JobState.Succeeded);
        return Assert.Single((await client.GetFromJsonAsync<List<DetectorAnswer>>($"/api/v1/projects/{projectId}/detectors", Cancel))!);
    }

    private static async Task<RunAnswer> RunAsync(HttpClient client, Guid projectId, Guid detectorId, JobWatch watch)
    {
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{projectId}/runs", new NewRun { Detector = detectorId }, Cancel);
        var run = (await started.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        await watch.UntilAsync(job => job.Id == run.JobId && job.State == JobState.Succeeded);
        return run;
    }
}
