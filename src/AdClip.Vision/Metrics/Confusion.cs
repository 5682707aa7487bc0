namespace AdClip.Vision.Metrics;

/// <summary>How many samples (images or pixels) were called anomalous rightly and wrongly at one threshold.</summary>
/// <param name="TruePositives">Anomalous and called anomalous.</param>
/// <param name="FalsePositives">Good but called anomalous (false alarm).</param>
/// <param name="TrueNegatives">Good and called good.</param>
/// <param name="FalseNegatives">Anomalous but called good (escape).</param>
public readonly record struct Confusion(long TruePositives, long FalsePositives, long TrueNegatives, long FalseNegatives)
{
    /// <summary>Samples that are anomalous in truth.</summary>
    public long Positives => TruePositives + FalseNegatives;

    /// <summary>Samples that are good in truth.</summary>
    public long Negatives => FalsePositives + TrueNegatives;

    /// <summary>Share of the samples called anomalous that are so; null when none was called anomalous.</summary>
    public double? Precision => Ratio(TruePositives, TruePositives + FalsePositives);

    /// <summary>Share of the anomalous samples that were found; null when there is none.</summary>
    public double? Recall => Ratio(TruePositives, Positives);

    /// <summary>Share of the good samples called anomalous; null when there is none.</summary>
    public double? FalsePositiveRate => Ratio(FalsePositives, Negatives);

    /// <summary>2TP / (2TP + FP + FN), the harmonic mean of precision and recall; 0 where that is 0 / 0.</summary>
    public double F1 => Ratio(2 * TruePositives, 2 * TruePositives + FalsePositives + FalseNegatives) ?? 0;

    /// <summary>F1 of calling every sample anomalous: what a detector that knows nothing reaches on these samples.</summary>
    public double AllPositiveF1 => Ratio(2 * Positives, 2 * Positives + Negatives) ?? 0;

    private static double? Ratio(long part, long whole) => whole == 0 ? null : (double)part / whole;
}
