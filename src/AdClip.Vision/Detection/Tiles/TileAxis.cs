namespace AdClip.Vision.Detection.Tiles;

/// <summary>One axis of the merged map: how much each patch of each tile counts for each cell.</summary>
/// <remarks>
/// Three linear steps folded into one matrix for each tile: bilinear between the centres of its patches (edges clamped), raised-
/// cosine weights that fade a tile out where its neighbour fades in, and the Gaussian of the whole map (radius
/// floor(4 sigma + 0.5), borders mirrored with the edge repeated). For each cell the weights of all tiles add up to 1, so equal
/// tiles merge without a seam.
/// </remarks>
internal sealed class TileAxis
{
    private const double Truncation = 4;
    private readonly (int First, float[] Weights)[] _tiles;

    /// <param name="length">Pixels of the stored image along this axis.</param>
    /// <param name="starts">First pixels of the tiles, ascending.</param>
    /// <param name="tile">Pixels of a tile.</param>
    /// <param name="grid">Patches of a tile.</param>
    /// <param name="cells">Cells of the map.</param>
    /// <param name="sigma">Standard deviation of the Gaussian in cells; 0: no smoothing.</param>
    public TileAxis(int length, IReadOnlyList<int> starts, int tile, int grid, int cells, double sigma)
    {
        (Grid, Cells) = (grid, cells);
        var kernel = Gaussian(sigma);
        var total = new double[cells];
        var blends = new (int First, double[] Weights)[starts.Count];
        for (var t = 0; t < starts.Count; t++)
        {
            blends[t] = Blend(length, starts, t, tile, cells);
            for (var i = 0; i < blends[t].Weights.Length; i++)
            {
                total[blends[t].First + i] += blends[t].Weights[i];
            }
        }
        _tiles = new (int, float[])[starts.Count];
        for (var t = 0; t < starts.Count; t++)
        {
            var (first, blend) = blends[t];
            var plain = new double[blend.Length * grid];
            for (var i = 0; i < blend.Length; i++)
            {
                var weight = blend[i] / total[first + i];
                var centre = Math.Clamp(((Centre(first + i, length, cells) - starts[t]) * grid / tile) - 0.5, 0, grid - 1);
                var near = (int)centre;
                plain[(i * grid) + near] += weight * (1 - (centre - near));
                plain[(i * grid) + Math.Min(near + 1, grid - 1)] += weight * (centre - near);
            }
            _tiles[t] = Smooth(first, plain, grid, cells, kernel);
        }
    }

    /// <summary>Patches of a tile along this axis.</summary>
    public int Grid { get; }

    /// <summary>Cells of the map along this axis.</summary>
    public int Cells { get; }

    /// <summary>The cells that a tile reaches: the first of them, and [cells, <see cref="Grid"/>] weights.</summary>
    public (int First, float[] Weights) Tile(int index) => _tiles[index];

    private static double Centre(int cell, int length, int cells) => (cell + 0.5) * length / cells;

    // The cells whose centres lie in the tile, and how strongly they count before all tiles are brought to a sum of 1.
    private static (int First, double[] Weights) Blend(int length, IReadOnlyList<int> starts, int t, int tile, int cells)
    {
        var (start, end) = (starts[t], starts[t] + tile);
        var before = t > 0 ? starts[t - 1] + tile - start : 0;
        var after = t + 1 < starts.Count ? end - starts[t + 1] : 0;
        List<double> weights = [];
        var first = Math.Max(0, (int)((double)start * cells / length) - 1);
        while (Centre(first, length, cells) < start)
        {
            first++;
        }
        for (var cell = first; cell < cells && Centre(cell, length, cells) < end; cell++)
        {
            var centre = Centre(cell, length, cells);
            weights.Add(Rise(centre - start, before) * Rise(end - centre, after));
        }
        return (first, [.. weights]);
    }

    // Squared sine: with its mirror image it adds up to 1.
    private static double Rise(double distance, int overlap)
    {
        if (distance >= overlap)
        {
            return 1;
        }
        var sine = Math.Sin(Math.PI / 2 * distance / overlap);
        return Math.Max(sine * sine, 1e-9);
    }

    private static double[] Gaussian(double sigma)
    {
        var radius = (int)((Truncation * sigma) + 0.5);
        double[] weights = [.. Enumerable.Range(-radius, (2 * radius) + 1).Select(k => radius == 0 ? 1 : Math.Exp(-k * k / (2 * sigma * sigma)))];
        var sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }

    private static (int First, float[] Weights) Smooth(int first, double[] plain, int grid, int cells, double[] kernel)
    {
        var radius = kernel.Length / 2;
        var count = plain.Length / grid;
        var (from, to) = (Math.Max(0, first - radius), Math.Min(cells, first + count + radius));
        var smooth = new float[Math.Max(0, to - from) * grid];
        var sums = new double[grid];
        for (var cell = from; cell < to; cell++)
        {
            Array.Clear(sums);
            for (var k = -radius; k <= radius; k++)
            {
                var source = Mirror(cell + k, cells) - first;
                if (source >= 0 && source < count)
                {
                    for (var patch = 0; patch < grid; patch++)
                    {
                        sums[patch] += kernel[k + radius] * plain[(source * grid) + patch];
                    }
                }
            }
            for (var patch = 0; patch < grid; patch++)
            {
                smooth[((cell - from) * grid) + patch] = (float)sums[patch];
            }
        }
        return (from, smooth);
    }

    // ... 1 0 | 0 1 ... n-1 | n-1 n-2 ..., as often as it takes
    private static int Mirror(int index, int length)
    {
        var period = 2 * length;
        var within = ((index % period) + period) % period;
        return within < length ? within : period - 1 - within;
    }
}
