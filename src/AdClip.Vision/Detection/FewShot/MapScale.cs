namespace AdClip.Vision.Detection.FewShot;

/// <summary>The colour scale of a map: the same meaning for every detector, read off patches of good images that were left out.</summary>
/// <param name="Standards">By <see cref="FitPart"/>: of its patches.</param>
/// <param name="Weights">By <see cref="FitPart"/>; 0 for parts without patches. Sum 1, until defects that were pointed out come on top.</param>
/// <param name="Middle">Shown as one half: what one good patch of a thousand exceeds.</param>
/// <param name="Width">Of the sigmoid: the median good patch is shown as 0.02.</param>
internal sealed record MapScale(Standard[] Standards, double[] Weights, double Middle, double Width)
{
    private const double GoodBelowMiddle = 0.999;
    private const double MedianShown = 0.02;

    /// <param name="patches">By part, then by image: out-of-fold patches; null where there are none.</param>
    /// <param name="good">Indices of good images.</param>
    /// <param name="scoreWeights">Of the parts in the score.</param>
    public static MapScale From(float[][]?[] patches, IReadOnlyList<int> good, double[] scoreWeights)
    {
        double[] weights = [.. scoreWeights.Select((weight, part) => patches[part] is null ? 0 : weight)];
        if (weights.Sum() <= 0)
        {
            weights = [.. patches.Select((_, part) => part == (int)FitPart.Text ? 1.0 : 0)];
        }
        var sum = weights.Sum();
        weights = [.. weights.Select(weight => weight / sum)];
        var standards = patches.Select(part => part is null ? new Standard(0, 1) : Standard.From([.. good.SelectMany(i => part[i]).Select(value => (double)value)], [])).ToArray();
        var scale = new MapScale(standards, weights, 0, 1);
        double[] fused = [.. good.SelectMany(i => scale.Fused(part => patches[part]![i]))];
        Array.Sort(fused);
        var middle = fused[(int)((fused.Length - 1) * GoodBelowMiddle)];
        var width = (middle - fused[fused.Length / 2]) / Math.Log((1 - MedianShown) / MedianShown);
        return scale with { Middle = middle, Width = Math.Max(width, 1e-6) };
    }

    /// <summary>The scale once defects were pointed out: if they had no weight, a known defect is shown as plainly abnormal and everything else as before.</summary>
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
