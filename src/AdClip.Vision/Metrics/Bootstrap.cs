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
        => Intervals(scores, anomalous, [number], draws, seed)[0];

    /// <summary>The 95 % intervals of several numbers from the same draws, each null where it is undefined.</summary>
    /// <param name="scores">[n], finite.</param>
    /// <param name="anomalous">[n].</param>
    /// <param name="numbers">Of any sample's curve.</param>
    /// <param name="draws">Resamples.</param>
    /// <param name="seed">Of the draws.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <exception cref="RefusedInputException">A score is infinite or not a number.</exception>
    public static ConfidenceInterval?[] Intervals(
        IReadOnlyList<double> scores,
        IReadOnlyList<bool> anomalous,
        IReadOnlyList<Func<PrecisionRecallCurve, double?>> numbers,
        int draws = 1000,
        int seed = 1,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(anomalous);
        ArgumentNullException.ThrowIfNull(numbers);
        ArgumentOutOfRangeException.ThrowIfNotEqual(anomalous.Count, scores.Count);
        // Sorted once: a draw only counts how often each distinct score was drawn.
        double[] distinct = [.. PrecisionRecallCurve.FromScores([.. scores], [.. anomalous]).Points.Select(point => point.Threshold)];
        int[] Places(bool truth) => [.. scores.Where((_, i) => anomalous[i] == truth).Select(score => Array.BinarySearch(distinct, score + 0.0))];
        var (good, bad) = (Places(false), Places(true));
        var (goodAt, badAt) = (new long[distinct.Length], new long[distinct.Length]);
        var random = new Random(seed);
        List<double>[] values = [.. numbers.Select(_ => new List<double>(draws))];
        for (var draw = 0; draw < draws; draw++)
        {
            cancel.ThrowIfCancellationRequested();
            Draw(good, goodAt, random);
            Draw(bad, badAt, random);
            var curve = PrecisionRecallCurve.FromCounts(distinct, badAt, goodAt);
            for (var i = 0; i < numbers.Count; i++)
            {
                if (numbers[i](curve) is { } value)
                {
                    values[i].Add(value);
                }
            }
        }
        return [.. values.Select(Middle95)];
    }

    /// <summary>The 95 % interval of F1 at a threshold that is not chosen anew in each draw; null without an anomalous sample.</summary>
    /// <param name="counts">Outcomes at the threshold.</param>
    /// <param name="draws">Resamples.</param>
    /// <param name="seed">Of the draws.</param>
    public static ConfidenceInterval? F1Interval(Confusion counts, int draws = 1000, int seed = 1)
    {
        if (counts.Positives == 0)
        {
            return null;
        }
        // What a draw needs of the scores is only which side they lie on.
        double[] scores = [0, 1];
        var random = new Random(seed);
        long[] DrawSides(long below, long above) => Sides(below + above, above, random);
        List<double> values = new(draws);
        for (var draw = 0; draw < draws; draw++)
        {
            var curve = PrecisionRecallCurve.FromCounts(
                scores, DrawSides(counts.FalseNegatives, counts.TruePositives), DrawSides(counts.TrueNegatives, counts.FalsePositives));
            values.Add(curve.At(1).F1);
        }
        return Middle95(values);
    }

    private static long[] Sides(long samples, long above, Random random)
    {
        var drawn = new long[2];
        for (var i = 0L; i < samples; i++)
        {
            drawn[random.NextInt64(samples) < above ? 1 : 0]++;
        }
        return drawn;
    }

    private static void Draw(int[] pool, long[] at, Random random)
    {
        Array.Clear(at);
        for (var i = 0; i < pool.Length; i++)
        {
            at[pool[random.Next(pool.Length)]]++;
        }
    }

    internal static ConfidenceInterval? Middle95(List<double> values)
    {
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
