namespace AdClip.Vision.Detection.FewShot;

/// <summary>The colour scale of a map: the same meaning for every detector, read off patches that are known to be good, of images that were left out.</summary>
/// <remarks>
/// Good are those of good images and, away from every drawn defect, of defective ones: an encoder that looks at the whole image sees each
/// patch of a defective one a little otherwise. A part is measured in units of its spread within good and within defective patches, so that
/// what a defect changes is much and what two good images differ by is little. Where good images are alike as two prints are, their own
/// spread says nothing of what matters; then a fixed least distance does.
/// </remarks>
/// <param name="Standards">By <see cref="FitPart"/>: of its patches.</param>
/// <param name="Weights">By <see cref="FitPart"/>; 0 for parts without patches. Sum 1, until defects that were pointed out come on top.</param>
/// <param name="Middle">Shown as one half: what one good patch of a thousand exceeds, and not less than the least distance.</param>
/// <param name="Width">Of the sigmoid: the median good patch is shown as 0.02.</param>
internal sealed record MapScale(Standard[] Standards, double[] Weights, double Middle, double Width)
{
    private const double GoodBelowMiddle = 0.999;
    private const double MedianShown = 0.02;

    // Of cosine distances and of probabilities alike; many images of real products spread wider than that.
    private const double LeastDeviation = 0.01;
    private const double LeastDistance = 0.05;

    /// <param name="patches">By part, then by image: out-of-fold patches; null where there are none.</param>
    /// <param name="known">By image.</param>
    /// <param name="scoreWeights">Of the parts in the score.</param>
    public static MapScale From(float[][]?[] patches, IReadOnlyList<PatchTruth> known, double[] scoreWeights)
    {
        double[] weights = [.. scoreWeights.Select((weight, part) => patches[part] is null ? 0 : weight)];
        if (weights.Sum() <= 0)
        {
            weights = [.. patches.Select((_, part) => part == (int)FitPart.Text ? 1.0 : 0)];
        }
        var sum = weights.Sum();
        weights = [.. weights.Select(weight => weight / sum)];
        Standard[] standards = [.. patches.Select((part, i) => part is null ? new Standard(0, 1) : StandardOf(part, known, (FitPart)i))];
        var scale = new MapScale(standards, weights, 0, 1);
        double[] good = [.. known.SelectMany((truth, i) =>
        {
            var fused = truth.Good.Length == 0 ? [] : scale.Fused(part => patches[part]![i]);
            return truth.Good.Select(patch => fused[patch]);
        })];
        Array.Sort(good);
        var median = good[good.Length / 2];
        var least = standards.Select((standard, part) => HasFixedUnit((FitPart)part) ? weights[part] * LeastDistance / standard.Deviation : 0).Sum();
        var middle = Math.Max(good[(int)((good.Length - 1) * GoodBelowMiddle)], median + least);
        return scale with { Middle = middle, Width = Math.Max((middle - median) / Math.Log((1 - MedianShown) / MedianShown), 1e-6) };
    }

    private static Standard StandardOf(float[][] part, IReadOnlyList<PatchTruth> known, FitPart which)
    {
        var standard = Standard.BetweenKinds(Values(truth => truth.Good), Values(truth => truth.Defective));
        return HasFixedUnit(which) ? standard with { Deviation = Math.Max(standard.Deviation, LeastDeviation) } : standard;

        double[] Values(Func<PatchTruth, int[]> kind) => [.. known.SelectMany((truth, i) => kind(truth).Select(patch => (double)part[i][patch]))];
    }

    private static bool HasFixedUnit(FitPart part) => part is FitPart.Text or FitPart.Bank or FitPart.AnomalyBank;

    /// <summary>
    /// The scale once defects were pointed out: if they had no weight, a known defect is shown as
    /// plainly abnormal and everything else as before.
    /// </summary>
    /// <param name="usual">What good patches are usually apart.</param>
    public MapScale WithDefects(float usual)
    {
        const int part = (int)FitPart.AnomalyBank;
        // From the median good patch, which lies about four widths below the middle, to two above it.
        return Weights[part] > 0 ? this : this with
        {
            Weights = [.. Weights.Select((weight, i) => i == part ? 1 : weight)],
            Standards = [.. Standards.Select((standard, i) => i == part ? new Standard(0, Math.Max(usual, 1e-6) / (6 * Width)) : standard)],
        };
    }

    /// <summary>The weighted sum of standardised patches: [T].</summary>
    /// <param name="patches">By part; those without weight are not asked for.</param>
    public double[] Fused(Func<int, float[]> patches)
    {
        double[]? sum = null;
        for (var part = 0; part < Weights.Length; part++)
        {
            if (Weights[part] > 0)
            {
                var values = patches(part);
                sum ??= new double[values.Length];
                for (var i = 0; i < sum.Length; i++)
                {
                    sum[i] += Weights[part] * Standards[part].Of(values[i]);
                }
            }
        }
        return sum!;
    }

    /// <summary>Patches on the scale of the map, 0 to 1: [T].</summary>
    public float[] Shown(Func<int, float[]> patches) => [.. Fused(patches).Select(value => (float)(1 / (1 + Math.Exp((Middle - value) / Width))))];
}
