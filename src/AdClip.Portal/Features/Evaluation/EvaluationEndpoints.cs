using System.Security.Claims;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
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
        runs.MapGet("/metrics", MetricsAsync).WithSummary("A run against the ground truth at a threshold: by default the one saved for such scores, else that of the largest F1");
        runs.MapGet("/curve", CurveAsync).WithSummary("Precision/recall curve of a run; level is image or pixel");
    }

    private static async Task<Results<Ok<MetricsAnswer>, NotFound, ValidationProblem>> MetricsAsync(
        Guid runId, double? threshold, IDbContextFactory<PortalDb> dbs, PixelEvaluator pixels, TimeProvider clock,
        IStringLocalizer<EvaluationText> text, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (threshold is { } asked && !double.IsFinite(asked))
        {
            return Invalid("threshold", text["ThresholdNotFinite", asked]);
        }
        if (await ReadAsync(dbs, runId, user, cancel) is not ({ } scores, var saved))
        {
            return TypedResults.NotFound();
        }
        var images = new ImageEvaluation(scores.Images);
        var best = images.Curve.BestF1;
        var (used, source) = (threshold, saved) switch
        {
            ({ } value, _) => (value, "request"),
            (null, { } choice) => (choice.Value, "saved"),
            _ => (best?.Threshold, "bestF1"),
        };
        var counts = images.Curve.At(used ?? 0);
        var report = await pixels.EvaluateAsync(scores, cancel);
        return TypedResults.Ok(new MetricsAnswer
        {
            RunId = runId,
            ProjectId = scores.Run.ProjectId,
            EvaluatedAt = clock.GetUtcNow(),
            GroundTruthStamp = scores.Stamp,
            Threshold = used,
            ThresholdSource = source,
            ThresholdFromSameImages = source == "bestF1" || (source == "saved" && saved!.RunId == runId),
            LabelledImages = images.Labelled.Count,
            UnlabelledImages = images.UnlabelledCount,
            ReferenceImages = images.ReferenceCount,
            Image = new ImageMetricsAnswer
            {
                AtThreshold = ConfusionAnswer.Of(counts),
                FalseAlarmRateUpper95 = RateInterval.UpperBound(counts.FalsePositives, counts.Negatives),
                RecallLower95 = RateInterval.LowerBound(counts.TruePositives, counts.Positives),
                AreaUnderRoc = images.Curve.AreaUnderRoc,
                AveragePrecision = images.Curve.AveragePrecision,
                F1Max = best?.Counts.F1,
                F1MaxThreshold = best?.Threshold,
            },
            Pixel = PixelMetricsAnswer.Of(report),
        });
    }

    private static async Task<Results<Ok<CurveAnswer>, NotFound, ValidationProblem>> CurveAsync(
        Guid runId, string? level, IDbContextFactory<PortalDb> dbs, PixelEvaluator pixels,
        IStringLocalizer<EvaluationText> text, ClaimsPrincipal user, CancellationToken cancel)
    {
        level ??= ImageLevel;
        if (level is not (ImageLevel or PixelLevel))
        {
            return Invalid("level", text["UnknownLevel", level]);
        }
        if (await ReadAsync(dbs, runId, user, cancel) is not ({ } scores, _))
        {
            return TypedResults.NotFound();
        }
        var points = level == ImageLevel
            ? new ImageEvaluation(scores.Images).Curve.Points
            : (await pixels.EvaluateAsync(scores, cancel)).Points;
        return TypedResults.Ok(new CurveAnswer(runId, level, scores.Stamp, [.. points.Select(CurvePointAnswer.Of)]));
    }

    private static async Task<(RunScores? Scores, ThresholdChoice? Saved)> ReadAsync(IDbContextFactory<PortalDb> dbs, Guid runId, ClaimsPrincipal user, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var scores = await RunScores.ReadAsync(db, runId, cancel);
        if (scores is null || !await ProjectAccess.Visible(db, user).AnyAsync(project => project.Id == scores.Run.ProjectId, cancel))
        {
            return (null, null);
        }
        return (scores, await ThresholdChoice.CurrentAsync(db, scores.Run, cancel));
    }

    private static ValidationProblem Invalid(string field, string sentence) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]> { [field] = [sentence] });
}
