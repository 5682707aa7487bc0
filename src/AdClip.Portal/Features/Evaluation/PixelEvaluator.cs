using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Imaging;
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
        var metrics = new PixelMetrics();
        var area = await areas.AtAsync(scores.Run.ProjectId, scores.Run.AreaRevision) is { Regions.Regions.Count: > 0 } drawn ? drawn : null;
        var whollyOutside = 0;
        var longestSide = 0;
        foreach (var image in scores.Images.Where(image => image.Label == ImageLabel.Good || image.ShapeCount > 0))
        {
            await using var file = blobs.OpenRead(image.MapBlob);
            var (map, shape) = NpyReader.ReadFloat32(file);
            var (width, height) = (shape[1], shape[0]);
            longestSide = Math.Max(longestSide, Math.Max(width, height));
            var mask = image.ShapeCount == 0 ? new bool[map.Length] : await MaskAsync(image, width, height);
            var defect = MemoryMarshal.AsBytes(mask.AsSpan());
            var inspected = area is null ? default : InspectedPixels(area.Regions, width, height);
            metrics.Add(map, defect, width, height, inspected);
            whollyOutside += area is not null && image.ShapeCount > 0 && IsOutside(defect, inspected) ? 1 : 0;
        }
        var withoutShapes = scores.Images.Count(image => image.Label == ImageLabel.Anomaly && image.ShapeCount == 0);
        return PixelReport.Of(metrics.ToCurve(), metrics.Images, withoutShapes, longestSide) with { ExcludedRegions = metrics.ExcludedRegions, WhollyOutside = whollyOutside };
    }

    private static byte[] InspectedPixels(InspectionRegions regions, int width, int height)
    {
        var pixels = new byte[width * height];
        regions.Rasterize(width, height).ToRowMajor(pixels);
        return pixels;
    }

    private static bool IsOutside(ReadOnlySpan<byte> defect, ReadOnlySpan<byte> inspected)
    {
        for (var i = 0; i < defect.Length; i++)
        {
            if (defect[i] != 0 && inspected[i] != 0)
            {
                return false;
            }
        }
        return true;
    }

    private async Task<bool[]> MaskAsync(ScoredImage image, int mapWidth, int mapHeight)
    {
        await using var db = await dbs.CreateDbContextAsync();
        var record = await db.Set<ImageRecord>().AsNoTracking().SingleAsync(known => known.Id == image.ImageId);
        var truth = await groundTruth.ReadAsync(record);
        return Preprocessing.MaskToSize(GroundTruthMask.Union(truth.Shapes, truth.Width, truth.Height), mapWidth, mapHeight);
    }
}
