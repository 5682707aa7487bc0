namespace AdClip.Pretrain.Generation.Surfaces;

/// <summary>Metals by how they were worked.</summary>
internal static class Metals
{
    public static Tint Colour(Rng rng) => rng.Below(8) switch
    {
        0 => new Tint(0.78f, 0.62f, 0.34f) * rng.Range(0.7f, 1.1f),
        1 => new Tint(0.75f, 0.47f, 0.34f) * rng.Range(0.7f, 1.1f),
        2 => Tint.NearGrey(rng, 0.12f, 0.3f),
        _ => Tint.NearGrey(rng, 0.3f, 0.75f),
    };

    /// <summary>Lines in one direction, as of a belt grinder.</summary>
    public static Material Brushed(Rng rng)
    {
        var tint = Colour(rng);
        var angle = rng.Chance(0.6f) ? rng.Pick(0, MathF.PI / 2) : rng.Angle();
        var (length, width, strength) = (rng.LogRange(20, 200), rng.LogRange(0.7f, 2.2f), rng.LogRange(0.03f, 0.16f));
        var (gloss, broad) = (rng.Range(0.15f, 0.7f), rng.Range(0, 0.06f));
        return new Material(brush =>
        {
            var tone = brush.Rent();
            brush.Noise(tone, NoiseTiles.White(brush.Rng), width * 0.8f, strength * 0.7f, length, angle);
            brush.Noise(tone, NoiseTiles.Smooth(brush.Rng), width * 3, strength * 0.6f, length * 0.7f, angle);
            brush.Noise(tone, NoiseTiles.Smooth(brush.Rng), 60, broad, 3, angle);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, strength * 0.12f);
            brush.Colour(tone, tint, 1);
            brush.Height(tone, 0.6f);
            brush.Gloss(gloss);
            brush.Return(tone);
        }, Metal: true, Grain: angle);
    }

    /// <summary>Rough skin of sand or die casting.</summary>
    public static Material Cast(Rng rng)
    {
        var tint = Tint.NearGrey(rng, 0.2f, 0.6f);
        var (cell, rough, speckle) = (rng.LogRange(2, 10), rng.LogRange(0.3f, 1.6f), rng.Range(0.02f, 0.09f));
        var (gloss, mottle, patch) = (rng.Range(0.05f, 0.4f), rng.LogRange(0.01f, 0.06f), rng.LogRange(20, 80));
        return new Material(brush =>
        {
            var height = brush.Rent();
            brush.Fractal(height, cell, 3, 1, 0.6f);
            brush.Height(height, rough * cell / 8);
            var tone = brush.Rent();
            brush.Fractal(tone, patch, 2, mottle);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, speckle);
            brush.Colour(tone, tint, 1);
            brush.Gloss(gloss);
            brush.Return(height);
            brush.Return(tone);
        }, Metal: true);
    }

    /// <summary>Cold-rolled sheet: endless lines, broad bands and marks that repeat with the roll.</summary>
    public static Material Rolled(Rng rng)
    {
        var tint = Tint.NearGrey(rng, 0.25f, 0.75f);
        var angle = rng.Pick(0, MathF.PI / 2) + (rng.Normal() * 0.02f);
        var (fine, band, bandWidth) = (rng.LogRange(0.015f, 0.07f), rng.LogRange(0.01f, 0.09f), rng.LogRange(8, 60));
        var (gloss, repeat, mark) = (rng.Range(0.2f, 0.9f), rng.LogRange(20, 120), rng.Chance(0.4f) ? rng.Range(0.01f, 0.04f) : 0);
        var orange = rng.Range(0, 0.25f);
        return new Material(brush =>
        {
            var tone = brush.Rent();
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 0.9f, fine, 120, angle);
            brush.Noise(tone, NoiseTiles.Smooth(brush.Rng), 3, fine, 90, angle);
            brush.Noise(tone, NoiseTiles.Smooth(brush.Rng), bandWidth, band, 30, angle);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, fine * 0.4f);
            if (mark > 0)
            {
                var phase = brush.Rng.Unit() * repeat;
                brush.Each(angle, (at, u, _) =>
                {
                    var part = ((u + phase) / repeat) - MathF.Floor((u + phase) / repeat);
                    tone[at] += mark * Math.Clamp(1 - (12 * MathF.Abs(part - 0.5f)), 0, 1);
                });
            }
            brush.Colour(tone, tint, 1);
            var height = brush.Rent();
            brush.Noise(height, NoiseTiles.Smooth(brush.Rng), 5, orange, 2, angle);
            brush.Height(height, 0.5f);
            brush.Gloss(gloss);
            brush.Return(tone);
            brush.Return(height);
        }, Metal: true, Grain: angle);
    }

    /// <summary>Turned or milled: arcs about a centre that may lie outside.</summary>
    public static Material Turned(Rng rng)
    {
        var tint = Colour(rng);
        var far = rng.Chance(0.5f) ? 0 : rng.LogRange(60, 600);
        var direction = rng.Angle();
        var (pitch, strength, gloss) = (rng.LogRange(1.6f, 9), rng.LogRange(0.02f, 0.12f), rng.Range(0.2f, 0.8f));
        var (centreX, centreY) = (far * MathF.Cos(direction), far * MathF.Sin(direction));
        return new Material(brush =>
        {
            var tone = brush.Rent();
            var wobble = brush.Rent();
            brush.Noise(wobble, NoiseTiles.Smooth(brush.Rng), 50, 0.3f);
            var lines = NoiseTiles.White(brush.Rng);
            var row = brush.Rng.Range(0, 500);
            brush.Each((at, u, v) =>
            {
                var radius = MathF.Sqrt(((u - centreX) * (u - centreX)) + ((v - centreY) * (v - centreY))) + wobble[at];
                var part = radius / pitch;
                part -= MathF.Floor(part);
                tone[at] += (strength * ((MathF.Abs(part - 0.5f) * 2) - 0.5f)) + (strength * 0.5f * lines.At(radius, row));
            });
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, strength * 0.2f);
            brush.Colour(tone, tint, 1);
            brush.Height(tone, pitch * 0.6f);
            brush.Gloss(gloss);
            brush.Return(tone);
            brush.Return(wobble);
        }, Metal: true);
    }

    /// <summary>Smooth, with little of its own: castings that were tumbled, plated or polished.</summary>
    public static Material Smooth(Rng rng) => Smooth(Colour(rng), rng.Range(0.3f, 0.9f), rng.LogRange(0.006f, 0.04f));

    public static Material Smooth(Tint tint, float gloss, float mottle) => new(brush =>
    {
        var tone = brush.Rent();
        brush.Fractal(tone, 24, 2, mottle);
        brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, mottle * 0.5f);
        brush.Colour(tone, tint, 1);
        brush.Height(tone, 1.5f);
        brush.Gloss(gloss);
        brush.Return(tone);
    }, Metal: true);

    /// <summary>Dark, hard, ground flat: fine short lines, faint cloud, no gloss to speak of.</summary>
    public static Material Ground(Rng rng)
    {
        var tint = Tint.NearGrey(rng, 0.16f, 0.5f, 0.015f);
        var angle = rng.Pick(0, MathF.PI / 2) + (rng.Normal() * 0.06f);
        var (grain, cell, stretch) = (rng.LogRange(0.03f, 0.13f), rng.LogRange(0.8f, 2), rng.LogRange(1.5f, 14));
        var (cloud, cloudCell, lines) = (rng.LogRange(0.01f, 0.1f), rng.LogRange(25, 110), rng.Range(0, 0.05f));
        var cross = rng.Chance(0.3f) ? rng.Range(0.3f, 1) : 0;
        return new Material(brush =>
        {
            var tone = brush.Rent();
            brush.Noise(tone, NoiseTiles.White(brush.Rng), cell, grain * 0.8f, stretch, angle);
            brush.Noise(tone, NoiseTiles.Smooth(brush.Rng), cell * 2.5f, grain * 0.6f, stretch * 0.7f, angle);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), cell, grain * 0.6f * cross, stretch * 2, angle + 0.9f);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, grain * 0.4f);
            brush.Noise(tone, NoiseTiles.Smooth(brush.Rng), 4, lines, 60, angle);
            brush.Fractal(tone, cloudCell, 2, cloud * brush.Rng.Range(0.4f, 1.3f), 0.5f, 1.5f, angle);
            brush.Colour(tone, tint, 1);
            brush.Height(tone, 0.7f);
            brush.Gloss(0.08f);
            brush.Return(tone);
        }, Metal: true, Grain: angle);
    }
}
