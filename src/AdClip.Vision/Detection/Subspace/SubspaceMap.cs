using System.Numerics.Tensors;

namespace AdClip.Vision.Detection.Subspace;

/// <summary>Enlarges residuals of patches to a map as SubspaceAD does: bilinear, then a Gaussian that is only three pixels wide.</summary>
/// <remarks>
/// Half-pixel centres, edges clamped; the Gaussian has sigma 4, its weights e^(-1/32), 1, e^(-1/32) divided by their sum, its borders
/// mirrored without repeating the edge. Source: post_process/scoring.py of SubspaceAD. Immutable; safe for concurrent calls.
/// </remarks>
/// <param name="rows">Rows of the grid.</param>
/// <param name="columns">Columns of the grid.</param>
/// <param name="height">Rows of the map.</param>
/// <param name="width">Columns of the map.</param>
internal sealed class SubspaceMap(int rows, int columns, int height, int width)
{
    private static readonly float Side = (float)(Math.Exp(-1.0 / 32) / (1 + (2 * Math.Exp(-1.0 / 32))));
    private static readonly float Middle = (float)(1 / (1 + (2 * Math.Exp(-1.0 / 32))));

    private readonly MapOperator _enlarge = new(rows, columns, height, width, 0);

    /// <param name="grid">[rows, columns] row-major.</param>
    /// <returns>[height, width] row-major.</returns>
    public float[] Apply(ReadOnlySpan<float> grid)
    {
        var sharp = _enlarge.Apply(grid);
        var across = new float[sharp.Length];
        for (var y = 0; y < height; y++)
        {
            var from = sharp.AsSpan(y * width, width);
            var to = across.AsSpan(y * width, width);
            for (var x = 0; x < width; x++)
            {
                to[x] = (Middle * from[x]) + (Side * (from[Mirror(x - 1, width)] + from[Mirror(x + 1, width)]));
            }
        }
        var map = new float[sharp.Length];
        for (var y = 0; y < height; y++)
        {
            var to = map.AsSpan(y * width, width);
            TensorPrimitives.Add(Row(Mirror(y - 1, height)), Row(Mirror(y + 1, height)), to);
            TensorPrimitives.Multiply(to, Side, to);
            TensorPrimitives.MultiplyAdd(Row(y), Middle, to, to);
        }
        return map;

        ReadOnlySpan<float> Row(int y) => across.AsSpan(y * width, width);
    }

    // ... 2 1 | 0 1 ... n-1 | n-2 ...
    private static int Mirror(int index, int length)
        => length == 1 ? 0 : index < 0 ? -index : index < length ? index : (2 * (length - 1)) - index;
}
