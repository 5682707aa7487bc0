using System.Security.Claims;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Metrics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Evaluation;

public static class EvaluationEndpoints
{
    private const string ImageLevel = "image";
    private const string PixelLevel = "pixel";

    public static void MapEvaluation(this RouteGroupBuilder api)
    {
        var runs = api.MapGroup("/runs/{runId:guid}").WithTags("Evaluation");
        runs.MapGet("/metrics", MetricsAsync)
            .WithSummary(
                "A run against the ground truth at a threshold: by default the one saved for such scores, else the one that its trained "
                + "detector suggests, else that of the largest F1, else (without good or without anomalous images) the one by the usual false rejects or "
                + "recall; falseRejects or recall choose one by a share that may go "
                + "wrong, escapeCost (with falseRejectCost, 1 when left out, and anomalyRate) by least cost; "
                + "split=test|train|all says what is counted: left out, the images kept for judging where there are any, else all");
        runs.MapGet("/curve", CurveAsync).WithSummary("Precision/recall curve of a run; level is image or pixel, split as for metrics");
    }

    private static async Task<Results<Ok<MetricsAnswer>, NotFound, ValidationProblem>> MetricsAsync(
        Guid runId, double? threshold, double? falseRejects, double? recall, double? escapeCost, double? falseRejectCost,
        double? anomalyRate, string? split, IDbContextFactory<PortalDb> dbs, PixelEvaluator pixels, TimeProvider clock,
        IStringLocalizer<EvaluationText> text, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (threshold is { } asked && !double.IsFinite(asked))
        {
            return Invalid("threshold", text["ThresholdNotFinite", asked]);
        }
        if (!EvaluationSplits.TryParse(split, out var counted))
        {
            return Invalid("split", text["UnknownSplit", split!]);
        }
        foreach (var (name, share) in new[] { ("falseRejects", falseRejects), ("recall", recall) })
        {
            if (share is { } wished && !(wished > 0 && wished < 1))
            {
                return Invalid(name, text["TargetInvalid", wished]);
            }
        }
        if (new[]
        {
            threshold is not null,
            (falseRejects ?? recall) is not null,
            (escapeCost ?? falseRejectCost ?? anomalyRate) is not null,
        }.Count(asks => asks) > 1)
        {
            return Invalid("threshold", text["TargetAndThreshold"]);
        }
        ThresholdCosts? costs = (escapeCost ?? falseRejectCost ?? anomalyRate) is null
            ? null
            : new(falseRejectCost ?? EvaluationState.UsualCosts.FalseReject, escapeCost ?? EvaluationState.UsualCosts.Escape, anomalyRate);
        if (await ReadAsync(dbs, runId, counted, user, cancel) is not ({ } scores, var saved))
        {
            return TypedResults.NotFound();
        }
        var images = new ImageEvaluation(scores.Images);
        var best = images.Curve.BestF1;
        var targets = ThresholdTargets.Of(images, falseRejects ?? ThresholdTargets.UsualFalseRejects, recall ?? ThresholdTargets.UsualRecall);
        if (falseRejects is not null && targets.ByFalseRejects is null)
        {
            return Invalid("falseRejects", text["TargetImagesMissing", text["Good"].Value]);
        }
        if (recall is not null && targets.ByRecall is null)
        {
            return Invalid("recall", text["TargetImagesMissing", text["Anomaly"].Value]);
        }
        var start = StartingThreshold.Of(images, saved, scores.SuggestedThreshold);
        var (used, source, rule) = (threshold, falseRejects, recall, costs, start?.Origin) switch
        {
            ({ } value, _, _, _, _) => (VerdictBand.At(value), "request", null),
            (_, { } budget, _, _, _) => (VerdictBand.At(targets.ByFalseRejects!.Threshold), "falseRejects", ThresholdRule.FalseRejects(budget)),
            (_, _, { } share, _, _) => (VerdictBand.At(targets.ByRecall!.Threshold), "recall", ThresholdRule.Recall(share)),
            (_, _, _, { } dear, _) => (VerdictBand.At(dear.Choose(images.Curve)), "cost", ThresholdRule.LeastCost(dear)),
            (_, _, _, _, ThresholdOrigin.Saved) => (start.Band, "saved", null),
            (_, _, _, _, ThresholdOrigin.Trained) => (start.Band, "trained", null),
            (_, _, _, _, ThresholdOrigin.BestF1) => (start.Band, "bestF1", ThresholdRule.LargestF1),
            (_, _, _, _, ThresholdOrigin.FalseRejects) => (start.Band, "falseRejects", ThresholdRule.FalseRejects(targets.FalseRejects)),
            (_, _, _, _, ThresholdOrigin.Recall) => (start.Band, "recall", ThresholdRule.Recall(targets.Recall)),
            _ => ((VerdictBand?)null, "none", (ThresholdRule?)null),
        };
        // Without a threshold nothing is called anomalous.
        var counts = images.Curve.At(used?.FailFrom ?? double.PositiveInfinity);
        var confidence = await ImageConfidence.ComputeAsync(images, cancel);
        var report = await pixels.EvaluateAsync(scores, cancel: cancel);
        return TypedResults.Ok(new MetricsAnswer
        {
            RunId = runId,
            ProjectId = scores.Run.ProjectId,
            EvaluatedAt = clock.GetUtcNow(),
            GroundTruthStamp = scores.Stamp,
            Threshold = used?.FailFrom,
            ThresholdIndex = used is { } shown ? scores.Scale?.Index(shown.FailFrom) : null,
            ThresholdSource = source,
            ReviewFrom = used is { HasReview: true } reviewed ? reviewed.ReviewFrom : null,
            Outcomes = used is { } band3 ? OutcomesAnswer.Of(BandOutcomes.Of(band3, images.Curve)) : null,
            Scale = scores.Scale,
            CostPerPart = costs?.PerPart(counts),
            ThresholdFromSameImages = rule is not null || (source == "saved" && saved!.RunId == runId),
            Split = EvaluationSplits.NameOf(scores.Split),
            NotComparedImages = scores.UncomparedCount,
            LabelledImages = images.Labelled.Count,
            UnlabelledImages = images.UnlabelledCount,
            ReferenceImages = images.ReferenceCount,
            Origins = OriginsAnswer.Of(images.Samples, images.TrainedOnCount),
            HeldOut = rule is null || !images.HasHeldOut ? null : HeldOutAnswer.Of(ThresholdJudgement.Of(images.Samples, rule).HeldOut),
            FalseRejects = falseRejects is null && source != "falseRejects" ? null : BudgetAnswer.Of(targets.ByFalseRejects),
            Recall = recall is null && source != "recall" ? null : BudgetAnswer.Of(targets.ByRecall),
            Band = falseRejects is null || recall is null || targets.Band is not { } band
                ? null
                : new BandAnswer(band.ReviewFrom, band.FailFrom, targets.Good, targets.Anomalies),
            Image = new ImageMetricsAnswer
            {
                AtThreshold = ConfusionAnswer.Of(counts),
                FalseAlarmRateUpper95 = RateInterval.UpperBound(counts.FalsePositives, counts.Negatives),
                RecallLower95 = RateInterval.LowerBound(counts.TruePositives, counts.Positives),
                AreaUnderRoc = images.Curve.AreaUnderRoc,
                AveragePrecision = images.Curve.AveragePrecision,
                F1Max = best?.Counts.F1,
                F1MaxThreshold = best?.Threshold,
                AreaUnderRocInterval = IntervalAnswer.Of(confidence.AreaUnderRoc),
                AveragePrecisionInterval = IntervalAnswer.Of(confidence.AveragePrecision),
                F1MaxInterval = IntervalAnswer.Of(confidence.F1Max),
                F1Interval = IntervalAnswer.Of(Bootstrap.F1Interval(counts)),
                Calibration = CalibrationAnswer.Of(confidence.Calibration),
            },
            Pixel = PixelMetricsAnswer.Of(report),
        });
    }

    private static async Task<Results<Ok<CurveAnswer>, NotFound, ValidationProblem>> CurveAsync(
        Guid runId, string? level, string? split, IDbContextFactory<PortalDb> dbs, PixelEvaluator pixels,
        IStringLocalizer<EvaluationText> text, ClaimsPrincipal user, CancellationToken cancel)
    {
        level ??= ImageLevel;
        if (level is not (ImageLevel or PixelLevel))
        {
            return Invalid("level", text["UnknownLevel", level]);
        }
        if (!EvaluationSplits.TryParse(split, out var counted))
        {
            return Invalid("split", text["UnknownSplit", split!]);
        }
        if (await ReadAsync(dbs, runId, counted, user, cancel) is not ({ } scores, _))
        {
            return TypedResults.NotFound();
        }
        var points = level == ImageLevel
            ? new ImageEvaluation(scores.Images).Curve.Points
            : (await pixels.EvaluateAsync(scores, cancel: cancel)).Points;
        return TypedResults.Ok(new CurveAnswer(runId, level, scores.Stamp, [.. points.Select(CurvePointAnswer.Of)]));
    }

    private static async Task<(RunScores? Scores, ThresholdChoice? Saved)> ReadAsync(
        IDbContextFactory<PortalDb> dbs, Guid runId, EvaluationSplit? split, ClaimsPrincipal user, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var scores = await RunScores.ReadAsync(db, runId, cancel);
        if (scores is null || !await ProjectAccess.Visible(db, user).AnyAsync(project => project.Id == scores.Run.ProjectId, cancel))
        {
            return (null, null);
        }
        return (scores.On(split), await ThresholdChoice.CurrentAsync(db, scores.Run, cancel));
    }

    private static ValidationProblem Invalid(string field, string sentence) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]> { [field] = [sentence] });
}
