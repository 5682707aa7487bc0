using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using AdClip.Portal.Features.Inspectors.Gate;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Metrics;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>Compares a detector with the one that it came from on the golden images, from kept tokens.</summary>
public sealed class GoldenCheck(IDbContextFactory<PortalDb> dbs, TokenSource source, EncoderSlots slots, BlobStore blobs, IScoreThresholds thresholds)
{
    // Scores by the version before are the same for every region that somebody tries.
    private readonly ConditionalWeakTable<FittedDetector, ConcurrentDictionary<string, double>> _scores = [];

    public async Task<GoldenComparison> CompareAsync(
        DetectionModel model, TaughtLine line, Guid runId, FittedDetector before, FittedDetector after, GoldenProgress progress, CancellationToken cancel)
    {
        GoldenSet golden;
        await using (var db = await dbs.CreateDbContextAsync(cancel))
        {
            golden = await GoldenSet.ReadAsync(db, line.ProjectId, runId, cancel);
        }
        progress.Total = golden.Images.Count;
        var known = _scores.GetValue(before, _ => new ConcurrentDictionary<string, double>(StringComparer.Ordinal));
        var scores = new (double Before, double After)?[golden.Images.Count];
        // One place is left for whoever looks at an image meanwhile.
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, slots.Parallelism - 1), CancellationToken = cancel };
        await Parallel.ForAsync(0, scores.Length, parallel, async (i, stop) =>
        {
            scores[i] = await slots.InSlotAsync(() => Score(model, golden.Images[i], before, after, known), stop);
            progress.Step();
        });
        List<(GoldenImage Image, double Before, double After)> compared =
        [
            .. golden.Images.Zip(scores)
                .Where(pair => pair.Second is not null)
                .Select(pair => (pair.First, pair.Second!.Value.Before, pair.Second.Value.After)),
        ];
        var (threshold, thresholdSource) = await ThresholdAsync(line, compared, cancel);
        return GoldenComparison.Of(golden.Source, compared, scores.Length - compared.Count, threshold, thresholdSource);
    }

    // An image that cannot be read any longer, or that the inspection area does not fit, says nothing; the comparison counts it.
    private (double Before, double After)? Score(
        DetectionModel model, GoldenImage image, FittedDetector before, FittedDetector after, ConcurrentDictionary<string, double> known)
    {
        var sha256 = image.Sha256;
        if (!before.Regions.Fits(image.Width, image.Height))
        {
            return null;
        }
        try
        {
            var (tokens, _) = source.Encode(model, blobs.PathOf(sha256), sha256);
            return (known.GetOrAdd(sha256, _ => before.Score(tokens, sha256).Score), after.Score(tokens, sha256).Score);
        }
        catch (RefusedInputException refused) when (refused.Code is not RefusalCode.WeightsNotFinite)
        {
            return null;
        }
    }

    private async Task<(double? Value, GoldenThreshold Source)> ThresholdAsync(
        TaughtLine line, IReadOnlyList<(GoldenImage Image, double Before, double After)> compared, CancellationToken cancel)
    {
        foreach (var version in new[] { line.Head, line.Root }.OfType<DetectorVersion>())
        {
            if (await thresholds.NewestAsync(line.ProjectId, Planner.IdentityOf(version), cancel) is { } saved)
            {
                return (saved.FailFrom, GoldenThreshold.Saved);
            }
        }
        if (line.Root is { } root && VersionReport.Parse(root.Report).Threshold is { } suggested)
        {
            return (suggested, GoldenThreshold.Suggested);
        }
        bool[] truths = [.. compared.Select(one => one.Image.IsAnomaly)];
        if (PrecisionRecallCurve.FromScores([.. compared.Select(one => one.Before)], truths).BestF1 is not { } best)
        {
            return (null, GoldenThreshold.None);
        }
        // Halfway to the next score below: the least change of the image that lies on it would cost it its verdict else.
        var below = compared.Select(one => one.Before).Where(score => score < best.Threshold).DefaultIfEmpty(best.Threshold).Max();
        return ((best.Threshold + below) / 2, GoldenThreshold.BestOfGolden);
    }
}
