using AdClip.Vision.Imaging;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>Fits the position table of the image transformer to another grid.</summary>
internal static class PositionTable
{
    /// <summary>Bilinear, half-pixel centres, no antialiasing; the first row (class token) is kept.</summary>
    /// <param name="table">[1 + s·s, D].</param>
    /// <param name="s">Stored grid.</param>
    /// <param name="g">Wanted grid.</param>
    /// <param name="width">D.</param>
    /// <returns>[1 + g·g, D].</returns>
    public static float[] Resize(float[] table, int s, int g, int width)
    {
        if (s == g)
        {
            return table;
        }
        var resized = new float[(1 + (g * g)) * width];
        table.AsSpan(0, width).CopyTo(resized);
        for (var row = 0; row < g; row++)
        {
            var (top, bottom, downward) = BilinearTaps.Of(row, s, g);
            for (var column = 0; column < g; column++)
            {
                var (left, right, rightward) = BilinearTaps.Of(column, s, g);
                for (var d = 0; d < width; d++)
                {
                    double At(int y, int x) => table[((1 + (y * s) + x) * width) + d];
                    var upper = (At(top, left) * (1 - rightward)) + (At(top, right) * rightward);
                    var lower = (At(bottom, left) * (1 - rightward)) + (At(bottom, right) * rightward);
                    resized[((1 + (row * g) + column) * width) + d] = (float)((upper * (1 - downward)) + (lower * downward));
                }
            }
        }
        return resized;
    }
}
