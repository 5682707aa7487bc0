namespace AdClip.Vision.Metrics;

/// <summary>What k hits among n independent samples prove about the true rate behind them.</summary>
/// <param name="Low">The true rate is at least this, at the confidence asked for.</param>
/// <param name="High">The true rate is at most this, at the confidence asked for.</param>
public readonly record struct RateInterval(double Low, double High)
{
    /// <summary>
    /// The two-sided Clopper-Pearson interval: never covers less than <paramref name="confidence"/>, at any n.
    /// With no sample nothing is known: 0 to 1.
    /// </summary>
    public static RateInterval ClopperPearson(long hits, long samples, double confidence = 0.95)
    {
        Check(hits, samples, confidence);
        var tail = (1 - confidence) / 2;
        return new(LowerBound(hits, samples, 1 - tail), UpperBound(hits, samples, 1 - tail));
    }

    /// <summary>
    /// One-sided: the true rate is at most this with <paramref name="confidence"/>. With 0 hits it is 1 - (1 - confidence)^(1/n):
    /// what n good images without a false alarm can prove (4: 52.7 %, 10: 25.9 %, 110: 2.7 %).
    /// </summary>
    public static double UpperBound(long hits, long samples, double confidence = 0.95)
    {
        Check(hits, samples, confidence);
        return hits == samples ? 1 : BetaQuantile(confidence, hits + 1, samples - hits);
    }

    /// <summary>One-sided: the true rate is at least this with <paramref name="confidence"/>.</summary>
    public static double LowerBound(long hits, long samples, double confidence = 0.95)
    {
        Check(hits, samples, confidence);
        return hits == 0 ? 0 : BetaQuantile(1 - confidence, hits, samples - hits + 1);
    }

    /// <summary>
    /// Good images, none of them a false alarm, that it takes to prove a false alarm rate of at most <paramref name="rate"/>:
    /// the smallest n >= ln(1 - confidence) / ln(1 - rate) (10 %: 29, 5 %: 59, 2 %: 149, 1 %: 299).
    /// </summary>
    public static long SamplesToProve(double rate, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rate, 1);
        Check(0, 0, confidence);
        return (long)Math.Ceiling(Math.Log(1 - confidence) / Math.Log(1 - rate));
    }

    private static void Check(long hits, long samples, double confidence)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(hits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hits, samples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(confidence);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(confidence, 1);
    }

    // Bisection: the distribution function is monotone, and 60 halvings reach the last bit.
    private static double BetaQuantile(double probability, double a, double b)
    {
        double low = 0, high = 1;
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (BetaDistribution(middle, a, b) < probability)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    // Regularised incomplete beta function by its continued fraction (modified Lentz), on the side where it converges fast.
    private static double BetaDistribution(double x, double a, double b)
    {
        if (x <= 0 || x >= 1)
        {
            return x <= 0 ? 0 : 1;
        }
        if (x > (a + 1) / (a + b + 2))
        {
            return 1 - BetaDistribution(1 - x, b, a);
        }
        var front = Math.Exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + a * Math.Log(x) + b * Math.Log(1 - x)) / a;
        double c = 1, d = 1 / NotZero(1 - (a + b) * x / (a + 1)), fraction = d;
        for (var m = 1; m < 100_000; m++)
        {
            var even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / NotZero(1 + even * d);
            c = NotZero(1 + even / c);
            fraction *= c * d;
            var odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / NotZero(1 + odd * d);
            c = NotZero(1 + odd / c);
            fraction *= c * d;
            if (Math.Abs(c * d - 1) < 1e-15)
            {
                break;
            }
        }
        return front * fraction;
    }

    private static double NotZero(double value) => Math.Abs(value) < 1e-300 ? 1e-300 : value;

    // Stirling's series after shifting the argument above 10, where seven terms are exact to double precision.
    private static double LogGamma(double x)
    {
        var shift = 0.0;
        for (; x < 10; x++)
        {
            shift += Math.Log(x);
        }
        var inverse = 1 / (x * x);
        var series = (1.0 / 12 - inverse * (1.0 / 360 - inverse * (1.0 / 1260 - inverse * (1.0 / 1680
            - inverse * (1.0 / 1188 - inverse * (691.0 / 360360 - inverse / 156)))))) / x;
        return (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + series - shift;
    }
}
