namespace AdClip.Pretrain.Generation.Surfaces;

/// <summary>Stone, wood and other grown or poured things.</summary>
internal static class Minerals
{
    public static Material Concrete(Rng rng)
    {
        var tint = Tint.NearGrey(rng, 0.3f, 0.75f, 0.05f);
        var (mottle, sand, pores, poreCell) = (rng.LogRange(0.015f, 0.09f), rng.Range(0.03f, 0.1f), rng.Range(1.6f, 3.2f), rng.LogRange(2, 6));
        var rough = rng.Range(0.1f, 0.5f);
        return new Material(brush =>
        {
            var (tone, pits) = (brush.Rent(), brush.Rent());
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1.1f, sand);
            brush.Noise(tone, NoiseTiles.Smooth(brush.Rng), 3, sand);
            brush.Noise(pits, NoiseTiles.Smooth(brush.Rng), poreCell, 1);
            brush.Each((at, _, _) =>
            {
                var pit = Math.Clamp((pits[at] - pores) * 3, 0, 1);
                pits[at] = tone[at] - (3 * pit);
                tone[at] -= 0.35f * pit;
            });
            brush.Height(pits, rough * 2);
            brush.Fractal(tone, 60, 3, mottle, 0.6f);
            brush.Colour(tone, tint, 1);
            brush.Gloss(0.02f);
            brush.Return(tone);
            brush.Return(pits);
        });
    }

    public static Material Marble(Rng rng)
    {
        var (body, vein) = (Tint.NearGrey(rng, 0.3f, 0.92f, 0.05f), Tint.NearGrey(rng, 0.1f, 0.95f, 0.08f));
        var (cell, sharp, strength, angle, warp) = (rng.LogRange(30, 110), rng.LogRange(3, 14), rng.Range(0.3f, 0.9f), rng.Angle(), rng.Range(0.3f, 1));
        var gloss = rng.Range(0.1f, 0.7f);
        return new Material(brush =>
        {
            var (tone, fold) = (brush.Rent(), brush.Rent());
            brush.Fractal(fold, cell, 4, 1, 0.5f + (0.1f * warp), 1.8f, angle);
            brush.Fractal(tone, cell * 0.7f, 3, 0.12f);
            // Veins run where the folded noise passes through zero.
            brush.Each((at, _, _) => tone[at] += strength / (1 + (sharp * sharp * fold[at] * fold[at])));
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, 0.012f);
            brush.Colour(tone, body, vein);
            brush.Gloss(gloss);
            brush.Return(tone);
            brush.Return(fold);
        });
    }

    /// <summary>Granite, terrazzo, composite board: coloured chips side by side.</summary>
    public static Material Speckled(Rng rng)
    {
        var (low, high) = (Tint.Any(rng), Tint.Any(rng));
        if (rng.Chance(0.6f))
        {
            (low, high) = (Tint.NearGrey(rng, 0.1f, 0.4f, 0.06f), Tint.NearGrey(rng, 0.5f, 0.95f, 0.06f));
        }
        var (cell, fine, share) = (rng.LogRange(2.5f, 14), rng.Range(0.1f, 0.5f), rng.Range(0.05f, 0.22f));
        var gloss = rng.Range(0.02f, 0.5f);
        return new Material(brush =>
        {
            var tone = brush.Rent();
            brush.Noise(tone, NoiseTiles.Grains(brush.Rng), cell, share);
            brush.Noise(tone, NoiseTiles.Grains(brush.Rng), cell * 0.4f, share * fine);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, 0.03f);
            brush.Each((at, _, _) => tone[at] += 0.5f);
            brush.Colour(tone, low, high);
            brush.Gloss(gloss);
            brush.Return(tone);
        });
    }

    public static Material Wood(Rng rng)
    {
        var light = Tint.Of(rng.Range(0.05f, 0.11f), rng.Range(0.3f, 0.65f), rng.Range(0.45f, 0.85f));
        var dark = light * rng.Range(0.45f, 0.85f);
        var (pitch, wave, length, pore) = (rng.LogRange(4, 24), rng.Range(0.3f, 1.6f), rng.Range(5, 16), rng.Range(0.03f, 0.14f));
        var (angle, arch, knots) = (
            rng.Chance(0.7f) ? rng.Pick(0, MathF.PI / 2) + (rng.Normal() * 0.04f) : rng.Angle(),
            rng.Chance(0.4f) ? rng.LogRange(0.0005f, 0.004f) : 0,
            rng.Range(0, 0.12f));
        var gloss = rng.Range(0.02f, 0.35f);
        return new Material(brush =>
        {
            var (tone, wander) = (brush.Rent(), brush.Rent());
            brush.Noise(wander, NoiseTiles.Smooth(brush.Rng), pitch * 2.5f, wave, length, angle);
            brush.Noise(wander, NoiseTiles.Smooth(brush.Rng), pitch * 0.8f, wave * 0.12f, length, angle);
            var shift = brush.Rng.Range(-200, 200);
            brush.Each(angle, (at, u, v) =>
            {
                var ring = ((v + (arch * (u + shift) * (u + shift))) / pitch) + wander[at];
                var part = ring - MathF.Floor(ring);
                // Early wood is broad and light, late wood a narrow dark line with one sharp side.
                tone[at] = part < 0.75f ? 0.55f * part * part : 1.3f * (1 - part);
            });
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 0.8f, pore, 22, angle);
            brush.Noise(tone, NoiseTiles.Smooth(brush.Rng), 2.5f, pore, 18, angle);
            brush.Noise(tone, NoiseTiles.Smooth(brush.Rng), 40, knots, 2, angle);
            brush.Colour(tone, light, dark);
            brush.Height(tone, -0.5f);
            brush.Gloss(gloss);
            brush.Return(tone);
            brush.Return(wander);
        }, Grain: angle);
    }

    public static Material Foam(Rng rng)
    {
        var tint = Tint.Any(rng);
        var (cell, depth, fill) = (rng.LogRange(2.5f, 14), rng.Range(0.35f, 0.9f), rng.Range(0.35f, 0.7f));
        return new Material(brush =>
        {
            var tone = brush.Rent();
            brush.Noise(tone, NoiseTiles.Pebbles(brush.Rng), cell, 0.7f);
            brush.Noise(tone, NoiseTiles.Pebbles(brush.Rng), cell * 0.45f, 0.4f);
            brush.Height(tone, cell * 0.35f);
            brush.Each((at, _, _) => tone[at] = depth * Math.Clamp((tone[at] - fill) * 2.2f, -1, 0.25f));
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, 0.03f);
            brush.Colour(tone, tint, 1);
            brush.Gloss(0.02f);
            brush.Return(tone);
        });
    }

    /// <summary>Plaster, stucco, sandpaper, shot-blasted and other rough skins.</summary>
    public static Material Rough(Rng rng)
    {
        var tint = rng.Chance(0.5f) ? Tint.NearGrey(rng, 0.15f, 0.85f, 0.05f) : Tint.Any(rng);
        var (cell, octaves, keep, relief) = (rng.LogRange(1.5f, 22), rng.Whole(1, 4), rng.Range(0.4f, 0.8f), rng.LogRange(0.08f, 0.8f));
        var (stretch, angle, tile, mottle) = (rng.LogRange(1, 4), rng.Angle(), rng.Below(3), rng.Range(0.01f, 0.1f));
        return new Material(brush =>
        {
            var height = brush.Rent();
            if (tile == 0)
            {
                brush.Noise(height, NoiseTiles.Pebbles(brush.Rng), cell * 1.5f, -1.5f, stretch, angle);
            }
            brush.Fractal(height, cell, octaves, 1, keep, stretch, angle);
            brush.Height(height, relief * cell * 0.14f);
            brush.Each((at, _, _) => height[at] *= mottle * 0.6f);
            brush.Noise(height, NoiseTiles.White(brush.Rng), 1, 0.02f);
            brush.Colour(height, tint, 1);
            brush.Gloss(0.1f);
            brush.Return(height);
        });
    }

    /// <summary>Baked or pressed food, bark, cork: brown, cracked, mottled.</summary>
    public static Material Baked(Rng rng)
    {
        var light = Tint.Of(rng.Range(0.06f, 0.12f), rng.Range(0.4f, 0.75f), rng.Range(0.6f, 0.9f));
        var dark = Tint.Of(rng.Range(0.03f, 0.08f), rng.Range(0.5f, 0.8f), rng.Range(0.2f, 0.45f));
        var (cell, rough) = (rng.LogRange(5, 26), rng.Range(0.15f, 0.5f));
        return new Material(brush =>
        {
            var tone = brush.Rent();
            brush.Fractal(tone, cell, 4, 0.17f, 0.65f);
            brush.Noise(tone, NoiseTiles.Pebbles(brush.Rng), cell * 0.5f, 0.2f);
            brush.Height(tone, rough * cell * 0.3f);
            brush.Each((at, _, _) => tone[at] += 0.25f);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, 0.04f);
            brush.Colour(tone, light, dark);
            brush.Gloss(0.05f);
            brush.Return(tone);
        });
    }
}
