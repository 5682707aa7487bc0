namespace AdClip.Vision.Backbones.DinoV2;

/// <summary>Fits the position table of a DINOv2 model to another grid.</summary>
/// <remarks>Worked out in float64. Sources: the original's and Hugging Face's use of PyTorch's bicubic interpolation, and PyTorch's kernels.</remarks>
internal static class DinoV2Positions
{
    private const double PlainA = -0.75;
    private const double AntialiasA = -0.5;
    private const double AddedToGrid = 0.1;
    private const double Support = 2;

    /// <summary>Resizes all rows but the first (class token), which is kept; a grid that is the stored one keeps the table.</summary>
    /// <param name="table">[1 + M·M, D].</param>
    /// <param name="stored">M.</param>
    /// <param name="rows">Wanted rows h of patches.</param>
    /// <param name="columns">Wanted columns w of patches.</param>
    /// <param name="width">D.</param>
    /// <param name="convention">Whose resizing.</param>
    /// <returns>[1 + h·w, D], row-major.</returns>
    public static float[] Resize(float[] table, int stored, int rows, int columns, int width, PositionConvention convention)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(table.Length, (1 + (stored * stored)) * width);
        if (rows == stored && columns == stored)
        {
            return table;
        }
        var (down, across) = (Axis(stored, rows, convention), Axis(stored, columns, convention));
        var resized = new float[(1 + (rows * columns)) * width];
        table.AsSpan(0, width).CopyTo(resized);
        var strip = new double[stored * width];
        var sum = new double[width];
        for (var row = 0; row < rows; row++)
        {
            Array.Clear(strip);
            foreach (var (at, weight) in down[row])
            {
                for (var i = 0; i < strip.Length; i++)
                {
                    strip[i] += weight * table[((1 + (at * stored)) * width) + i];
                }
            }
            for (var column = 0; column < columns; column++)
            {
                Array.Clear(sum);
                foreach (var (at, weight) in across[column])
                {
                    for (var d = 0; d < width; d++)
                    {
                        sum[d] += weight * strip[(at * width) + d];
                    }
                }
                for (var d = 0; d < width; d++)
                {
                    resized[((1 + (row * columns) + column) * width) + d] = (float)sum[d];
                }
            }
        }
        return resized;
    }

    // For each of n outputs the stored positions that it mixes, with their weights.
    private static (int At, double Weight)[][] Axis(int stored, int n, PositionConvention convention)
        => [.. Enumerable.Range(0, n).Select(i => convention == PositionConvention.Antialias
            ? AntialiasTaps(i, stored, n)
            : PlainTaps(((i + 0.5) * stored / (convention == PositionConvention.Offset ? n + AddedToGrid : n)) - 0.5, stored))];

    private static (int At, double Weight)[] PlainTaps(double centre, int stored)
    {
        var first = (int)Math.Floor(centre) - 1;
        return [.. Enumerable.Range(first, 4).Select(at => (Math.Clamp(at, 0, stored - 1), Cubic(at - centre, PlainA)))];
    }

    private static (int At, double Weight)[] AntialiasTaps(int i, int stored, int n)
    {
        var centre = (i + 0.5) * stored / n;
        var scale = Math.Max((double)stored / n, 1);
        var begin = Math.Max(0, (int)(centre - (Support * scale) + 0.5));
        var end = Math.Min(stored, (int)(centre + (Support * scale) + 0.5));
        (int At, double Weight)[] taps = [.. Enumerable.Range(begin, end - begin).Select(at => (at, Cubic((at - centre + 0.5) / scale, AntialiasA)))];
        var sum = taps.Sum(tap => tap.Weight);
        return [.. taps.Select(tap => (tap.At, tap.Weight / sum))];
    }

    // Keys' cubic.
    private static double Cubic(double t, double a)
    {
        t = Math.Abs(t);
        return t <= 1 ? ((((a + 2) * t) - (a + 3)) * t * t) + 1
            : t < Support ? a * ((((t - 5) * t) + 8) * t - 4)
            : 0;
    }
}
