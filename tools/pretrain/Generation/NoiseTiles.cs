namespace AdClip.Pretrain.Generation;

/// <summary>The tables of noise that everything is drawn with.</summary>
internal static class NoiseTiles
{
    private const int Size = NoiseTile.Size;
    private const int SmoothCell = 4;
    private const int PebbleCell = 16;

    private static readonly NoiseTile[] Smooths = [Smooth(1), Smooth(2), Smooth(3)];
    private static readonly NoiseTile[] Whites = [White(11), White(12)];
    private static readonly (NoiseTile Near, NoiseTile Edge, NoiseTile Grain)[] Cells = [Voronoi(21, 1), Voronoi(22, 1), Voronoi(23, 0.85f)];
    private static readonly NoiseTile[] Strokes = [Fibres(31, 26), Fibres(32, 60)];

    /// <summary>Smooth bumps, mean 0, variance 1.</summary>
    public static NoiseTile Smooth(Rng rng) => rng.Pick<NoiseTile>(Smooths);

    /// <summary>Independent normal numbers.</summary>
    public static NoiseTile White(Rng rng) => rng.Pick<NoiseTile>(Whites);

    /// <summary>Distance to the nearest of scattered points, 0 at the point, about 1 between points.</summary>
    public static NoiseTile Pebbles(Rng rng) => Cells[rng.Below(Cells.Length)].Near;

    /// <summary>0 on the borders between cells, about 1 in the middle of one.</summary>
    public static NoiseTile CellBorders(Rng rng) => Cells[rng.Below(Cells.Length)].Edge;

    /// <summary>One random level for each cell, mean 0, variance 1.</summary>
    public static NoiseTile Grains(Rng rng) => Cells[rng.Below(Cells.Length)].Grain;

    /// <summary>Borders and levels of the same cells.</summary>
    public static (NoiseTile Near, NoiseTile Edge, NoiseTile Grain) Crystals(Rng rng) => Cells[rng.Below(Cells.Length)];

    /// <summary>Thin curved strokes in all directions, mean 0, variance 1.</summary>
    public static NoiseTile Fibres(Rng rng) => rng.Pick<NoiseTile>(Strokes);

    private static NoiseTile White(ulong seed)
    {
        var rng = new Rng(seed);
        var texels = new float[Size * Size];
        foreach (ref var texel in texels.AsSpan())
        {
            texel = rng.Normal();
        }
        return new NoiseTile(Standard(texels), 1);
    }

    /// <summary>Random numbers on a coarse lattice, joined by cubic B-splines.</summary>
    private static NoiseTile Smooth(ulong seed)
    {
        const int Count = Size / SmoothCell;
        var rng = new Rng(seed);
        var lattice = new float[Count * Count];
        foreach (ref var node in lattice.AsSpan())
        {
            node = rng.Normal();
        }
        var taps = new float[SmoothCell, 4];
        for (var i = 0; i < SmoothCell; i++)
        {
            var t = i / (float)SmoothCell;
            taps[i, 0] = (1 - t) * (1 - t) * (1 - t) / 6;
            taps[i, 1] = ((3 * t * t * t) - (6 * t * t) + 4) / 6;
            taps[i, 2] = ((-3 * t * t * t) + (3 * t * t) + (3 * t) + 1) / 6;
            taps[i, 3] = t * t * t / 6;
        }
        var texels = new float[Size * Size];
        for (var y = 0; y < Size; y++)
        {
            for (var x = 0; x < Size; x++)
            {
                var sum = 0f;
                for (var j = 0; j < 4; j++)
                {
                    var row = ((y / SmoothCell) + j) % Count * Count;
                    for (var i = 0; i < 4; i++)
                    {
                        sum += taps[y % SmoothCell, j] * taps[x % SmoothCell, i] * lattice[row + (((x / SmoothCell) + i) % Count)];
                    }
                }
                texels[(y * Size) + x] = sum;
            }
        }
        return new NoiseTile(Standard(texels), SmoothCell);
    }

    /// <param name="disorder">0: points on a lattice; 1: anywhere in their cell.</param>
    private static (NoiseTile Near, NoiseTile Edge, NoiseTile Grain) Voronoi(ulong seed, float disorder)
    {
        const int Count = Size / PebbleCell;
        var rng = new Rng(seed);
        var points = new (float X, float Y, float Level)[Count * Count];
        foreach (ref var point in points.AsSpan())
        {
            point = (0.5f + (disorder * rng.Range(-0.5f, 0.5f)), 0.5f + (disorder * rng.Range(-0.5f, 0.5f)), rng.Normal());
        }
        var near = new float[Size * Size];
        var edge = new float[Size * Size];
        var grain = new float[Size * Size];
        for (var y = 0; y < Size; y++)
        {
            for (var x = 0; x < Size; x++)
            {
                var (px, py) = ((x + 0.5f) / PebbleCell, (y + 0.5f) / PebbleCell);
                var (first, second, level) = (float.MaxValue, float.MaxValue, 0f);
                for (var j = (int)py - 2; j <= (int)py + 2; j++)
                {
                    for (var i = (int)px - 2; i <= (int)px + 2; i++)
                    {
                        var point = points[((j + Count) % Count * Count) + ((i + Count) % Count)];
                        var (dx, dy) = (i + point.X - px, j + point.Y - py);
                        var distance = MathF.Sqrt((dx * dx) + (dy * dy));
                        if (distance < first)
                        {
                            (second, first, level) = (first, distance, point.Level);
                        }
                        else if (distance < second)
                        {
                            second = distance;
                        }
                    }
                }
                var at = (y * Size) + x;
                near[at] = first;
                edge[at] = MathF.Min(1, (second - first) * 1.4f);
                grain[at] = level;
            }
        }
        return (new NoiseTile(near, PebbleCell), new NoiseTile(edge, PebbleCell), new NoiseTile(grain, PebbleCell));
    }

    private static NoiseTile Fibres(ulong seed, int length)
    {
        var rng = new Rng(seed);
        var texels = new float[Size * Size];
        for (var fibre = 0; fibre < 90_000 / length; fibre++)
        {
            var (x, y, angle, bend) = (rng.Unit() * Size, rng.Unit() * Size, rng.Angle(), rng.Normal() * 0.05f);
            var level = rng.Range(0.3f, 1) * (rng.Chance(0.3f) ? -1 : 1);
            for (var step = 0; step < length; step++)
            {
                var (column, row) = ((int)x, (int)y);
                var (right, down) = (x - column, y - row);
                Put(texels, column, row, level * (1 - right) * (1 - down));
                Put(texels, column + 1, row, level * right * (1 - down));
                Put(texels, column, row + 1, level * (1 - right) * down);
                Put(texels, column + 1, row + 1, level * right * down);
                x = (x + MathF.Cos(angle) + Size) % Size;
                y = (y + MathF.Sin(angle) + Size) % Size;
                angle += bend + (rng.Normal() * 0.05f);
            }
        }
        return new NoiseTile(Standard(texels), 2);
    }

    private static void Put(float[] texels, int x, int y, float level)
    {
        ref var texel = ref texels[(y % Size * Size) + (x % Size)];
        // The upper fibre hides the lower one, up to a point.
        texel = MathF.Abs(level) > 0.4f ? (0.4f * texel) + level : texel + level;
    }

    private static float[] Standard(float[] values)
    {
        double sum = 0, squares = 0;
        foreach (var value in values)
        {
            sum += value;
            squares += (double)value * value;
        }
        var mean = sum / values.Length;
        var scale = 1 / Math.Sqrt((squares / values.Length) - (mean * mean));
        foreach (ref var value in values.AsSpan())
        {
            value = (float)((value - mean) * scale);
        }
        return values;
    }
}
