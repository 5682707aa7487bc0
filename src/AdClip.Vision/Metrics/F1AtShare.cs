namespace AdClip.Vision.Metrics;

/// <summary>F1 as it would be if anomalies had another share among the images than they have among the samples.</summary>
/// <remarks>
/// F1 rises with the share of anomalies at the same rates of errors, so that figures on sets with different shares cannot be compared, nor
/// can a threshold that was best on one be carried to the other. Here the rates are those of the samples and only the share is replaced.
/// </remarks>
/// <param name="Threshold">A sample is called anomalous when its score is at least this.</param>
/// <param name="F1">At that threshold and share.</param>
public readonly record struct F1AtShare(double Threshold, double F1)
{
    /// <summary>F1 = 2 s r / (s + s r + (1 - s) f) with share s, recall r and false positive rate f; 0 where all of it is 0.</summary>
    /// <param name="counts">Of samples of both kinds.</param>
    /// <param name="share">Of anomalies, above 0 and below 1.</param>
    public static double Of(Confusion counts, double share)
    {
        CheckShare(share);
        var recall = (double)counts.TruePositives / (counts.TruePositives + counts.FalseNegatives);
        var falseRate = (double)counts.FalsePositives / (counts.FalsePositives + counts.TrueNegatives);
        return 2 * share * recall / (share + (share * recall) + ((1 - share) * falseRate));
    }

    /// <summary>The largest, and the smallest threshold that reaches it; null unless there are samples of both kinds.</summary>
    /// <param name="curve">Of the samples.</param>
    /// <param name="share">Of anomalies, above 0 and below 1.</param>
    public static F1AtShare? Best(PrecisionRecallCurve curve, double share)
    {
        ArgumentNullException.ThrowIfNull(curve);
        CheckShare(share);
        if (curve.Positives == 0 || curve.Negatives == 0)
        {
            return null;
        }
        var best = new F1AtShare(curve.Points[0].Threshold, 0);
        foreach (var point in curve.Points)
        {
            if (Of(point.Counts, share) is var f1 && f1 > best.F1)
            {
                best = new F1AtShare(point.Threshold, f1);
            }
        }
        return best;
    }

    /// <summary>F1 of calling everything anomalous: 2 s / (1 + s).</summary>
    public static double AllPositive(double share)
    {
        CheckShare(share);
        return 2 * share / (1 + share);
    }

    private static void CheckShare(double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(share, 1);
    }
}
