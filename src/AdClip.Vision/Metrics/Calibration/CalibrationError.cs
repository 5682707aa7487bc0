namespace AdClip.Vision.Metrics.Calibration;

/// <summary>Samples of similar probability: what was said beside what came true.</summary>
/// <param name="Samples">How many.</param>
/// <param name="MeanProbability">Said.</param>
/// <param name="Rate">Came true: share of anomalous samples.</param>
/// <param name="RateBounds">95 % Clopper-Pearson interval of the true rate.</param>
public readonly record struct ReliabilityBin(int Samples, double MeanProbability, double Rate, RateInterval RateBounds);

/// <summary>How far probabilities are from what comes true.</summary>
/// <remarks>Source: Naeini, Cooper and Hauskrecht, AAAI 2015 (expected calibration error; here bins of equal mass); Brier, 1950.</remarks>
/// <param name="Expected">Expected calibration error: mean of |said - came true| over bins, weighted by samples.</param>
/// <param name="Brier">Mean squared difference of probability and truth; 0 is best.</param>
/// <param name="BrierOfRate">Brier score of always saying the overall rate; what knowing nothing gives.</param>
/// <param name="Bins">Probabilities rising.</param>
public sealed record CalibrationError(double Expected, double Brier, double BrierOfRate, IReadOnlyList<ReliabilityBin> Bins)
{
    /// <summary>Measures it.</summary>
    /// <param name="probabilities">[n], n > 0, each 0 to 1, of samples that the calibration was not fitted on.</param>
    /// <param name="anomalous">[n].</param>
    /// <param name="bins">Bins of equal mass; fewer where there are not five samples for each.</param>
    public static CalibrationError Of(IReadOnlyList<double> probabilities, IReadOnlyList<bool> anomalous, int bins = 10)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        ArgumentNullException.ThrowIfNull(anomalous);
        ArgumentOutOfRangeException.ThrowIfZero(probabilities.Count);
        ArgumentOutOfRangeException.ThrowIfNotEqual(anomalous.Count, probabilities.Count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        var n = probabilities.Count;
        var sorted = Enumerable.Range(0, n).OrderBy(i => probabilities[i]).ToArray();
        var count = Math.Clamp(n / 5, 1, bins);
        List<ReliabilityBin> found = [];
        var from = 0;
        for (var bin = 0; bin < count && from < n; bin++)
        {
            var to = Math.Max(from + 1, (int)((long)n * (bin + 1) / count));
            // Equal probabilities stay together: which of them comes first would be chance.
            while (to < n && probabilities[sorted[to]] == probabilities[sorted[to - 1]])
            {
                to++;
            }
            var inside = sorted[from..to];
            var hits = inside.Count(i => anomalous[i]);
            found.Add(
                new(inside.Length, inside.Average(i => probabilities[i]), (double)hits / inside.Length, RateInterval.ClopperPearson(hits, inside.Length)));
            from = to;
        }
        var rate = anomalous.Count(truth => truth) / (double)n;
        return new(
            found.Sum(bin => bin.Samples * Math.Abs(bin.MeanProbability - bin.Rate)) / n,
            Enumerable.Range(0, n).Average(i => Square(probabilities[i] - (anomalous[i] ? 1 : 0))),
            rate * (1 - rate),
            found);
    }

    private static double Square(double value) => value * value;
}
