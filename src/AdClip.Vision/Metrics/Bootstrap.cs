namespace AdClip.Vision.Metrics;

/// <summary>An interval that a number lies in with a stated confidence.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public readonly record struct ConfidenceInterval(double Low, double High);

/// <summary>Percentile bootstrap: how far a number would move had other images of the same kind been tested.</summary>
/// <remarks>
/// Good and anomalous samples are drawn with replacement each from their own, so every draw has both. Source: Efron and
/// Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13. Deterministic by seed.
/// </remarks>
public static class Bootstrap
{
    /// <summary>The 95 % interval of a number computed from scores; null where it is undefined.</summary>
    /// <param name="scores">[n].</param>
    /// <param name="anomalous">[n].</param>
    /// <param name="number">The number, of any sample's curve.</param>
    /// <param name="draws">Resamples; 1000 put the ends within about 1 % of the interval's width.</param>
    /// <param name="seed">Of the draws.</param>
    public static ConfidenceInterval? Interval(
        IReadOnlyList<double> scores, IReadOnlyList<bool> anomalous, Func<PrecisionRecallCurve, double?> number, int draws = 1000, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(anomalous);
        ArgumentNullException.ThrowIfNull(number);
        ArgumentOutOfRangeException.ThrowIfNotEqual(anomalous.Count, scores.Count);
        double[] Of(bool truth) => [.. scores.Where((_, i) => anomalous[i] == truth)];
        double[][] byTruth = [Of(false), Of(true)];
        var drawn = new double[scores.Count];
        var truths = new bool[scores.Count];
        truths.AsSpan(byTruth[0].Length).Fill(true);
        var random = new Random(seed);
        var values = new List<double>(draws);
        for (var draw = 0; draw < draws; draw++)
        {
            var at = 0;
            foreach (var pool in byTruth)
            {
                for (var i = 0; i < pool.Length; i++)
                {
                    drawn[at++] = pool[random.Next(pool.Length)];
                }
            }
            if (number(PrecisionRecallCurve.FromScores(drawn, truths)) is { } value)
            {
                values.Add(value);
            }
        }
        if (values.Count == 0)
        {
            return null;
        }
        values.Sort();
        return new ConfidenceInterval(Quantile(values, 0.025), Quantile(values, 0.975));
    }

    private static double Quantile(List<double> sorted, double part)
    {
        var place = part * (sorted.Count - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Count - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
