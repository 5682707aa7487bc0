namespace AdClip.Vision.Detection.FewShot;

/// <summary>How the parts of a detector make one score: a weighted sum of standardised parts.</summary>
/// <param name="Weights">By <see cref="FitPart"/>; not negative, sum 1.</param>
/// <param name="Standards">By <see cref="FitPart"/>.</param>
internal sealed record Fusion(double[] Weights, Standard[] Standards)
{
    // Pull of the weights towards what is known of such parts in general, as if that many anomalies had shown it.
    private const double PriorAnomalies = 10;

    // Standardised distance of the two kinds that parts usually have.
    private static readonly double[] Usual = [0.2, 1.0, 0.6, 0.2, 0.6];

    /// <summary>Weighs parts by how far apart they keep the two kinds, as a discriminant of independent parts does.</summary>
    /// <param name="scores">By part: out-of-fold scores [n], null where there is no such part.</param>
    /// <param name="anomalous">[n].</param>
    /// <param name="images">Those that may be looked at.</param>
    /// <param name="ruled">By part: the weight where there is no anomaly to measure with.</param>
    public static Fusion From(double[]?[] scores, bool[] anomalous, IReadOnlyList<int> images, double[] ruled)
    {
        var weights = new double[scores.Length];
        var standards = new Standard[scores.Length];
        for (var part = 0; part < scores.Length; part++)
        {
            standards[part] = new Standard(0, 1);
            if (scores[part] is not { } column)
            {
                continue;
            }
            double[] good = [.. images.Where(i => !anomalous[i]).Select(i => column[i])];
            double[] defective = [.. images.Where(i => anomalous[i]).Select(i => column[i])];
            standards[part] = Standard.From(good, defective);
            weights[part] = defective.Length == 0 ? ruled[part] : Weight(good, defective, Usual[part]);
        }
        var sum = weights.Sum();
        if (sum <= 0)
        {
            // Nothing tells anomalies apart: the rule without them is all that is left.
            weights = [.. ruled.Select((weight, part) => scores[part] is null ? 0 : weight)];
            sum = weights.Sum();
        }
        return new Fusion([.. weights.Select(weight => weight / sum)], standards);
    }

    /// <summary>The score of an image: <paramref name="scores"/> by part; those without weight are not looked at.</summary>
    public double Score(Func<int, double> scores)
    {
        var sum = 0.0;
        for (var part = 0; part < Weights.Length; part++)
        {
            if (Weights[part] > 0)
            {
                sum += Weights[part] * Standards[part].Of(scores(part));
            }
        }
        return sum;
    }

    private static double Weight(double[] good, double[] defective, double usual)
    {
        var area = Separation.AreaUnderRoc(good, defective);
        if (area <= 0.5)
        {
            return 0;
        }
        // An area of one is what so few images can show, not certainty.
        var most = 1 - (0.5 / (Math.Min(good.Length, defective.Length) + 1));
        var distance = Math.Sqrt(2) * NormalQuantile(Math.Min(area, most));
        return ((defective.Length * distance) + (PriorAnomalies * usual)) / (defective.Length + PriorAnomalies);
    }

    // By bisection of a rational approximation of the normal distribution (Abramowitz and Stegun, 26.2.17): six digits are plenty.
    private static double NormalQuantile(double probability)
    {
        var (low, high) = (0.0, 6.0);
        for (var i = 0; i < 40; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Normal(middle) < probability ? (middle, high) : (low, middle);
        }
        return low;
    }

    private static double Normal(double x)
    {
        var t = 1 / (1 + (0.2316419 * x));
        var sum = t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return 1 - (Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) * sum);
    }
}
