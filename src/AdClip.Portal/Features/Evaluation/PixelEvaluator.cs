using System.Collections.Concurrent;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Storage;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Metrics;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>Compares a run's maps with the drawn defects, once for each state of the ground truth.</summary>
/// <remarks>
/// As the reference does it, maps stay as they are and masks are brought to their size (bilinear, more than half = defect).
/// An image counts when people have said where its defects are: it is labelled good, or has shapes. Pixels outside the run's
/// inspection area count nowhere.
/// </remarks>
public sealed class PixelEvaluator(
    IDbContextFactory<PortalDb> dbs, BlobStore blobs, GroundTruthStore groundTruth, InspectionAreaStore areas, TimeProvider clock)
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromMilliseconds(300);
    private readonly ConcurrentDictionary<(Guid RunId, string Stamp), Computation> _running = new();

    /// <summary>Finds the report or computes it; callers who ask at the same time share one computation.</summary>
    /// <param name="progress">Hears now and then of the share that is done, 0 to 1.</param>
    public async Task<PixelReport> EvaluateAsync(RunScores scores, Action<double>? progress = null, CancellationToken cancel = default)
    {
        await using (var db = await dbs.CreateDbContextAsync(cancel))
        {
            if (await db.Set<PixelEvaluation>()
                .AsNoTracking()
                .SingleOrDefaultAsync(kept => kept.RunId == scores.Run.Id && kept.Stamp == scores.Stamp, cancel) is { } kept)
            {
                return PixelReport.Parse(kept.Report);
            }
        }
        // Not the caller's token: another caller may wait for the same computation.
        var computation = _running.GetOrAdd((scores.Run.Id, scores.Stamp), _ => new Computation(share => ComputeAndKeepAsync(scores, share)));
        var report = computation.Report.Value;
        while (progress is not null && await Task.WhenAny(report, Task.Delay(ProgressEvery, clock, cancel)) != report)
        {
            cancel.ThrowIfCancellationRequested();
            progress(computation.Share);
        }
        return await report.WaitAsync(cancel);
    }

    private async Task<PixelReport> ComputeAndKeepAsync(RunScores scores, Action<double> share)
    {
        try
        {
            var report = await ComputeAsync(scores, share);
            await using var db = await dbs.CreateDbContextAsync();
            // Reports of earlier states are of no use any more; those of other counted images of today are.
            var live = scores.LiveStamps;
            await db.Set<PixelEvaluation>()
                .Where(kept => kept.RunId == scores.Run.Id && (kept.Stamp == scores.Stamp || !live.Contains(kept.Stamp)))
                .ExecuteDeleteAsync();
            db.Add(new PixelEvaluation { RunId = scores.Run.Id, Stamp = scores.Stamp, Report = report.ToJson(), CreatedAt = clock.GetUtcNow() });
            await db.SaveChangesAsync();
            return report;
        }
        finally
        {
            _running.TryRemove((scores.Run.Id, scores.Stamp), out _);
        }
    }

    private async Task<PixelReport> ComputeAsync(RunScores scores, Action<double> share)
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
            share(halfOf.Count / (2.0 * images.Count));
            whollyOutside += image.ShapeCount > 0 && truth.IsWhollyOutside(defect) ? 1 : 0;
        }
        var curve = whole.ToCurve();
        // Each half's regions at the other half's threshold; where a half has no defect, at the one of all images, and said so.
        var thresholds = halves.Thresholds() ?? (curve.BestF1 is { } best ? [best.Threshold, best.Threshold] : null);
        var withoutShapes = scores.Images.Count(image => !image.IsTrainedOn && image.Label == ImageLabel.Anomaly && image.ShapeCount == 0);
        return PixelReport.Of(curve, whole.Images, withoutShapes, longestSide) with
        {
            ExcludedRegions = whole.ExcludedRegions,
            WhollyOutside = whollyOutside,
            HeldOut = halves.HeldOut(),
            RegionLevel = thresholds is null ? null : await RegionsAsync(maps, images, halfOf, thresholds, halves.Thresholds() is not null, share),
        };
    }

    private static async Task<RegionReport> RegionsAsync(
        RunMaps maps, List<ScoredImage> images, List<int> halfOf, IReadOnlyList<double> thresholds, bool isHeldOut, Action<double> share)
    {
        var metrics = new RegionMetrics();
        List<RegionImage> outcomes = [];
        foreach (var (i, (image, half)) in images.Zip(halfOf).Index())
        {
            share(0.5 + (i / (2.0 * images.Count)));
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

    /// <summary>One computation and how far it is; each image is read twice, once for its pixels and once for its regions.</summary>
    private sealed class Computation
    {
        private double _share;

        public Computation(Func<Action<double>, Task<PixelReport>> compute) =>
            Report = new(() => Task.Run(() => compute(share => Volatile.Write(ref _share, share)), CancellationToken.None));

        public Lazy<Task<PixelReport>> Report { get; }

        public double Share => Volatile.Read(ref _share);
    }
}
