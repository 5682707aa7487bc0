using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Evaluation;

/// <summary>One run over HTTP; every number of the answers is computed a second time, slowly, from the stored scores and maps.</summary>
public sealed class EvaluationTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_RealRun_EqualSlowComputationFromStoredScoresAndMaps()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var run = await RunAsync(host, client);
        var results = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.RunId}/results?sort=image", Cancel))!.Items;
        var labelled = results.Where(result => run.Truth[result.ImageId] != ImageLabel.Unlabelled).ToList();
        bool IsAnomaly(ResultAnswer result) => run.Truth[result.ImageId] == ImageLabel.Anomaly;

        foreach (var threshold in new[] { 0.0, results[2].Score, results.Average(result => result.Score), 2 })
        {
            var answer = await MetricsAsync(client, run.RunId, threshold);
            var (tp, fp) = (labelled.Count(r => IsAnomaly(r) && r.Score >= threshold), labelled.Count(r => !IsAnomaly(r) && r.Score >= threshold));
            var (tn, fn) = (labelled.Count(r => !IsAnomaly(r) && r.Score < threshold), labelled.Count(r => IsAnomaly(r) && r.Score < threshold));
            Assert.Equal(
                (tp, fp, tn, fn),
                (answer.Image.AtThreshold.TruePositives, answer.Image.AtThreshold.FalsePositives,
                    answer.Image.AtThreshold.TrueNegatives, answer.Image.AtThreshold.FalseNegatives));
            Assert.Equal(tp + fp == 0 ? null : tp / (double)(tp + fp), answer.Image.AtThreshold.Precision);
            Assert.Equal(tp / (double)(tp + fn), answer.Image.AtThreshold.Recall);
            Assert.Equal((labelled.Count, 1), (answer.LabelledImages, answer.UnlabelledImages));
            Assert.Equal("request", answer.ThresholdSource);
        }

        var metrics = await MetricsAsync(client, run.RunId);
        Assert.Equal(SlowAuroc(labelled.ConvertAll(r => (double)r.Score), labelled.ConvertAll(IsAnomaly)), metrics.Image.AreaUnderRoc!.Value, 12);
        Assert.Equal("bestF1", metrics.ThresholdSource);
        Assert.True(metrics.ThresholdFromSameImages);

        var curve = (await client.GetFromJsonAsync<CurveAnswer>($"/api/v1/runs/{run.RunId}/curve?level=image", Cancel))!;
        Assert.Equal(labelled.Select(result => (double)result.Score).Distinct().Order(), curve.Points.Select(point => point.Threshold));
        Assert.Equal(curve.Points.Max(point => point.F1), metrics.Image.F1Max);

        List<double> values = [];
        List<bool> defects = [];
        foreach (var result in labelled)
        {
            var (map, shape) = NpyReader.ReadFloat32(new MemoryStream(await client.GetByteArrayAsync(result.MapUrl, Cancel)));
            values.AddRange(map.Select(value => (double)value));
            defects.AddRange(
                Enumerable.Range(0, map.Length).Select(i => IsAnomaly(result) && IsInBox(i % shape[1], i / shape[1], shape[1], run.Width, run.Height)));
        }
        Assert.Equal(SlowAuroc(values, defects), metrics.Pixel.AreaUnderRoc!.Value, 9);
        Assert.Equal((0.0, labelled.Count, 2), (metrics.Pixel.AreaUnderRoc.Error, metrics.Pixel.Images, metrics.Pixel.Regions));
        var pixelCurve = (await client.GetFromJsonAsync<CurveAnswer>($"/api/v1/runs/{run.RunId}/curve?level=pixel", Cancel))!;
        foreach (var point in pixelCurve.Points.Where((_, i) => i % 40 == 0))
        {
            Assert.Equal(values.Where((value, i) => value >= point.Threshold && defects[i]).Count(), point.TruePositives);
            Assert.Equal(values.Where((value, i) => value >= point.Threshold && !defects[i]).Count(), point.FalsePositives);
        }
    }

    [Fact]
    public async Task Metrics_TargetsAsked_ChooseJudgeAndMarkTheThreshold()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var run = await RunAsync(host, client);
        var results = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.RunId}/results?sort=image", Cancel))!.Items;
        double[] Scores(ImageLabel label) => [.. results.Where(result => run.Truth[result.ImageId] == label).Select(result => (double)result.Score).Order()];
        var (good, bad) = (Scores(ImageLabel.Good), Scores(ImageLabel.Anomaly));

        // Three good images: with a budget of one half, one of them may be rejected ((1 + 1) / (3 + 1)).
        var answer = await TargetsAsync(client, run.RunId, "falseRejects=0.5&recall=0.6");
        Assert.Equal(("falseRejects", true, Math.BitIncrement(good[1])), (answer.ThresholdSource, answer.ThresholdFromSameImages, answer.Threshold));
        Assert.Equal(
            (1, 3, 0.5, true), (answer.FalseRejects!.Errors, answer.FalseRejects.Images, answer.FalseRejects.ExpectedRate, answer.FalseRejects.IsReached));
        Assert.Equal((0, 1 / 3.0, bad[0]), (answer.Recall!.Errors, answer.Recall.ExpectedRate, answer.Recall.Threshold));
        Assert.Equal(3, answer.Band!.Good.Passed + answer.Band.Good.Reviewed + answer.Band.Good.Failed);
        Assert.Equal(new OriginsAnswer(5, 0, 0), answer.Origins);
        Assert.Equal((2, 5L), (answer.HeldOut!.Thresholds.Count, answer.HeldOut.Outcomes.TruePositives + answer.HeldOut.Outcomes.FalsePositives
            + answer.HeldOut.Outcomes.TrueNegatives + answer.HeldOut.Outcomes.FalseNegatives));
        Assert.InRange(answer.Image.AreaUnderRoc!.Value, answer.Image.AreaUnderRocInterval!.Low, answer.Image.AreaUnderRocInterval.High);
        Assert.Equal(5, answer.Image.Calibration!.Bins.Sum(bin => bin.Samples));

        // An escape dearer than all good images together: every anomalous image has to be found, with as few false rejects as that takes.
        var dear = await TargetsAsync(client, run.RunId, "escapeCost=1000");
        Assert.Equal(("cost", true, bad[0]), (dear.ThresholdSource, dear.ThresholdFromSameImages, dear.Threshold));
        Assert.Equal(good.Count(score => score >= bad[0]) / 5.0, dear.CostPerPart!.Value, 12);
        Assert.NotNull(dear.HeldOut);

        Assert.Null((await TargetsAsync(client, run.RunId, "threshold=0.5")).HeldOut);
        Assert.NotNull((await TargetsAsync(client, run.RunId, "")).HeldOut);
        foreach (var wrong in new[] { "falseRejects=0", "recall=1", "recall=NaN", "threshold=0.5&recall=0.9", "recall=0.9&escapeCost=2" })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync($"/api/v1/runs/{run.RunId}/metrics?{wrong}", Cancel)).StatusCode);
        }
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.GetAsync($"/api/v1/runs/{run.RunId}/metrics?escapeCost=-1", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Metrics_Regions_EachHalfIsJudgedAtTheOthersThreshold()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var run = await RunAsync(host, client);
        var results = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.RunId}/results?sort=image", Cancel))!.Items;
        var regions = (await MetricsAsync(client, run.RunId)).Pixel.Regionwise!;
        Assert.True(regions.IsHeldOut);

        // The two defective images are in halves of their own; each drawn box is one region of the class "dent".
        var found = 0;
        var half = 0;
        foreach (var result in results.Where(result => run.Truth[result.ImageId] == ImageLabel.Anomaly))
        {
            var (map, shape) = NpyReader.ReadFloat32(new MemoryStream(await client.GetByteArrayAsync(result.MapUrl, Cancel)));
            var inside = map.Where((_, i) => IsInBox(i % shape[1], i / shape[1], shape[1], run.Width, run.Height)).ToList();
            found += inside.Count(value => value >= regions.Thresholds[half]) >= 0.1 * inside.Count ? 1 : 0;
            half++;
        }
        Assert.Equal((found, 2), (regions.Figures.All.Found, regions.Figures.All.Labelled));
        var dent = Assert.Single(regions.Figures.ByClass);
        Assert.Equal(("dent", found, 2), (dent.Name, dent.Found, dent.Labelled));
        Assert.Equal((3, 5), (regions.Figures.GoodImages, regions.Figures.Images));
        Assert.All(regions.Images, image => Assert.True(image.FalseRegions > 0 || image.Found < image.Labelled));
        Assert.Equal(regions.Figures.FalseRegionsOnGood + regions.Figures.FalseRegionsOnDefective, regions.Images.Sum(image => image.FalseRegions));
    }

    [Fact]
    public async Task State_ThresholdByRule_IsMarkedAndJudgedHeldOut()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var run = await RunAsync(host, client);
        var state = host.Services.GetRequiredService<EvaluationState>();
        await state.LoadAsync(run.ProjectId, run.RunId);
        Assert.NotNull(state.HeldOut);

        state.Aim(0.5, 0.6);
        state.MoveToFalseRejects();
        Assert.Equal(
            (ThresholdOrigin.FalseRejects, state.Targets!.ByFalseRejects!.Threshold, true), (state.Origin, state.Threshold, state.IsThresholdFromTheseImages));
        Assert.Equal(2, state.HeldOut!.Thresholds.Count);
        state.Aim(0.3, 0.6);
        Assert.Equal((ThresholdOrigin.FalseRejects, state.Targets.ByFalseRejects!.Threshold), (state.Origin, state.Threshold));
        state.MoveToRecall();
        Assert.Equal((ThresholdOrigin.Recall, state.Targets.ByRecall!.Threshold), (state.Origin, state.Threshold));
        state.MoveTo(0.123);
        Assert.Null(state.HeldOut);
        await state.LoadConfidenceAsync(Cancel);
        Assert.NotNull(state.Confidence!.Calibration);
    }

    [Fact]
    public async Task Metrics_GroundTruthChanges_AreComputedAgain()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var run = await RunAsync(host, client);
        var before = await MetricsAsync(client, run.RunId);

        await LabelAsync(host, run.Truth.Single(pair => pair.Value == ImageLabel.Unlabelled).Key, ImageLabel.Good);
        var after = await MetricsAsync(client, run.RunId);

        Assert.Equal(before.LabelledImages + 1, after.LabelledImages);
        Assert.Equal(before.Pixel.Images + 1, after.Pixel.Images);
        Assert.NotEqual(before.GroundTruthStamp, after.GroundTruthStamp);
        await using var db = await host.DbAsync();
        Assert.Equal(after.GroundTruthStamp, (await db.Set<PixelEvaluation>().SingleAsync(known => known.RunId == run.RunId, Cancel)).Stamp);
    }

    [Fact]
    public async Task SaveThreshold_Twice_KeepsBothAndTheNewestHolds()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var run = await RunAsync(host, client);
        await using var db = await host.DbAsync();
        var person = await db.Users.FirstAsync(Cancel);
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, person.Id.ToString())], "test"));
        var state = host.Services.GetRequiredService<EvaluationState>();

        await state.LoadAsync(run.ProjectId, run.RunId);
        Assert.Equal(ThresholdOrigin.BestF1, state.Origin);
        state.MoveTo(0.25);
        await state.SaveThresholdAsync(user);
        state.MoveTo(0.125);
        await state.SaveThresholdAsync(user);

        var chosen = db.Set<ThresholdChoice>().Where(choice => choice.RunId == run.RunId).OrderBy(choice => choice.ChosenAt);
        Assert.Equal([0.25, 0.125], await chosen.Select(choice => choice.Value).ToListAsync(Cancel));
        var answer = await MetricsAsync(client, run.RunId);
        Assert.Equal((0.125, "saved", true), (answer.Threshold, answer.ThresholdSource, answer.ThresholdFromSameImages));
        var again = host.Services.GetRequiredService<EvaluationState>();
        await again.LoadAsync(run.ProjectId, run.RunId);
        Assert.Equal((0.125, ThresholdOrigin.Saved, person.DisplayName), (again.Threshold, again.Origin, again.SavedBy));
        await again.LoadAsync(Guid.NewGuid(), run.RunId);
        Assert.Null(again.Scores);
    }

    [Fact]
    public async Task SaveBand_ThenMoveByHand_LeavesAndFindsTheReview()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var run = await RunAsync(host, client);
        var user = await host.AdminAsync();
        var state = host.Services.GetRequiredService<EvaluationState>();
        await state.LoadAsync(run.ProjectId, run.RunId);

        state.MoveToBand();
        Assert.Equal((ThresholdOrigin.Band, state.Targets!.Band), (state.Origin, state.Band));
        Assert.NotNull(state.HeldOut);
        var (shown, outcomes) = (state.Band, state.Outcomes);
        // The way back from an image names the band in the address: the same outcomes again.
        await state.LoadAsync(run.ProjectId, run.RunId, shown.FailFrom, shown.HasReview ? shown.ReviewFrom : null);
        Assert.Equal((shown, outcomes), (state.Band, state.Outcomes));
        await using (var db = await host.DbAsync())
        {
            var best = state.Images!.Curve.BestF1!.Value.Threshold;
            db.Add(new ThresholdChoice
            {
                ProjectId = run.ProjectId,
                RunId = run.RunId,
                ScoreIdentity = state.Scores!.Run.ScoreIdentity,
                Value = best + 1,
                ReviewFrom = best,
                Origin = ThresholdOrigin.Band,
                TruePositives = 0,
                FalsePositives = 0,
                TrueNegatives = 0,
                FalseNegatives = 0,
                ChosenAt = DateTimeOffset.UnixEpoch,
                ChosenBy = await host.AdminIdAsync(),
            });
            await db.SaveChangesAsync(Cancel);
            await state.LoadAsync(run.ProjectId, run.RunId);
            Assert.Equal((ThresholdOrigin.Saved, new VerdictBand(best, best + 1)), (state.Origin, state.Band));
            state.MoveTo(best);
            Assert.Equal((null, new VerdictBand(best, best)), (state.ReviewFrom, state.Band));
            state.MoveToSaved();
            Assert.Equal(best, state.ReviewFrom);
            state.MoveToCost();
            await state.SaveThresholdAsync(user);
            var choices = db.Set<ThresholdChoice>().Where(choice => choice.RunId == run.RunId);
            var saved = await choices.OrderByDescending(choice => choice.ChosenAt).FirstAsync(Cancel);
            Assert.Equal((ThresholdOrigin.Cost, null, state.ByCost!.Value), (saved.Origin!.Value, saved.ReviewFrom, saved.Value));
        }
    }

    [Fact]
    public async Task Endpoints_WrongQuestions_AreRefused()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var run = await RunAsync(host, client);

        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"/api/v1/runs/{Guid.NewGuid()}/metrics", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync($"/api/v1/runs/{run.RunId}/curve?level=region", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync($"/api/v1/runs/{run.RunId}/metrics?threshold=NaN", Cancel)).StatusCode);

        await using (var db = await host.DbAsync())
        {
            await db.Set<AdClip.Portal.Features.Projects.Project>().Where(project => project.Id == run.ProjectId)
                .ExecuteUpdateAsync(set => set.SetProperty(project => project.IsOpen, false), Cancel);
        }
        using var stranger = await host.ClientAsync(Roles.Annotator);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync($"/api/v1/runs/{run.RunId}/metrics", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync($"/api/v1/runs/{run.RunId}/curve", Cancel)).StatusCode);
    }

    [Fact]
    public void With_Outcome_WorstMistakesFirst()
    {
        var evaluation = new ImageEvaluation([
            MadeScores.Image(.2f, ImageLabel.Good), MadeScores.Image(.7f, ImageLabel.Good), MadeScores.Image(.9f, ImageLabel.Good),
            MadeScores.Image(.1f, ImageLabel.Anomaly), MadeScores.Image(.3f, ImageLabel.Anomaly), MadeScores.Image(.8f, ImageLabel.Unlabelled),
        ]);

        Assert.Equal([.9f, .7f], evaluation.With(Outcome.FalsePositive, new VerdictBand(.5, .5)).Select(image => image.Score));
        Assert.Equal([.1f, .3f], evaluation.With(Outcome.FalseNegative, new VerdictBand(.5, .5)).Select(image => image.Score));
        Assert.Equal([.2f], evaluation.With(Outcome.TrueNegative, new VerdictBand(.5, .5)).Select(image => image.Score));
        Assert.Equal(1, evaluation.UnlabelledCount);
    }

    /// <summary>Three good plates, two with a box drawn on the left quarter, one that nobody labelled.</summary>
    internal static async Task<(Guid ProjectId, Guid RunId, Dictionary<Guid, ImageLabel> Truth, int Width, int Height)> RunAsync(
        PortalHost host, HttpClient client)
    {
        var project = await PortalHost.NewProjectAsync(client);
        var good = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(4));
        var bad = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(2));
        foreach (var image in good.Take(3))
        {
            await LabelAsync(host, image, ImageLabel.Good);
        }
        var record = await LabelAsync(host, bad[0], ImageLabel.Anomaly);
        await LabelAsync(host, bad[1], ImageLabel.Anomaly);
        using var accepted = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun { References = ReferenceChoice.None }, Cancel);
        var run = (await accepted.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        while (run.State is "queued" or "running")
        {
            await Task.Delay(50, Cancel);
            run = (await client.GetFromJsonAsync<RunAnswer>($"/api/v1/runs/{run.Id}", Cancel))!;
        }
        Assert.Equal("succeeded", run.State);
        var truth = good.Take(3).ToDictionary(id => id, _ => ImageLabel.Good);
        truth[good[3]] = ImageLabel.Unlabelled;
        truth[bad[0]] = truth[bad[1]] = ImageLabel.Anomaly;
        return (project.Id, run.Id, truth, record.Width, record.Height);
    }

    private static async Task<MetricsAnswer> TargetsAsync(HttpClient client, Guid runId, string query) =>
        (await client.GetFromJsonAsync<MetricsAnswer>($"/api/v1/runs/{runId}/metrics?{query}", Cancel))!;

    private static async Task<ImageRecord> LabelAsync(PortalHost host, Guid imageId, ImageLabel label)
    {
        await using var db = await host.DbAsync();
        var image = await db.Set<ImageRecord>().AsNoTracking().SingleAsync(known => known.Id == imageId, Cancel);
        var box = new BoxShape { Id = "b", ClassName = "dent", Box = new ImageRectangle(0, 0, image.Width / 4, image.Height) };
        var truth = GroundTruthStore.Empty(image) with { Label = label, Shapes = label == ImageLabel.Anomaly ? [box] : [] };
        var saved = await host.Services.GetRequiredService<GroundTruthStore>()
            .SaveAsync(image, truth, image.AnnotationRevision, Guid.NewGuid(), new Author(null, "test"), Cancel);
        Assert.False(saved.IsConflict);
        return image;
    }

    // Bilinear resizing puts the box's edge where more than half of the map's pixel is inside.
    private static bool IsInBox(int x, int y, int side, int width, int height) => y >= 0 && height > 0 && (x + 0.5) / side < width / 4 / (double)width;

    private static async Task<MetricsAnswer> MetricsAsync(HttpClient client, Guid runId, double? threshold = null)
    {
        var query = threshold is { } value ? $"?threshold={value.ToString("R", CultureInfo.InvariantCulture)}" : "";
        return (await client.GetFromJsonAsync<MetricsAnswer>($"/api/v1/runs/{runId}/metrics{query}", Cancel))!;
    }

    /// <summary>Share of the pairs (anomalous, good) in the right order, ties one half; counted with ranks by value.</summary>
    private static double SlowAuroc(List<double> scores, List<bool> anomalous)
    {
        var good = scores.Where((_, i) => !anomalous[i]).Order().ToArray();
        var won = 0.0;
        foreach (var score in scores.Where((_, i) => anomalous[i]))
        {
            var below = good.Length == 0 ? 0 : LowerBound(good, score);
            won += below + (LowerBound(good, Math.BitIncrement(score)) - below) / 2.0;
        }
        return won / good.Length / (scores.Count - good.Length);
    }

    private static int LowerBound(double[] sorted, double value)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle] < value ? (middle + 1, high) : (low, middle);
        }
        return low;
    }
}
