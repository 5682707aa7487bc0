namespace AdClip.Pretrain.Generation.Surfaces;

/// <summary>Threads, hides and felts.</summary>
internal static class Textiles
{
    /// <summary>How warp and weft cross.</summary>
    private enum Weave
    {
        Plain,
        Twill,
        Satin,
        Basket,
    }

    public static Material Woven(Rng rng)
    {
        var (warp, weft) = (Tint.Any(rng), Tint.Any(rng));
        weft = rng.Chance(0.6f) ? warp * rng.Range(0.85f, 1.15f) : weft;
        var weave = rng.Pick(Weave.Plain, Weave.Plain, Weave.Twill, Weave.Twill, Weave.Satin, Weave.Basket);
        var (pitch, aspect, angle) = (rng.LogRange(3, 16), rng.Range(0.75f, 1.33f), rng.Chance(0.7f) ? rng.Normal() * 0.05f : rng.Angle());
        var (drift, fuzz, depth, uneven) = (rng.Range(0.03f, 0.25f), rng.Range(0.02f, 0.12f), rng.Range(0.25f, 0.75f), rng.Range(0.02f, 0.15f));
        return new Material(brush =>
        {
            var (shiftU, shiftV, tone, height) = (brush.Rent(), brush.Rent(), brush.Rent(), brush.Rent());
            brush.Noise(shiftU, NoiseTiles.Smooth(brush.Rng), pitch * 6, drift, 2, angle);
            brush.Noise(shiftV, NoiseTiles.Smooth(brush.Rng), pitch * 6, drift, 2, angle + (MathF.PI / 2));
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, fuzz);
            brush.Noise(tone, NoiseTiles.Smooth(brush.Rng), 1.6f, fuzz, 3, angle + 0.6f);
            // Threads differ: each line of this noise is one thread long.
            var threads = NoiseTiles.White(brush.Rng);
            var (du, dv) = (brush.Rng.Range(0, 400), brush.Rng.Range(0, 400));
            brush.Each(angle, (at, u, v) =>
            {
                var a = (u / pitch) + shiftU[at] + du;
                var b = (v / (pitch * aspect)) + shiftV[at] + dv;
                var (i, j) = ((int)MathF.Floor(a), (int)MathF.Floor(b));
                var over = weave switch
                {
                    Weave.Plain => ((i + j) & 1) == 0,
                    Weave.Twill => ((i + j) & 3) < 2,
                    Weave.Satin => (((2 * i) + j) % 5 + 5) % 5 == 0,
                    _ => (((i >> 1) + (j >> 1)) & 1) == 0,
                };
                var (across, along) = over ? (a - i, b - j) : (b - j, a - i);
                // Round across the thread, dipping under at both ends.
                var round = 1 - (4 * (across - 0.5f) * (across - 0.5f));
                var dip = 1 - (2 * (along - 0.5f) * (along - 0.5f));
                var rise = round * dip;
                var thread = uneven * (over ? threads.At(i, 3) : threads.At(7, j));
                var level = (1 - depth) + (depth * rise) + tone[at] + thread;
                brush.Layer.Set(at, (over ? warp : weft) * MathF.Max(0.05f, level));
                height[at] = rise;
            });
            brush.Height(height, pitch * 0.12f);
            brush.Gloss(0.03f);
            foreach (var plane in (ReadOnlySpan<float[]>)[shiftU, shiftV, tone, height])
            {
                brush.Return(plane);
            }
        }, Woven: true, Grain: angle);
    }

    public static Material Knit(Rng rng)
    {
        var tint = Tint.Any(rng);
        var (pitch, aspect, angle) = (rng.LogRange(6, 18), rng.Range(0.6f, 1), rng.Chance(0.7f) ? rng.Normal() * 0.05f : rng.Angle());
        var (drift, fuzz, depth) = (rng.Range(0.03f, 0.2f), rng.Range(0.03f, 0.12f), rng.Range(0.3f, 0.75f));
        return new Material(brush =>
        {
            var (shift, tone, height) = (brush.Rent(), brush.Rent(), brush.Rent());
            brush.Noise(shift, NoiseTiles.Smooth(brush.Rng), pitch * 5, drift);
            brush.Noise(tone, NoiseTiles.Fibres(brush.Rng), 1.2f, fuzz);
            var (du, dv) = (brush.Rng.Range(0, 400), brush.Rng.Range(0, 400));
            brush.Each(angle, (at, u, v) =>
            {
                // Every loop is a V of two slanting strands.
                var a = (u / pitch) + shift[at] + du;
                var part = a - MathF.Floor(a);
                var strand = MathF.Abs(part - 0.5f) * 2;
                var b = (v / (pitch * aspect)) + (0.6f * strand) + dv;
                b -= MathF.Floor(b);
                var rise = (1 - (4 * (b - 0.5f) * (b - 0.5f))) * MathF.Min(1, 4 * MathF.Min(strand, 1.05f - strand));
                height[at] = MathF.Max(0, rise);
                tone[at] += (depth * height[at]) - depth;
            });
            brush.Colour(tone, tint, 1);
            brush.Height(height, pitch * 0.12f);
            brush.Gloss(0.02f);
            brush.Return(shift);
            brush.Return(tone);
            brush.Return(height);
        }, Woven: true, Grain: angle);
    }

    public static Material Carpet(Rng rng)
    {
        var (low, high) = (Tint.Any(rng), Tint.Any(rng));
        low = rng.Chance(0.7f) ? high * rng.Range(0.3f, 0.6f) : low;
        var (tuft, rough, angle, stretch) = (rng.LogRange(2.5f, 9), rng.Range(0.15f, 0.4f), rng.Angle(), rng.Range(1, 2.5f));
        return new Material(brush =>
        {
            var tone = brush.Rent();
            brush.Noise(tone, NoiseTiles.Pebbles(brush.Rng), tuft, -0.9f, stretch, angle);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1.2f, rough * 0.5f);
            brush.Noise(tone, NoiseTiles.Fibres(brush.Rng), 1.4f, rough * 0.5f);
            brush.Noise(tone, NoiseTiles.Smooth(brush.Rng), 50, 0.06f);
            brush.Each((at, _, _) => tone[at] += 0.95f);
            brush.Colour(tone, low, high);
            brush.Height(tone, tuft * 0.25f);
            brush.Gloss(0);
            brush.Return(tone);
        }, Woven: true, Grain: angle);
    }

    public static Material Leather(Rng rng)
    {
        var tint = rng.Chance(0.6f) ? Tint.Of(rng.Range(0.02f, 0.1f), rng.Range(0.3f, 0.8f), rng.Range(0.15f, 0.65f)) : Tint.Any(rng);
        var (cell, depth, gloss) = (rng.LogRange(4, 16), rng.Range(0.3f, 1), rng.Range(0.1f, 0.5f));
        var (crease, mottle, angle, stretch) = (rng.Range(0.05f, 0.4f), rng.LogRange(0.008f, 0.06f), rng.Angle(), rng.Range(1, 1.8f));
        return new Material(brush =>
        {
            var (height, tone) = (brush.Rent(), brush.Rent());
            var tile = NoiseTiles.CellBorders(brush.Rng);
            brush.Noise(height, tile, cell, 1, stretch, angle);
            brush.Noise(height, NoiseTiles.CellBorders(brush.Rng), cell * 0.45f, 0.35f, stretch, angle);
            brush.Noise(height, NoiseTiles.Smooth(brush.Rng), cell * 4, crease);
            for (var y = brush.Box.Top; y < brush.Box.Bottom; y++)
            {
                for (var at = (y * brush.Side) + brush.Box.Left; at < (y * brush.Side) + brush.Box.Right; at++)
                {
                    tone[at] = 0.22f * (MathF.Min(height[at], 0.8f) - 0.8f);
                }
            }
            brush.Fractal(tone, 50, 2, mottle);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, 0.025f);
            brush.Colour(tone, tint, 1);
            brush.Height(height, depth * cell * 0.09f);
            brush.Gloss(gloss);
            brush.Return(height);
            brush.Return(tone);
        });
    }

    /// <summary>Felt, fleece, filter mat, insulation.</summary>
    public static Material Nonwoven(Rng rng)
    {
        var tint = rng.Chance(0.5f) ? Tint.NearGrey(rng, 0.5f, 0.92f) : Tint.Any(rng);
        var (fibre, strength, cloud) = (rng.LogRange(0.8f, 2.4f), rng.Range(0.04f, 0.18f), rng.LogRange(0.01f, 0.07f));
        return new Material(brush =>
        {
            var tone = brush.Rent();
            brush.Noise(tone, NoiseTiles.Fibres(brush.Rng), fibre, strength);
            brush.Noise(tone, NoiseTiles.Fibres(brush.Rng), fibre * 1.6f, strength * 0.7f, 1, 0.7f);
            brush.Fractal(tone, 14, 2, cloud);
            brush.Colour(tone, tint, 1);
            brush.Height(tone, 1.5f);
            brush.Gloss(0.02f);
            brush.Return(tone);
        }, Woven: true);
    }
}
