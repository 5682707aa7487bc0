namespace AdClip.Vision.Metrics;

/// <summary>How much better one way is than another where both were tried under the same conditions several times.</summary>
/// <remarks>
/// Student's t interval of the mean of the differences. It covers what another draw of the conditions changes, not what another set of
/// test images would: that is the bootstrap's to say.
/// </remarks>
/// <param name="Pairs">Conditions under which both were tried.</param>
/// <param name="Mean">Of the differences.</param>
/// <param name="Deviation">Of the differences, of a sample (n - 1); null for a single one.</param>
/// <param name="Interval">95 %; null for a single difference, which says nothing of noise.</param>
public sealed record PairedDifference(int Pairs, double Mean, double? Deviation, ConfidenceInterval? Interval)
{
    // 97.5 % quantiles of Student's t for 1 to 10 degrees of freedom.
    private static readonly double[] Quantiles = [12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139];

    /// <summary>Whether the interval leaves out 0.</summary>
    public bool IsClear => Interval is { } interval && (interval.Low > 0 || interval.High < 0);

    /// <summary>Computes it; null without a difference.</summary>
    /// <param name="differences">One for each condition.</param>
    public static PairedDifference? Of(IReadOnlyList<double> differences)
    {
        ArgumentNullException.ThrowIfNull(differences);
        if (differences.Count == 0)
        {
            return null;
        }
        var mean = differences.Average();
        if (differences.Count == 1)
        {
            return new PairedDifference(1, mean, null, null);
        }
        var deviation = Math.Sqrt(differences.Sum(difference => (difference - mean) * (difference - mean)) / (differences.Count - 1));
        var half = Quantile(differences.Count - 1) * deviation / Math.Sqrt(differences.Count);
        return new PairedDifference(differences.Count, mean, deviation, new ConfidenceInterval(mean - half, mean + half));
    }

    /// <summary>The 97.5 % quantile of Student's t.</summary>
    /// <remarks>Beyond the table: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5, right to 1e-5.</remarks>
    internal static double Quantile(int freedom)
    {
        if (freedom <= Quantiles.Length)
        {
            return Quantiles[freedom - 1];
        }
        const double z = 1.959963985;
        double z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z, z9 = z7 * z * z, n = freedom;
        return z + ((z3 + z) / (4 * n)) + (((5 * z5) + (16 * z3) + (3 * z)) / (96 * n * n))
            + (((3 * z7) + (19 * z5) + (17 * z3) - (15 * z)) / (384 * n * n * n))
                + (((79 * z9) + (776 * z7) + (1482 * z5) - (1920 * z3) - (945 * z)) / (92160 * n * n * n * n));
    }
}
