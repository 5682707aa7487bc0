namespace AdClip.Pretrain.Generation.Surfaces;

/// <summary>Surfaces that repeat: meshes, perforations, ribs, knurls, fibres in resin, print screens.</summary>
internal static class Regular
{
    /// <summary>Wires or bars that cross, over something else.</summary>
    public static Material Mesh(Rng rng)
    {
        var (bar, back) = (Tint.Any(rng), rng.Chance(0.6f) ? Tint.NearGrey(rng, 0.03f, 0.2f) : Tint.NearGrey(rng, 0.6f, 0.95f));
        var (pitch, aspect, share) = (rng.LogRange(8, 40), rng.Range(0.7f, 1.4f), rng.Range(0.15f, 0.5f));
        var (angle, skew, wave) = (rng.Chance(0.6f) ? rng.Normal() * 0.05f : rng.Angle(), rng.Chance(0.3f) ? rng.Range(-0.5f, 0.5f) : 0, rng.Range(0, 0.06f));
        var (round, mottle) = (rng.Range(0.4f, 1), rng.Range(0.02f, 0.08f));
        return new Material(brush =>
        {
            var (shift, tone, height) = (brush.Rent(), brush.Rent(), brush.Rent());
            brush.Noise(shift, NoiseTiles.Smooth(brush.Rng), pitch * 3, wave);
            brush.Fractal(tone, 20, 2, mottle);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1, mottle);
            var (du, dv) = (brush.Rng.Range(0, 0.06f), brush.Rng.Range(0, 0.06f));
            var soft = pitch / 1.2f;
            brush.Each(angle, (at, u, v) =>
            {
                var a = ((u + (skew * v)) / pitch) + shift[at] + du;
                var b = (v / (pitch * aspect)) + shift[at] + dv;
                var da = MathF.Abs(a - MathF.Floor(a) - 0.5f);
                var db = MathF.Abs(b - MathF.Floor(b) - 0.5f);
                var near = MathF.Min(da, db);
                var alpha = Math.Clamp(0.5f + (((share / 2) - near) * soft), 0, 1);
                var t = near / (share / 2);
                height[at] = alpha * round * MathF.Sqrt(MathF.Max(0, 1 - (t * t)));
                brush.Layer.Set(at, Tint.Mix(back * (1 + tone[at]), bar * (1 + tone[at]), alpha));
                brush.Layer.Gloss[at] = 0.25f * alpha;
            });
            brush.Height(height, pitch * share * 0.4f);
            brush.Return(shift);
            brush.Return(tone);
            brush.Return(height);
        }, Grain: angle);
    }

    /// <summary>Sheet with round or long holes in rows.</summary>
    public static Material Perforated(Rng rng)
    {
        var sheet = Metals.Smooth(rng);
        var back = Tint.NearGrey(rng, 0.02f, 0.25f);
        var (pitch, share, angle) = (rng.LogRange(12, 44), rng.Range(0.18f, 0.38f), rng.Chance(0.7f) ? rng.Normal() * 0.04f : rng.Angle());
        var (staggered, slot) = (rng.Chance(0.5f), rng.Chance(0.3f) ? rng.Range(0.1f, 0.2f) : 0);
        return new Material(brush =>
        {
            sheet.Paint(brush);
            var shade = brush.Rng.Range(0.9f, 1.1f);
            brush.Each(angle, (at, u, v) =>
            {
                var b = v / pitch;
                var row = MathF.Floor(b);
                var a = (u / pitch) + (staggered && ((int)row & 1) == 0 ? 0.5f : 0);
                var x = MathF.Max(0, MathF.Abs(a - MathF.Floor(a) - 0.5f) - slot);
                var y = b - row - 0.5f;
                var inside = (share - MathF.Sqrt((x * x) + (y * y))) * pitch;
                var alpha = Math.Clamp(0.5f + inside, 0, 1);
                brush.Layer.Blend(at, back * (shade * (1 - (0.4f * Math.Clamp(1 - (inside / 4), 0, 1)))), alpha);
                brush.Layer.Gloss[at] *= 1 - alpha;
                brush.Layer.Height[at] -= 3 * Math.Clamp((inside + 1.5f) / 2.5f, 0, 1);
            });
        }, Metal: true);
    }

    /// <summary>Corrugated, ribbed, threaded, louvred: parallel ridges.</summary>
    public static Material Ribbed(Rng rng)
    {
        var skin = rng.Chance(0.5f) ? Plain.Plastic(rng) : Metals.Smooth(rng);
        var (pitch, height, angle, sharp) =
            (rng.LogRange(6, 44), rng.Range(0.06f, 0.28f), rng.Chance(0.6f) ? rng.Pick(0, MathF.PI / 2) : rng.Angle(), rng.Range(0.5f, 2));
        return new Material(brush =>
        {
            skin.Paint(brush);
            var phase = brush.Rng.Range(0, 0.1f);
            brush.Each(angle, (at, u, _) =>
            {
                var wave = MathF.Sin(MathF.Tau * ((u / pitch) + phase));
                brush.Layer.Height[at] += height * pitch * 0.35f * Math.Clamp(wave * sharp, -1, 1);
                brush.Layer.Multiply(at, 1 + (0.07f * wave));
            });
        }, Grain: angle);
    }

    /// <summary>Knurls, tread plate, studs: bumps in a lattice.</summary>
    public static Material Studded(Rng rng)
    {
        var skin = rng.Below(3) switch { 0 => Plain.Rubber(rng), 1 => Metals.Cast(rng), _ => Metals.Smooth(rng) };
        var (pitch, height, angle, kind) = (rng.LogRange(7, 46), rng.Range(0.1f, 0.3f), rng.Angle(), rng.Below(3));
        return new Material(brush =>
        {
            skin.Paint(brush);
            brush.Each(angle, (at, u, v) =>
            {
                var (a, b) = (u / pitch, v / pitch);
                var (i, j) = (MathF.Floor(a), MathF.Floor(b));
                var (x, y) = (a - i - 0.5f, b - j - 0.5f);
                if (kind == 2 && (((int)i + (int)j) & 1) == 0)
                {
                    (x, y) = (y, x);
                }
                var rise = kind switch
                {
                    0 => 1 - (2 * MathF.Max(MathF.Abs(x), MathF.Abs(y))),
                    1 => Math.Clamp(1 - (5 * ((x * x) + (y * y))), 0, 1),
                    _ => Math.Clamp(1.2f - (9 * x * x / 0.3f) - (4.5f * y * y), 0, 1),
                };
                brush.Layer.Height[at] += height * pitch * rise;
                brush.Layer.Multiply(at, 0.93f + (0.09f * rise));
            });
        }, Metal: true, Grain: angle);
    }

    /// <summary>Carbon or glass fibre in resin: glossy tows that mirror light along their own direction.</summary>
    public static Material FibreInResin(Rng rng)
    {
        var tint = rng.Chance(0.7f) ? Tint.NearGrey(rng, 0.06f, 0.22f) : Tint.Of(rng.Range(0.1f, 0.3f), 0.3f, rng.Range(0.3f, 0.7f));
        var (pitch, angle, contrast, twill) = (rng.LogRange(9, 36), rng.Chance(0.6f) ? 0.785f : rng.Angle(), rng.Range(0.15f, 0.5f), rng.Chance(0.7f));
        var gloss = rng.Range(0.3f, 1);
        return new Material(brush =>
        {
            var (along, across, shift) = (brush.Rent(), brush.Rent(), brush.Rent());
            brush.Noise(along, NoiseTiles.White(brush.Rng), 0.8f, 0.12f, 30, angle);
            brush.Noise(across, NoiseTiles.White(brush.Rng), 0.8f, 0.12f, 30, angle + (MathF.PI / 2));
            brush.Noise(shift, NoiseTiles.Smooth(brush.Rng), pitch * 5, 0.08f);
            brush.Each(angle, (at, u, v) =>
            {
                var (a, b) = ((u / pitch) + shift[at], (v / pitch) + shift[at]);
                var (i, j) = ((int)MathF.Floor(a), (int)MathF.Floor(b));
                var over = twill ? ((i + j) & 3) < 2 : ((i + j) & 1) == 0;
                var t = (over ? b - j : a - i) - 0.5f;
                var level = (over ? 1 + contrast + along[at] : 1 - contrast + across[at]) * (1.1f - (1.2f * t * t));
                brush.Layer.Set(at, tint * MathF.Max(0.1f, level));
                brush.Layer.Height[at] = 0;
            });
            brush.Gloss(gloss);
            brush.Return(along);
            brush.Return(across);
            brush.Return(shift);
        }, Woven: true, Grain: angle);
    }

    /// <summary>A pattern printed on sheet: dots, stripes, checks.</summary>
    public static Material Printed(Rng rng)
    {
        var sheet = rng.Chance(0.6f) ? Plain.Paper(rng) : Plain.Film(rng);
        var ink = Tint.Any(rng);
        var (pitch, share, angle, kind, cover) =
            (rng.LogRange(8, 52), rng.Range(0.2f, 0.42f), rng.Chance(0.5f) ? 0 : rng.Angle(), rng.Below(5), rng.Range(0.5f, 0.95f));
        return new Material(brush =>
        {
            sheet.Paint(brush);
            var fade = brush.Rent();
            brush.Fractal(fade, 6, 2, 0.06f);
            brush.Each(angle, (at, u, v) =>
            {
                var (a, b) = (u / pitch, v / pitch);
                var (i, j) = (MathF.Floor(a), MathF.Floor(b));
                var (x, y) = (a - i - 0.5f, b - j - 0.5f);
                var inside = kind switch
                {
                    0 => share - MathF.Sqrt((x * x) + (y * y)),
                    1 => (share / 2) - MathF.Abs(x),
                    2 => (((int)i + (int)j) & 1) == 0 ? 0.5f - MathF.Max(MathF.Abs(x), MathF.Abs(y)) : -1,
                    3 => share - MathF.Abs(x) - MathF.Abs(y),
                    _ => MathF.Abs(MathF.Sqrt((x * x) + (y * y)) - 0.3f) < 0.08f ? 0.1f : -0.1f,
                };
                var alpha = Math.Clamp(0.5f + (inside * pitch * 0.8f), 0, 1);
                brush.Layer.Blend(at, ink * (1 + fade[at]), alpha * cover);
            });
            brush.Return(fade);
        });
    }
}
