namespace AdClip.Vision.Metrics;

/// <summary>Percentile bootstrap of several detectors on the same samples, all of them seeing the same draws.</summary>
/// <remarks>
/// What is easy or hard in a draw is so for all detectors, so that the interval of a difference is narrower than the two intervals
/// suggest. Good and anomalous samples are drawn each from their own. Deterministic by seed.
/// </remarks>
public sealed class PairedBootstrap
{
    // [number][detector][draw]; not a number where it is undefined.
    private readonly double[][][] _values;

    private PairedBootstrap(double[][][] values) => _values = values;

    /// <summary>Draws.</summary>
    /// <param name="scores">Of each detector [n], finite.</param>
    /// <param name="anomalous">[n].</param>
    /// <param name="numbers">Of a detector, by its place, and its curve on a draw.</param>
    /// <param name="draws">Resamples.</param>
    /// <param name="seed">Of the draws.</param>
    /// <param name="cancel">Ends it early.</param>
    /// <exception cref="RefusedInputException">A score is infinite or not a number.</exception>
    public static PairedBootstrap Draw(
        IReadOnlyList<IReadOnlyList<double>> scores,
        IReadOnlyList<bool> anomalous,
        IReadOnlyList<Func<int, PrecisionRecallCurve, double?>> numbers,
        int draws = 1000,
        int seed = 1,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(anomalous);
        ArgumentNullException.ThrowIfNull(numbers);
        bool[] truths = [.. anomalous];
        var detectors = new (double[] Distinct, int[] Place, long[] Good, long[] Bad)[scores.Count];
        for (var detector = 0; detector < scores.Count; detector++)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(scores[detector].Count, truths.Length);
            double[] own = [.. scores[detector]];
            double[] distinct = [.. PrecisionRecallCurve.FromScores(own, truths).Points.Select(point => point.Threshold)];
            detectors[detector] =
                (distinct, [.. own.Select(score => Array.BinarySearch(distinct, score + 0.0))], new long[distinct.Length], new long[distinct.Length]);
        }
        int[] Samples(bool truth) => [.. Enumerable.Range(0, truths.Length).Where(i => truths[i] == truth)];
        var (good, bad) = (Samples(false), Samples(true));
        double[][][] values = [.. numbers.Select(_ => scores.Select(_ => new double[draws]).ToArray())];
        var random = new Random(seed);
        for (var draw = 0; draw < draws; draw++)
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var (_, _, goodAt, badAt) in detectors)
            {
                Array.Clear(goodAt);
                Array.Clear(badAt);
            }
            for (var i = 0; i < good.Length; i++)
            {
                var sample = good[random.Next(good.Length)];
                foreach (var (_, place, goodAt, _) in detectors)
                {
                    goodAt[place[sample]]++;
                }
            }
            for (var i = 0; i < bad.Length; i++)
            {
                var sample = bad[random.Next(bad.Length)];
                foreach (var (_, place, _, badAt) in detectors)
                {
                    badAt[place[sample]]++;
                }
            }
            for (var detector = 0; detector < detectors.Length; detector++)
            {
                var curve = PrecisionRecallCurve.FromCounts(detectors[detector].Distinct, detectors[detector].Bad, detectors[detector].Good);
                for (var number = 0; number < numbers.Count; number++)
                {
                    values[number][detector][draw] = numbers[number](detector, curve) ?? double.NaN;
                }
            }
        }
        return new PairedBootstrap(values);
    }

    /// <summary>The 95 % interval of a number of one detector; null where it is undefined.</summary>
    public ConfidenceInterval? Interval(int number, int detector) => Bootstrap.Middle95([.. _values[number][detector].Where(double.IsFinite)]);

    /// <summary>The 95 % interval of how much more a number is with one detector than with another; null where it is undefined.</summary>
    public ConfidenceInterval? Difference(int number, int than, int detector)
        => Bootstrap.Middle95([.. _values[number][detector].Zip(_values[number][than], (value, other) => value - other).Where(double.IsFinite)]);
}
