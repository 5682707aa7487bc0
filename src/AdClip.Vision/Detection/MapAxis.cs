using System.Numerics.Tensors;
using AdClip.Vision.Imaging;

namespace AdClip.Vision.Detection;

/// <summary>One axis of <see cref="MapOperator"/>: how much each patch counts for each pixel.</summary>
/// <remarks>
/// Resize: bilinear with half-pixel centres, edges clamped. Smoothing: Gaussian of radius floor(4 sigma + 0.5), borders mirrored
/// with the edge repeated. Weights are worked out in float64 and add up to 1 for each pixel.
/// </remarks>
internal sealed class MapAxis
{
    private const double Truncation = 4;
    private readonly (int First, float[] Weights)[] _sources;
    private readonly (int First, float[] Weights)[] _reaches;

    public MapAxis(int patches, int pixels, double sigma)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(patches);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pixels);
        ArgumentOutOfRangeException.ThrowIfNegative(sigma);
        (Patches, Pixels) = (patches, pixels);
        var weights = Smooth(Resize(patches, pixels), patches, pixels, sigma);
        _sources = [.. Enumerable.Range(0, pixels).Select(pixel => Trim(patches, patch => weights[(pixel * patches) + patch]))];
        _reaches = [.. Enumerable.Range(0, patches).Select(patch => Trim(pixels, pixel => weights[(pixel * patches) + patch]))];
    }

    public int Patches { get; }

    public int Pixels { get; }

    /// <summary>The patches that a pixel sees: the first of them, and the weights from it on.</summary>
    public (int First, float[] Weights) Sources(int pixel) => _sources[pixel];

    /// <summary>The pixels that see a patch: the first of them, and the weights from it on.</summary>
    public (int First, float[] Weights) Reach(int patch) => _reaches[patch];

    // [pixels, patches]
    private static double[] Resize(int patches, int pixels)
    {
        var weights = new double[pixels * patches];
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            var (near, far, weight) = BilinearTaps.Of(pixel, patches, pixels);
            weights[(pixel * patches) + near] += 1 - weight;
            weights[(pixel * patches) + far] += weight;
        }
        return weights;
    }

    private static double[] Smooth(double[] weights, int patches, int pixels, double sigma)
    {
        var radius = (int)((Truncation * sigma) + 0.5);
        if (radius == 0)
        {
            return weights;
        }
        var gaussian = new double[(2 * radius) + 1];
        for (var k = -radius; k <= radius; k++)
        {
            gaussian[k + radius] = Math.Exp(-k * k / (2 * sigma * sigma));
        }
        TensorPrimitives.Divide(gaussian, TensorPrimitives.Sum<double>(gaussian), gaussian);
        var smooth = new double[weights.Length];
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            var target = smooth.AsSpan(pixel * patches, patches);
            for (var k = -radius; k <= radius; k++)
            {
                TensorPrimitives.MultiplyAdd(weights.AsSpan(Mirror(pixel + k, pixels) * patches, patches), gaussian[k + radius], target, target);
            }
        }
        return smooth;
    }

    private static (int First, float[] Weights) Trim(int count, Func<int, double> weight)
    {
        int[] seen = [.. Enumerable.Range(0, count).Where(i => weight(i) != 0)];
        return seen.Length == 0
            ? (0, [])
            : (seen[0], [.. Enumerable.Range(seen[0], seen[^1] - seen[0] + 1).Select(i => (float)weight(i))]);
    }

    // ... 1 0 | 0 1 ... n-1 | n-1 n-2 ..., as often as it takes
    private static int Mirror(int index, int length)
    {
        var period = 2 * length;
        var within = ((index % period) + period) % period;
        return within < length ? within : period - 1 - within;
    }
}
