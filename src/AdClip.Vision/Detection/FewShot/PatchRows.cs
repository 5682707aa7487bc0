using System.Numerics.Tensors;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Detection.FewShot;

/// <summary>Patches as unit rows, as they are or averaged with their neighbours.</summary>
internal static class PatchRows
{
    /// <param name="tokens">An image.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="radius">
    /// 1: patches as they are. 3: the mean of the 3 x 3 patches around each, as many as there are, as in MuSc (Li et al., ICLR 2024).
    /// </param>
    /// <returns>Rows [T, E] that float16 holds, so that a kept detector is the same to the last bit. Not normalised.</returns>
    public static float[] Of(ImageTokens tokens, int layer, int radius)
    {
        var rows = radius == 1
            ? tokens.Patches(layer)
            : Averaged(UnitVectors.Normalise(tokens.Patches(layer), tokens.Width), tokens.Grid, tokens.Width, radius / 2);
        var half = new Half[rows.Length];
        TensorPrimitives.ConvertToHalf(rows, half);
        var rounded = new float[rows.Length];
        TensorPrimitives.ConvertToSingle(half, rounded);
        return rounded;
    }

    /// <summary>The same with rows of unit length.</summary>
    public static float[] Unit(ImageTokens tokens, int layer, int radius) => UnitVectors.Normalise(Of(tokens, layer, radius), tokens.Width);

    /// <summary>The mean of the unit rows: [E].</summary>
    public static float[] Mean(ReadOnlySpan<float> rows, int width)
    {
        var mean = new float[width];
        for (var at = 0; at < rows.Length; at += width)
        {
            TensorPrimitives.Add(mean, rows.Slice(at, width), mean);
        }
        TensorPrimitives.Divide(mean, rows.Length / width, mean);
        return mean;
    }

    /// <summary>The defective part of each patch, 0 to 1: [grid · grid].</summary>
    /// <param name="mask">[S, S] row-major, 0 or 1.</param>
    /// <param name="side">S.</param>
    /// <param name="grid">Patches along one side.</param>
    public static float[] Coverage(ReadOnlySpan<byte> mask, int side, int grid)
    {
        var coverage = new float[grid * grid];
        var size = side / grid;
        for (var y = 0; y < size * grid; y++)
        {
            for (var x = 0; x < size * grid; x++)
            {
                coverage[(y / size * grid) + (x / size)] += mask[(y * side) + x] == 0 ? 0 : 1;
            }
        }
        TensorPrimitives.Divide(coverage, size * size, coverage);
        return coverage;
    }

    private static float[] Averaged(float[] rows, int grid, int width, int reach)
    {
        var sums = new float[rows.Length];
        for (var y = 0; y < grid; y++)
        {
            for (var x = 0; x < grid; x++)
            {
                var sum = sums.AsSpan(((y * grid) + x) * width, width);
                for (var b = Math.Max(0, y - reach); b <= Math.Min(grid - 1, y + reach); b++)
                {
                    for (var a = Math.Max(0, x - reach); a <= Math.Min(grid - 1, x + reach); a++)
                    {
                        TensorPrimitives.Add(sum, rows.AsSpan(((b * grid) + a) * width, width), sum);
                    }
                }
            }
        }
        return sums;
    }
}
