namespace AdClip.Vision.Detection.FewShot;

/// <summary>How the parts of a detector make one score: a weighted sum of standardised parts.</summary>
/// <param name="Weights">By <see cref="FitPart"/>; not negative. Sum 1, until defects that were pointed out come on top.</param>
/// <param name="Standards">By <see cref="FitPart"/>.</param>
internal sealed record Fusion(double[] Weights, Standard[] Standards)
{
    // Pull of the weights towards what is known of such parts in general, as if that many images of either kind had shown it.
    private const double PriorImages = 60;

    // Standardised distance of the two kinds that parts usually have.
    private static readonly double[] Usual = [0.05, 1.0, 0.05, 0.1, 0.3];

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
            weights[part] = defective.Length == 0 ? ruled[part] : Weight((FitPart)part, good, defective);
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

    /// <summary>The fusion once defects were pointed out: if they had no weight, a known defect raises the score by three spreads; other scores stay.</summary>
    /// <param name="usual">What good patches are usually apart.</param>
    public Fusion WithDefects(float usual)
    {
        const int part = (int)FitPart.AnomalyBank;
        return Weights[part] > 0 ? this : new Fusion(
            [.. Weights.Select((weight, i) => i == part ? 1 : weight)],
            [.. Standards.Select((standard, i) => i == part ? new Standard(0, Math.Max(usual, 1e-6) / 3, Math.Max(usual, 1e-6)) : standard)]);
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

    private static double Weight(FitPart part, double[] good, double[] defective)
    {
        var area = Separation.AreaUnderRoc(good, defective);
        if (area <= 0.5 && part != FitPart.Bank)
        {
            return 0;
        }
        // An area of one is what so few images can show, not certainty.
        var few = Math.Min(good.Length, defective.Length);
        var most = 1 - (0.5 / (few + 1));
        var distance = Math.Sqrt(2) * NormalQuantile(Math.Clamp(area, 0.5, most));
        return ((few * distance) + (PriorImages * Usual[(int)part])) / (few + PriorImages);
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
