namespace AdClip.Vision.Detection;

/// <summary>Enlarges a patch grid to the input frame.</summary>
internal static class MapResize
{
    /// <summary>Bilinear with half-pixel centres, edges clamped: [g, g] to [side, side].</summary>
    public static float[] Bilinear(ReadOnlySpan<float> grid, int g, int side)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(grid.Length, g * g);
        var map = new float[side * side];
        var (near, far, weight) = Taps(g, side);
        // Rows first: each grid row is stretched once, then neighbouring stretched rows are mixed.
        var wide = new float[g * side];
        for (var row = 0; row < g; row++)
        {
            for (var x = 0; x < side; x++)
            {
                var left = grid[(row * g) + near[x]];
                wide[(row * side) + x] = left + ((grid[(row * g) + far[x]] - left) * weight[x]);
            }
        }
        for (var y = 0; y < side; y++)
        {
            var upper = wide.AsSpan(near[y] * side, side);
            var lower = wide.AsSpan(far[y] * side, side);
            var target = map.AsSpan(y * side, side);
            for (var x = 0; x < side; x++)
            {
                target[x] = upper[x] + ((lower[x] - upper[x]) * weight[y]);
            }
        }
        return map;
    }

    private static (int[] Near, int[] Far, float[] Weight) Taps(int from, int to)
    {
        var (near, far, weight) = (new int[to], new int[to], new float[to]);
        for (var i = 0; i < to; i++)
        {
            var centre = Math.Max(0, ((i + 0.5) * from / to) - 0.5);
            near[i] = (int)centre;
            far[i] = Math.Min(near[i] + 1, from - 1);
            weight[i] = (float)(centre - near[i]);
        }
        return (near, far, weight);
    }
}
