using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AdClip.Vision.Detection.Subspace;

/// <summary>The directions in which tokens differ most from their mean, found in float64.</summary>
/// <param name="Mean">[D].</param>
/// <param name="Variances">[D] descending: the covariance's eigenvalues, divided by the number of tokens less one.</param>
/// <param name="Directions">[D, D]: of length one, one a row, in the order of the variances.</param>
internal sealed record PrincipalComponents(double[] Mean, double[] Variances, double[] Directions)
{
    private const int BlockRows = 128;
    private const int TileRows = 4;
    private const int TileColumns = 16;

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

    private static double[] Covariance(IReadOnlyList<ReadOnlyMemory<float>> images, double[] mean, long count)
    {
        var width = mean.Length;
        var padded = (width + TileColumns - 1) / TileColumns * TileColumns;
        var sums = new double[padded * padded];
        var block = new double[BlockRows * padded];
        var filled = 0;
        foreach (var image in images)
        {
            for (var at = 0; at < image.Length; at += width)
            {
                var row = block.AsSpan(filled * padded, width);
                TensorPrimitives.ConvertChecked(image.Span.Slice(at, width), row);
                TensorPrimitives.Subtract(row, mean, row);
                if (++filled == BlockRows)
                {
                    AddProducts(block, filled, padded, sums);
                    filled = 0;
                }
            }
        }
        AddProducts(block, filled, padded, sums);
        var covariance = new double[width * width];
        for (var i = 0; i < width; i++)
        {
            for (var j = i; j < width; j++)
            {
                covariance[(i * width) + j] = covariance[(j * width) + i] = sums[(i * padded) + j] / (count - 1);
            }
        }
        return covariance;
    }

    // Upper triangle of XᵀX in tiles of 4 x 16, whose sums stay in registers while the rows go by.
    private static void AddProducts(double[] block, int rows, int width, double[] sums)
    {
        ref var x = ref MemoryMarshal.GetArrayDataReference(block);
        ref var c = ref MemoryMarshal.GetArrayDataReference(sums);
        for (var i = 0; i < width; i += TileRows)
        {
            for (var j = i / TileColumns * TileColumns; j < width; j += TileColumns)
            {
                Vector512<double> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
                for (var row = 0; row < rows; row++)
                {
                    var (left, right) = ((nuint)((row * width) + i), (nuint)((row * width) + j));
                    var low = Vector512.LoadUnsafe(ref x, right);
                    var high = Vector512.LoadUnsafe(ref x, right + (nuint)Vector512<double>.Count);
                    var a = Vector512.Create(Unsafe.Add(ref x, left));
                    a0 = Vector512.FusedMultiplyAdd(a, low, a0);
                    a1 = Vector512.FusedMultiplyAdd(a, high, a1);
                    var b = Vector512.Create(Unsafe.Add(ref x, left + 1));
                    b0 = Vector512.FusedMultiplyAdd(b, low, b0);
                    b1 = Vector512.FusedMultiplyAdd(b, high, b1);
                    var e = Vector512.Create(Unsafe.Add(ref x, left + 2));
                    c0 = Vector512.FusedMultiplyAdd(e, low, c0);
                    c1 = Vector512.FusedMultiplyAdd(e, high, c1);
                    var f = Vector512.Create(Unsafe.Add(ref x, left + 3));
                    d0 = Vector512.FusedMultiplyAdd(f, low, d0);
                    d1 = Vector512.FusedMultiplyAdd(f, high, d1);
                }
                Add(ref c, (i * width) + j, a0, a1);
                Add(ref c, ((i + 1) * width) + j, b0, b1);
                Add(ref c, ((i + 2) * width) + j, c0, c1);
                Add(ref c, ((i + 3) * width) + j, d0, d1);
            }
        }

        static void Add(ref double target, int at, Vector512<double> low, Vector512<double> high)
        {
            (Vector512.LoadUnsafe(ref target, (nuint)at) + low).StoreUnsafe(ref target, (nuint)at);
            var next = (nuint)(at + Vector512<double>.Count);
            (Vector512.LoadUnsafe(ref target, next) + high).StoreUnsafe(ref target, next);
        }
    }
}
