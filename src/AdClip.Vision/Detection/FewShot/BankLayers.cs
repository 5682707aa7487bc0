namespace AdClip.Vision.Detection.FewShot;

/// <summary>Which of the cached layers the bank compares: all of them, unless the images show beyond noise that fewer are better.</summary>
/// <remarks>
/// Other choices are the model's own few-shot layers and each layer alone. Each is judged by the area under the ROC curve of scores made
/// without the image itself, against all layers on the same images: the standard error of the difference is that of DeLong, DeLong and
/// Clarke-Pearson (Biometrics, 1988), and half an image of the rarer kind on top, since a few images that are told apart perfectly
/// show no variance. One standard error was too little: with ten anomalies it chose by luck, and what it chose was worse more often than better.
/// </remarks>
internal static class BankLayers
{
    private const double StandardErrors = 2;
    private const int LeastAnomalies = 5;

    /// <param name="scheme">Whose few-shot layers are a choice of their own.</param>
    /// <param name="bank">Over all layers.</param>
    /// <param name="layers">All layers, in the order of the bank.</param>
    /// <param name="anomalous">By image.</param>
    /// <returns>Positions in <paramref name="layers"/>.</returns>
    public static IReadOnlyList<int> Choose(ScoringScheme scheme, FitBank bank, IReadOnlyList<int> layers, bool[] anomalous)
    {
        int[] all = [.. Enumerable.Range(0, layers.Count)];
        if (anomalous.Count(truth => truth) < LeastAnomalies || layers.Count == 1)
        {
            return all;
        }
        int[] own = [.. all.Where(i => scheme.FewShotLayers.Contains(layers[i]))];
        var usual = Placements.Of(Scores(all), anomalous);
        var (best, most) = (all, 0.0);
        foreach (var positions in all.Select(i => (int[])[i]).Append(own))
        {
            if (positions.Length == 0 || positions.Length == all.Length)
            {
                continue;
            }
            var (gain, error) = Placements.Of(Scores(positions), anomalous).Beyond(usual);
            if (gain > StandardErrors * error && gain > most)
            {
                (best, most) = (positions, gain);
            }
        }
        return best;

        double[] Scores(int[] positions)
        {
            var narrow = bank.Of(positions);
            return [.. anomalous.Select((_, i) => narrow.Score(i))];
        }
    }

    /// <param name="Good">For each good image the share of anomalies that score above it.</param>
    /// <param name="Anomalous">For each anomaly the share of good images that score below it.</param>
    private sealed record Placements(double[] Good, double[] Anomalous)
    {
        public static Placements Of(double[] scores, bool[] anomalous)
        {
            double[] good = [.. scores.Where((_, i) => !anomalous[i])];
            double[] bad = [.. scores.Where((_, i) => anomalous[i])];
            return new Placements(
                [.. good.Select(low => Separation.AreaUnderRoc([low], bad))],
                [.. bad.Select(high => Separation.AreaUnderRoc(good, [high]))]);
        }

        public (double Gain, double Error) Beyond(Placements other)
        {
            var half = 0.5 / (Math.Min(Good.Length, Anomalous.Length) + 1);
            return (
                Anomalous.Average() - other.Anomalous.Average(), Math.Sqrt(Variance(Good, other.Good) + Variance(Anomalous, other.Anomalous) + (half * half)));
        }

        private static double Variance(double[] a, double[] b)
        {
            double[] differences = [.. a.Zip(b, (x, y) => x - y)];
            var mean = differences.Average();
            return differences.Sum(value => (value - mean) * (value - mean)) / Math.Max(1, differences.Length - 1) / differences.Length;
        }
    }
}
