namespace AdClip.Pretrain.Generation.Surfaces;

/// <summary>Surfaces with little pattern: plastics, paints, rubbers, papers, glass, films, glazes.</summary>
internal static class Plain
{
    public static Material Plastic(Rng rng) => Plastic(Tint.Any(rng), rng);

    public static Material Plastic(Tint tint, Rng rng)
    {
        var (grain, cell, gloss, flow) = (rng.LogRange(0.005f, 0.05f), rng.LogRange(1, 4), rng.Range(0.05f, 0.6f), rng.Range(0, 0.03f));
        var angle = rng.Angle();
        return new Material(brush =>
        {
            var tone = brush.Rent();
            brush.Noise(tone, NoiseTiles.Smooth(brush.Rng), cell, grain);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, grain * 0.3f);
            brush.Height(tone, 1.5f * cell);
            brush.Noise(tone, NoiseTiles.Smooth(brush.Rng), 40, flow, 3, angle);
            brush.Colour(tone, tint, 0.5f);
            brush.Gloss(gloss);
            brush.Return(tone);
        });
    }

    public static Material Painted(Rng rng)
    {
        var tint = Tint.Any(rng);
        var (peel, cell, gloss, flake) =
            (rng.LogRange(0.03f, 0.25f), rng.LogRange(4, 14), rng.Range(0.3f, 1), rng.Chance(0.4f) ? rng.Range(0.01f, 0.06f) : 0.004f);
        return new Material(brush =>
        {
            var (height, tone) = (brush.Rent(), brush.Rent());
            brush.Fractal(height, cell, 2, peel);
            brush.Height(height, cell * 0.15f);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, flake);
            brush.Fractal(tone, 80, 1, 0.015f);
            brush.Colour(tone, tint, 1);
            brush.Gloss(gloss);
            brush.Return(height);
            brush.Return(tone);
        });
    }

    public static Material Rubber(Rng rng)
    {
        var tint = Tint.NearGrey(rng, 0.06f, 0.28f);
        var (grain, bloom, gloss, line) = (rng.LogRange(0.05f, 0.2f), rng.LogRange(0.01f, 0.09f), rng.Range(0.03f, 0.3f), rng.Range(0, 0.15f));
        var angle = rng.Angle();
        return new Material(brush =>
        {
            var tone = brush.Rent();
            brush.Noise(tone, NoiseTiles.Smooth(brush.Rng), 1.5f, grain);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, grain * 0.6f);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1.2f, line, 60, angle);
            brush.Height(tone, 0.9f);
            brush.Fractal(tone, 60, 3, bloom);
            brush.Colour(tone, tint, 1);
            brush.Gloss(gloss);
            brush.Return(tone);
        });
    }

    public static Material Paper(Rng rng)
    {
        var tint = rng.Chance(0.5f) ? Tint.NearGrey(rng, 0.75f, 0.95f) : Tint.Of(rng.Range(0.06f, 0.14f), rng.Range(0.1f, 0.5f), rng.Range(0.5f, 0.85f));
        var (fibre, strength, cloud, speck) =
            (rng.LogRange(1, 3), rng.LogRange(0.006f, 0.06f), rng.Range(0.004f, 0.03f), rng.Chance(0.3f) ? rng.Range(0.05f, 0.2f) : 0);
        var angle = rng.Angle();
        return new Material(brush =>
        {
            var tone = brush.Rent();
            brush.Noise(tone, NoiseTiles.Fibres(brush.Rng), fibre, strength, 1.5f, angle);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, strength * 0.5f);
            brush.Fractal(tone, 18, 3, cloud);
            if (speck > 0)
            {
                var specks = brush.Rent();
                brush.Noise(specks, NoiseTiles.Fibres(brush.Rng), fibre * 1.2f, 1);
                brush.Each((at, _, _) => tone[at] -= specks[at] > 2.4f ? speck : 0);
                brush.Return(specks);
            }
            brush.Colour(tone, tint, 1);
            brush.Height(tone, 2);
            brush.Gloss(0.02f);
            brush.Return(tone);
        });
    }

    public static Material Glaze(Rng rng)
    {
        var tint = rng.Chance(0.6f) ? Tint.NearGrey(rng, 0.6f, 0.95f) : Tint.Of(rng.Unit(), rng.Range(0.1f, 0.5f), rng.Range(0.4f, 0.9f));
        var (wave, gloss, speckle, density) =
            (rng.LogRange(0.05f, 0.4f), rng.Range(0.5f, 1), rng.Range(-0.5f, -0.1f), rng.Chance(0.5f) ? rng.Range(2.2f, 3) : 9);
        return new Material(brush =>
        {
            var (height, tone, specks) = (brush.Rent(), brush.Rent(), brush.Rent());
            brush.Fractal(height, 26, 2, wave);
            brush.Height(height, 1);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, 0.008f);
            brush.Fractal(tone, 70, 2, 0.015f);
            brush.Noise(specks, NoiseTiles.Smooth(brush.Rng), 2, 1);
            brush.Each((at, _, _) => tone[at] += speckle * Math.Clamp((specks[at] - density) * 3, 0, 1));
            brush.Colour(tone, tint, 1);
            brush.Gloss(gloss);
            brush.Return(height);
            brush.Return(tone);
            brush.Return(specks);
        });
    }

    /// <summary>Seen in reflection or in transmission: smooth, with streaks and a gradient of what it reflects.</summary>
    public static Material Glass(Rng rng)
    {
        var tint = rng.Chance(0.5f) ? Tint.NearGrey(rng, 0.12f, 0.85f) : Tint.Of(rng.Range(0.3f, 0.65f), rng.Range(0.05f, 0.4f), rng.Range(0.25f, 0.85f));
        var (slope, angle, streak, gloss) = (rng.Range(0, 0.35f), rng.Angle(), rng.LogRange(0.002f, 0.03f), rng.Range(0.4f, 1));
        return new Material(brush =>
        {
            var tone = brush.Rent();
            var lean = slope * brush.Rng.Range(0.8f, 1.2f) / 256;
            brush.Each(angle, (at, u, _) => tone[at] = u * lean);
            brush.Noise(tone, NoiseTiles.Smooth(brush.Rng), 20, streak, 12, angle + 1);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, 0.004f);
            brush.Colour(tone, tint, 1);
            brush.Gloss(gloss);
            brush.Return(tone);
        });
    }

    /// <summary>Foil, film, membrane: soft broad sheen, faint die lines.</summary>
    public static Material Film(Rng rng)
    {
        var tint = rng.Chance(0.5f) ? Tint.NearGrey(rng, 0.3f, 0.9f) : Tint.Any(rng);
        var angle = rng.Pick(0, MathF.PI / 2) + (rng.Normal() * 0.05f);
        var (line, wave, gloss) = (rng.LogRange(0.004f, 0.035f), rng.LogRange(0.05f, 0.9f), rng.Range(0.4f, 1));
        return new Material(brush =>
        {
            var (tone, height) = (brush.Rent(), brush.Rent());
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1.3f, line, 150, angle);
            brush.Noise(tone, NoiseTiles.Smooth(brush.Rng), 9, line, 40, angle);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, 0.005f);
            brush.Noise(height, NoiseTiles.Smooth(brush.Rng), 60, wave, 3, angle);
            brush.Height(height, 2);
            brush.Colour(tone, tint, 1);
            brush.Gloss(gloss);
            brush.Return(tone);
            brush.Return(height);
        }, Grain: angle);
    }
}
