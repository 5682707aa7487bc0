using System.Numerics.Tensors;

namespace AdClip.Vision.Detection.Subspace;

/// <summary>The directions in which tokens differ most from their mean, found in float64.</summary>
/// <param name="Mean">[D].</param>
/// <param name="Variances">[D] descending: the covariance's eigenvalues, divided by the number of tokens less one.</param>
/// <param name="Directions">[D, D]: of length one, one a row, in the order of the variances.</param>
internal sealed record PrincipalComponents(double[] Mean, double[] Variances, double[] Directions)
{
    private const int BlockRows = 128;

    /// <summary>Of all rows together.</summary>
    /// <param name="images">[N, D] each, at least two rows in all.</param>
    /// <param name="width">D.</param>
    public static PrincipalComponents Of(IReadOnlyList<ReadOnlyMemory<float>> images, int width)
    {
        var count = images.Sum(image => (long)image.Length / width);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2);
        var mean = new double[width];
        var row = new double[width];
        foreach (var image in images)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(image.Length % width, 0);
            for (var at = 0; at < image.Length; at += width)
            {
                TensorPrimitives.ConvertChecked(image.Span.Slice(at, width), row);
                TensorPrimitives.Add(mean, row, mean);
            }
        }
        TensorPrimitives.Divide(mean, count, mean);
        var (variances, directions) = SymmetricEigen.Decompose(Covariance(images, mean, count), width);
        return new PrincipalComponents(mean, variances, directions);
    }

    /// <summary>The smallest number of directions that hold this share of the variance; 0 where nothing differs.</summary>
    /// <param name="share">0 to 1.</param>
    public int CountFor(double share)
    {
        // Rounding leaves a little above or below zero where there are fewer tokens than dimensions.
        var total = Variances.Sum(variance => Math.Max(0, variance));
        var (held, count) = (0.0, 0);
        while (count < Variances.Length && total > 0 && held / total < share)
        {
            held += Math.Max(0, Variances[count++]);
        }
        return count;
    }

    // Blocks of rows are turned, so that each product of two dimensions is one dot product along memory.
    private static double[] Covariance(IReadOnlyList<ReadOnlyMemory<float>> images, double[] mean, long count)
    {
        var width = mean.Length;
        var covariance = new double[width * width];
        var block = new double[width * BlockRows];
        var filled = 0;
        foreach (var image in images)
        {
            for (var at = 0; at < image.Length; at += width)
            {
                var row = image.Span.Slice(at, width);
                for (var d = 0; d < width; d++)
                {
                    block[(d * BlockRows) + filled] = row[d] - mean[d];
                }
                if (++filled == BlockRows)
                {
                    Accumulate();
                }
            }
        }
        Accumulate();
        TensorPrimitives.Divide(covariance, count - 1, covariance);
        for (var i = 0; i < width; i++)
        {
            for (var j = 0; j < i; j++)
            {
                covariance[(i * width) + j] = covariance[(j * width) + i];
            }
        }
        return covariance;

        void Accumulate()
        {
            for (var i = 0; i < width; i++)
            {
                var one = block.AsSpan(i * BlockRows, filled);
                for (var j = i; j < width; j++)
                {
                    covariance[(i * width) + j] += TensorPrimitives.Dot<double>(one, block.AsSpan(j * BlockRows, filled));
                }
            }
            filled = 0;
        }
    }
}
