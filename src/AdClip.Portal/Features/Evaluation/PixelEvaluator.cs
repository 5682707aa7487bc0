using System.Collections.Concurrent;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Storage;
using AdClip.Vision.Metrics;
using Microsoft.EntityFrameworkCore;
using ImageLabel = AdClip.Portal.Features.Images.ImageLabel;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>Compares a run's maps with the drawn defects, once for each state of the ground truth.</summary>
/// <remarks>
/// As the reference does it, maps stay as they are and masks are brought to their size (bilinear, more than half = defect).
/// An image counts when people have said where its defects are: it is labelled good, or has shapes. Pixels outside the run's
/// inspection area count nowhere.
/// </remarks>
public sealed class PixelEvaluator(IDbContextFactory<PortalDb> dbs, BlobStore blobs, GroundTruthStore groundTruth, InspectionAreaStore areas, TimeProvider clock)
{
    private readonly ConcurrentDictionary<(Guid RunId, string Stamp), Task<PixelReport>> _running = new();

    /// <summary>Finds the report or computes it; callers who ask at the same time share one computation.</summary>
    public async Task<PixelReport> EvaluateAsync(RunScores scores, CancellationToken cancel = default)
    {
        await using (var db = await dbs.CreateDbContextAsync(cancel))
        {
            if (await db.Set<PixelEvaluation>().AsNoTracking().SingleOrDefaultAsync(kept => kept.RunId == scores.Run.Id && kept.Stamp == scores.Stamp, cancel) is { } kept)
            {
                return PixelReport.Parse(kept.Report);
            }
        }
        // Not the caller's token: another caller may wait for the same computation.
        return await _running.GetOrAdd((scores.Run.Id, scores.Stamp), _ => Task.Run(() => ComputeAndKeepAsync(scores), CancellationToken.None)).WaitAsync(cancel);
    }

    private async Task<PixelReport> ComputeAndKeepAsync(RunScores scores)
    {
        try
        {
            var report = await ComputeAsync(scores);
            await using var db = await dbs.CreateDbContextAsync();
            // Reports of earlier states are of no use any more.
            await db.Set<PixelEvaluation>().Where(kept => kept.RunId == scores.Run.Id).ExecuteDeleteAsync();
            db.Add(new PixelEvaluation { RunId = scores.Run.Id, Stamp = scores.Stamp, Report = report.ToJson(), CreatedAt = clock.GetUtcNow() });
            await db.SaveChangesAsync();
            return report;
        }
        finally
        {
            _running.TryRemove((scores.Run.Id, scores.Stamp), out _);
        }
    }

    private async Task<PixelReport> ComputeAsync(RunScores scores)
    {
        var area = await areas.AtAsync(scores.Run.ProjectId, scores.Run.AreaRevision) is { Regions.Regions.Count: > 0 } drawn ? drawn.Regions : null;
        var maps = new RunMaps(dbs, blobs, groundTruth, area);
        var images = scores.Images.Where(image => !image.IsTrainedOn && (image.Label == ImageLabel.Good || image.ShapeCount > 0)).ToList();
        var whole = new PixelMetrics();
        var halves = new PixelHalves();
        List<int> halfOf = [];
        var (whollyOutside, longestSide) = (0, 0);
        foreach (var image in images)
        {
            var truth = await maps.ReadAsync(image);
            var defect = truth.Defect();
            longestSide = Math.Max(longestSide, Math.Max(truth.Width, truth.Height));
            whole.Add(truth.Map, defect, truth.Width, truth.Height, truth.Inspected);
            halfOf.Add(halves.Add(truth.Map, defect, truth.Width, truth.Height, truth.Inspected));
            whollyOutside += image.ShapeCount > 0 && truth.IsWhollyOutside(defect) ? 1 : 0;
        }
        var curve = whole.ToCurve();
        // Each half's regions at the other half's threshold; where a half has no defect, at the one of all images, and said so.
        var thresholds = halves.Thresholds() ?? (curve.BestF1 is { } best && curve.Positives > 0 ? [best.Threshold, best.Threshold] : null);
        var withoutShapes = scores.Images.Count(image => !image.IsTrainedOn && image.Label == ImageLabel.Anomaly && image.ShapeCount == 0);
        return PixelReport.Of(curve, whole.Images, withoutShapes, longestSide) with
        {
            ExcludedRegions = whole.ExcludedRegions,
            WhollyOutside = whollyOutside,
            HeldOut = halves.HeldOut(),
            RegionLevel = thresholds is null ? null : await RegionsAsync(maps, images, halfOf, thresholds, halves.Thresholds() is not null),
        };
    }

    private static async Task<RegionReport> RegionsAsync(RunMaps maps, List<ScoredImage> images, List<int> halfOf, IReadOnlyList<double> thresholds, bool isHeldOut)
    {
        var metrics = new RegionMetrics();
        List<RegionImage> outcomes = [];
        foreach (var (image, half) in images.Zip(halfOf))
        {
            var truth = await maps.ReadAsync(image);
            var found = metrics.Add(truth.InspectedMap(), truth.InspectedMasks(), truth.Width, truth.Height, thresholds[half]);
            if (found.FalseRegions > 0 || found.Found < found.Labelled)
            {
                outcomes.Add(new RegionImage(image.ImageId, found.Labelled, found.Found, found.FalseRegions));
            }
        }
        return new RegionReport
        {
            Figures = metrics.ToFigures(),
            Thresholds = thresholds,
            IsHeldOut = isHeldOut,
            Images = [.. outcomes.OrderByDescending(image => image.Labelled - image.Found).ThenByDescending(image => image.FalseRegions)],
        };
    }
}
