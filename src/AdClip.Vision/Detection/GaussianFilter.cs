using System.Numerics.Tensors;

namespace AdClip.Vision.Detection;

/// <summary>Smooths a map.</summary>
internal static class GaussianFilter
{
    private const double Truncation = 4;

    /// <summary>Separable Gaussian of radius floor(4 sigma + 0.5), borders mirrored with the edge repeated; sigma 0 copies.</summary>
    /// <param name="map">[height, width].</param>
    /// <param name="width">Columns.</param>
    /// <param name="sigma">Standard deviation in pixels.</param>
    public static float[] Smooth(ReadOnlySpan<float> map, int width, double sigma)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sigma);
        var height = map.Length / width;
        ArgumentOutOfRangeException.ThrowIfNotEqual(map.Length, height * width);
        var radius = (int)((Truncation * sigma) + 0.5);
        if (radius == 0)
        {
            return map.ToArray();
        }
        var weights = Weights(sigma, radius);
        var source = new double[map.Length];
        TensorPrimitives.ConvertChecked(map, source);

        // Down the columns: rows are mixed whole.
        var mixed = new double[map.Length];
        for (var y = 0; y < height; y++)
        {
            var target = mixed.AsSpan(y * width, width);
            for (var k = -radius; k <= radius; k++)
            {
                var row = source.AsSpan(Mirror(y + k, height) * width, width);
                TensorPrimitives.MultiplyAdd(row, weights[k + radius], target, target);
            }
        }

        // Along the rows: shifted copies of a row with mirrored ends are mixed.
        var smooth = new float[map.Length];
        var padded = new double[width + (2 * radius)];
        var sum = new double[width];
        for (var y = 0; y < height; y++)
        {
            var row = mixed.AsSpan(y * width, width);
            for (var x = 0; x < padded.Length; x++)
            {
                padded[x] = row[Mirror(x - radius, width)];
            }
            Array.Clear(sum);
            for (var k = 0; k < weights.Length; k++)
            {
                TensorPrimitives.MultiplyAdd(padded.AsSpan(k, width), weights[k], sum, sum);
            }
            TensorPrimitives.ConvertTruncating<double, float>(sum, smooth.AsSpan(y * width, width));
        }
        return smooth;
    }

    private static double[] Weights(double sigma, int radius)
    {
        var weights = new double[(2 * radius) + 1];
        for (var k = -radius; k <= radius; k++)
        {
            weights[k + radius] = Math.Exp(-k * k / (2 * sigma * sigma));
        }
        TensorPrimitives.Divide(weights, TensorPrimitives.Sum<double>(weights), weights);
        return weights;
    }

    // ... 1 0 | 0 1 ... n-1 | n-1 n-2 ..., as often as it takes
    private static int Mirror(int index, int length)
    {
        var period = 2 * length;
        var within = ((index % period) + period) % period;
        return within < length ? within : period - 1 - within;
    }
}
