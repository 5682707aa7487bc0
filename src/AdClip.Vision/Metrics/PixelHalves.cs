namespace AdClip.Vision.Metrics;

/// <summary>Images dealt into two halves of like make-up, so that a pixel threshold is judged on images that it was not chosen on.</summary>
/// <remarks>1.5 MB a half: thresholds are chosen among the edges of the buckets of <see cref="PixelMetrics"/>, where outcomes are known exactly.</remarks>
public sealed class PixelHalves
{
    private readonly PixelMetrics[] _metrics = [new(0), new(0)];
    private readonly int[] _dealt = new int[2];
    private PixelCurve[]? _curves;

    /// <summary>Adds one image to the half whose turn it is; images with and without a defect take turns each for themselves.</summary>
    /// <param name="map">[height, width].</param>
    /// <param name="mask">Non-zero where a defect is, [height, width].</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="inspected">As in <see cref="PixelMetrics.Add"/>.</param>
    /// <returns>The half, 0 or 1.</returns>
    /// <exception cref="RefusedInputException">The map holds an infinite value or not-a-number.</exception>
    public int Add(ReadOnlySpan<float> map, ReadOnlySpan<byte> mask, int width, int height, ReadOnlySpan<byte> inspected = default)
    {
        var half = _dealt[mask.ContainsAnyExcept((byte)0) ? 1 : 0]++ % 2;
        _metrics[half].Add(map, mask, width, height, inspected);
        _curves = null;
        return half;
    }

    /// <summary>For each half the threshold of largest F1 on the other; null where a half has no defect, or nothing else.</summary>
    public IReadOnlyList<double>? Thresholds()
    {
        return Curves() is [{ BestF1: { } first }, { BestF1: { } second }] ? [second.Threshold, first.Threshold] : null;
    }

    /// <summary>Outcomes of all pixels, each half at the other's threshold; null where a half has no defect.</summary>
    public Confusion? HeldOut()
    {
        if (Thresholds() is not { } thresholds)
        {
            return null;
        }
        var (a, b) = (Curves()[0].At(thresholds[0]).Counts, Curves()[1].At(thresholds[1]).Counts);
        return new Confusion(
            a.TruePositives + b.TruePositives, a.FalsePositives + b.FalsePositives, a.TrueNegatives + b.TrueNegatives, a.FalseNegatives + b.FalseNegatives);
    }

    private PixelCurve[] Curves() => _curves ??= [.. _metrics.Select(metrics => metrics.ToCurve())];
}
