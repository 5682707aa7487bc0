using System.Diagnostics;
using AdClip.Vision.Datasets;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Metrics;

namespace AdClip.Cli;

/// <summary>A threshold chosen on the images learned from, each scored without itself, and what came of it.</summary>
/// <param name="OutOfFold">F1 there; null where the rule looks at good images only.</param>
/// <param name="Threshold">Chosen.</param>
/// <param name="F1">On the test images.</param>
internal sealed record CarriedThreshold(double? OutOfFold, double Threshold, double F1);

/// <summary>Figures of one detector on one stage, one product and one drawing of the images.</summary>
internal sealed record StageMeasurement
{
    public required string Product { get; init; }

    public required string Detector { get; init; }

    public required Stage Stage { get; init; }

    public required int Seed { get; init; }

    /// <summary>Of anomalies, to which F1 is brought in <see cref="AtShare"/>: of the test images unless another was asked for.</summary>
    public required double Share { get; init; }

    /// <summary>Largest F1 at the share that the images learned from happen to have.</summary>
    public required CarriedThreshold? OwnShare { get; init; }

    /// <summary>Largest F1 at <see cref="Share"/>; on the test images brought to the same share.</summary>
    public required CarriedThreshold? AtShare { get; init; }

    /// <summary>The threshold that lets one good image in ten be rejected.</summary>
    public required CarriedThreshold? FalseRejects { get; init; }

    /// <summary>Share of the good test images that this rejects.</summary>
    public required double? RejectedGood { get; init; }

    /// <summary>To learn, tokens being kept.</summary>
    public required double Seconds { get; init; }

    public required ProductResult Result { get; init; }
}

/// <summary>Stages, detectors and seeds side by side.</summary>
internal static class StageGrid
{
    private const double FalseRejectBudget = 0.1;

    /// <param name="share">Of anomalies, to which F1 is brought; null: that of the test images.</param>
    public static IReadOnlyList<StageMeasurement> Measure(
        StageInputs inputs, IReadOnlyList<EncodedImage> images, Stage[] stages, string[] detectors, int seeds, double? share, CancellationToken cancel)
    {
        var figures = new List<StageMeasurement>();
        var products = images.GroupBy(image => image.Image.Product).ToArray();
        (string Name, Stage Stage)[] cells =
            [.. detectors.SelectMany(name => stages.Select(stage => (name, stage))).Where(cell => StageScorer.CanLearn(cell.name, cell.stage))];
        using var progress = new Progress("stages", products.Length * seeds * cells.Length);
        foreach (var product in products)
        {
            for (var seed = 1; seed <= seeds; seed++)
            {
                var split = StageSplit.Draw([.. product], stages, seed);
                foreach (var (name, stage) in cells)
                {
                    cancel.ThrowIfCancellationRequested();
                    var learned = split.Learned[Array.IndexOf(stages, stage)];
                    StageScorer.Prepare(name, inputs, learned, seed, cancel);
                    var start = Stopwatch.GetTimestamp();
                    var detector = StageScorer.Make(name, inputs, learned, seed, cancel);
                    var seconds = detector.SecondsBefore + Stopwatch.GetElapsedTime(start).TotalSeconds;
                    var result = ProductResult.Measure(split.Judged, detector.Score, cancel: cancel);
                    figures.Add(Figures(product.Key, name, stage, seed, detector, seconds, result, share));
                    progress.Step();
                }
            }
        }
        return figures;
    }

    private static StageMeasurement Figures(
        string product, string name, Stage stage, int seed, StageScorer detector, double seconds, ProductResult result, double? asked)
    {
        var learned = PrecisionRecallCurve.FromScores(
            [.. detector.OutOfFold.Select(image => image.Score)], [.. detector.OutOfFold.Select(image => image.IsAnomaly)]);
        var test = result.Image;
        var share = asked ?? (test is { Positives: > 0, Negatives: > 0 } ? (double)test.Positives / (test.Positives + test.Negatives) : 0.5);
        var own = learned.BestF1 is { } best ? new CarriedThreshold(best.Counts.F1, best.Threshold, test.At(best.Threshold).F1) : null;
        var atShare = F1AtShare.Best(learned, share) is { } carried && test is { Positives: > 0, Negatives: > 0 }
            ? new CarriedThreshold(carried.F1, carried.Threshold, F1AtShare.Of(test.At(carried.Threshold), share))
            : null;
        double[] good = [.. detector.OutOfFold.Where(image => !image.IsAnomaly).Select(image => image.Score)];
        if (good.Length == 0)
        {
            return new StageMeasurement
            {
                Product = product,
                Detector = name,
                Stage = stage,
                Seed = seed,
                Share = share,
                OwnShare = own,
                AtShare = atShare,
                FalseRejects = null,
                RejectedGood = null,
                Seconds = seconds,
                Result = result,
            };
        }
        var budget = BudgetThreshold.ForFalseRejects(good, FalseRejectBudget).Threshold;
        return new StageMeasurement
        {
            Product = product,
            Detector = name,
            Stage = stage,
            Seed = seed,
            Share = share,
            OwnShare = own,
            AtShare = atShare,
            FalseRejects = new CarriedThreshold(null, budget, test.At(budget).F1),
            RejectedGood = test.At(budget).FalsePositiveRate,
            Seconds = seconds,
            Result = result,
        };
    }
}
