using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AdClip.Vision.Metrics;

/// <summary>Every distinct outcome that a threshold on image scores can give, exactly, and the numbers read off it.</summary>
/// <remarks>
/// A sample is called anomalous when its score >= threshold. Nothing is interpolated or rounded: equal to scikit-learn's
/// precision_recall_curve, average_precision_score and roc_auc_score. Cost: one sort of n scores, 40 bytes a distinct score.
/// </remarks>
public sealed class PrecisionRecallCurve
{
    private PrecisionRecallCurve(CurvePoint[] points, long positives, long negatives, double? areaUnderRoc)
    {
        Points = points;
        Positives = positives;
        Negatives = negatives;
        AreaUnderRoc = areaUnderRoc;
    }

    /// <summary>One point for each distinct score, thresholds ascending; the first calls everything anomalous.</summary>
    public IReadOnlyList<CurvePoint> Points { get; }

    /// <summary>Anomalous samples.</summary>
    public long Positives { get; }

    /// <summary>Good samples.</summary>
    public long Negatives { get; }

    /// <summary>Probability that an anomalous sample scores above a good one, ties counted one half (mid-ranks); null with one class only.</summary>
    public double? AreaUnderRoc { get; }

    /// <summary>Sum over thresholds of (recall step) x precision, no interpolation; null without an anomalous sample.</summary>
    public double? AveragePrecision
    {
        get
        {
            if (Positives == 0)
            {
                return null;
            }
            var sum = 0.0;
            var found = 0L;
            for (var i = Points.Count - 1; i >= 0; i--)
            {
                var counts = Points[i].Counts;
                sum += (double)(counts.TruePositives - found) / Positives * counts.Precision!.Value;
                found = counts.TruePositives;
            }
            return sum;
        }
    }

    /// <summary>The point of largest F1, the smallest threshold among equals; null unless there are samples of both kinds.</summary>
    /// <remarks>Without an anomalous sample F1 is 0 everywhere, without a good one the largest calls everything anomalous: neither chooses a
    /// threshold.</remarks>
    public CurvePoint? BestF1 => Positives == 0 || Negatives == 0 ? null : Points.MaxBy(point => point.Counts.F1);

    /// <summary>F1 of calling every sample anomalous: print it beside every F1.</summary>
    public double AllPositiveF1 => new Confusion(Positives, Negatives, 0, 0).F1;

    /// <summary>Builds the curve of <paramref name="scores"/> [n] with truth <paramref name="anomalous"/> [n]; n may be 0.</summary>
    /// <exception cref="RefusedInputException">A score is infinite or not a number.</exception>
    public static PrecisionRecallCurve FromScores(ReadOnlySpan<double> scores, ReadOnlySpan<bool> anomalous)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(anomalous.Length, scores.Length);
        var sorted = scores.ToArray();
        var truth = anomalous.ToArray();
        for (var i = 0; i < sorted.Length; i++)
        {
            if (!double.IsFinite(sorted[i]))
            {
                throw new RefusedInputException(
                    RefusalCode.ScoreNotFinite,
                    $"Score {i + 1} is {sorted[i]}, so no threshold can be compared with it; repeat the run that made it.",
                    i + 1,
                    sorted[i]);
            }
            sorted[i] += 0.0; // -0 and 0 are one score
        }
        Array.Sort(sorted, truth);

        List<double> distinct = [];
        List<long> positives = [], negatives = [];
        for (var i = 0; i < sorted.Length; i++)
        {
            if (i == 0 || sorted[i] != sorted[i - 1])
            {
                distinct.Add(sorted[i]);
                positives.Add(0);
                negatives.Add(0);
            }
            (truth[i] ? positives : negatives)[^1]++;
        }
        return FromCounts(CollectionsMarshal.AsSpan(distinct), CollectionsMarshal.AsSpan(positives), CollectionsMarshal.AsSpan(negatives));
    }

    /// <summary>Builds it from how often each score, rising, was seen; scores never seen are left out.</summary>
    internal static PrecisionRecallCurve FromCounts(ReadOnlySpan<double> scores, ReadOnlySpan<long> positivesAt, ReadOnlySpan<long> negativesAt)
    {
        long positives = TensorPrimitives.Sum(positivesAt), negatives = TensorPrimitives.Sum(negativesAt);
        List<CurvePoint> points = new(scores.Length);
        long positivesBelow = 0, negativesBelow = 0;
        var wonPairs = 0.0;
        for (var i = 0; i < scores.Length; i++)
        {
            if (positivesAt[i] + negativesAt[i] == 0)
            {
                continue;
            }
            points.Add(new(scores[i], new(positives - positivesBelow, negatives - negativesBelow, negativesBelow, positivesBelow)));
            wonPairs += positivesAt[i] * (negativesBelow + negativesAt[i] / 2.0);
            positivesBelow += positivesAt[i];
            negativesBelow += negativesAt[i];
        }
        double? areaUnderRoc = positives == 0 || negatives == 0 ? null : wonPairs / positives / negatives;
        return new([.. points], positives, negatives, areaUnderRoc);
    }

    /// <summary>Outcomes when "score >= <paramref name="threshold"/>" means anomalous, for any threshold.</summary>
    public Confusion At(double threshold)
    {
        // The first point at or above the threshold has the same outcomes; above all scores nothing is anomalous.
        int low = 0, high = Points.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Points[middle].Threshold >= threshold)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }
        return low < Points.Count ? Points[low].Counts : new(0, 0, Negatives, Positives);
    }
}
