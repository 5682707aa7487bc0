using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AdClip.Vision.Detection;

/// <summary>Enlarges a patch grid to pixels and smooths it, in one step: map = A_y · grid · A_xᵀ.</summary>
/// <remarks>
/// Resizing and smoothing are linear and separable, so each axis is one matrix, worked out once. Most of its weights are zero,
/// since a pixel only sees the patches around it; those are skipped. Immutable; safe for concurrent calls.
/// </remarks>
internal sealed class MapOperator
{
    private readonly MapAxis _down;
    private readonly MapAxis _across;

    /// <param name="rows">Rows of the grid.</param>
    /// <param name="columns">Columns of the grid.</param>
    /// <param name="height">Rows of the map.</param>
    /// <param name="width">Columns of the map.</param>
    /// <param name="sigma">Standard deviation of the Gaussian in pixels of the map; 0: no smoothing.</param>
    public MapOperator(int rows, int columns, int height, int width, double sigma)
    {
        _down = new MapAxis(rows, height, sigma);
        _across = rows == columns && height == width ? _down : new MapAxis(columns, width, sigma);
    }

    /// <summary>Patches along a column and a row.</summary>
    public (int Rows, int Columns) Grid => (_down.Patches, _across.Patches);

    /// <param name="grid">[rows, columns] row-major.</param>
    /// <returns>[height, width] row-major.</returns>
    public float[] Apply(ReadOnlySpan<float> grid)
    {
        var (rows, columns) = Grid;
        ArgumentOutOfRangeException.ThrowIfNotEqual(grid.Length, rows * columns);
        var width = _across.Pixels;
        var wide = new float[rows * width];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var (first, weights) = _across.Reach(column);
                var target = wide.AsSpan((row * width) + first, weights.Length);
                TensorPrimitives.MultiplyAdd(weights, grid[(row * columns) + column], target, target);
            }
        }
        var map = GC.AllocateUninitializedArray<float>(_down.Pixels * width);
        for (var y = 0; y < _down.Pixels; y++)
        {
            var (first, weights) = _down.Sources(y);
            Mix(wide.AsSpan(first * width, weights.Length * width), weights, map.AsSpan(y * width, width));
        }
        return map;
    }

    // The weighted sum of rows: sums stay in registers.
    private static void Mix(ReadOnlySpan<float> rows, ReadOnlySpan<float> weights, Span<float> target)
    {
        var width = target.Length;
        var x = 0;
        ref var source = ref MemoryMarshal.GetReference(rows);
        for (; x <= width - Vector512<float>.Count; x += Vector512<float>.Count)
        {
            var sum = Vector512<float>.Zero;
            for (var row = 0; row < weights.Length; row++)
            {
                sum = Vector512.FusedMultiplyAdd(Vector512.Create(weights[row]), Vector512.LoadUnsafe(ref source, (nuint)((row * width) + x)), sum);
            }
            sum.CopyTo(target[x..]);
        }
        for (; x < width; x++)
        {
            var sum = 0f;
            for (var row = 0; row < weights.Length; row++)
            {
                sum = MathF.FusedMultiplyAdd(weights[row], rows[(row * width) + x], sum);
            }
            target[x] = sum;
        }
    }
}
