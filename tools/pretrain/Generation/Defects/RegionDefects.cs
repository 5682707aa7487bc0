using AdClip.Pretrain.Generation.Camera;
using AdClip.Pretrain.Generation.Surfaces;

namespace AdClip.Pretrain.Generation.Defects;

/// <summary>Defects of an area: colour, brightness or texture that is not as it should be.</summary>
internal static class RegionDefects
{
    /// <summary>A large region, softly bounded, that is brighter or darker, smoother or rougher than the rest.</summary>
    /// <remarks>Light falls off evenly over the picture; this has a place and a shape, which is how the two are told apart.</remarks>
    public static bool Uneven(Damage damage)
    {
        var rng = damage.Rng;
        if (!Region(damage, rng.LogRange(0.05f, 0.6f), rng.LogRange(1.5f, 50) * damage.Px))
        {
            return false;
        }
        var change = rng.Sign() * rng.LogRange(0.12f, 0.6f);
        var (detail, texture) = (rng.Chance(0.5f) ? rng.Range(-0.8f, 0.9f) : 0, rng.Chance(0.4f) ? rng.LogRange(0.02f, 0.12f) : 0);
        var fading = damage.Noise(rng.LogRange(20, 90) * damage.Px, 2);
        var vary = rng.Range(0, 0.4f);
        var rough = damage.Noise(rng.LogRange(1.5f, 7) * damage.Px, 2);
        var smooth = detail != 0 ? Smoothed(damage, 5 * damage.Px) : null;
        damage.Each((at, cover) =>
        {
            var gain = 1 + (cover * ((change * MathF.Max(0, 1 + (vary * fading[at]))) + (texture * rough[at])));
            if (smooth is not null)
            {
                gain *= 1 + (cover * detail * Math.Clamp((damage.Layer.ColourAt(at).Level / MathF.Max(0.02f, smooth[at])) - 1, -0.5f, 0.5f));
                damage.Layer.Height[at] *= 1 + (cover * detail);
            }
            damage.Layer.Multiply(at, MathF.Max(0.05f, gain));
        });
        Return(damage, fading, rough, smooth);
        return true;
    }

    /// <summary>A change of colour without a change of texture: heat, light, age, oil.</summary>
    public static bool Discolouration(Damage damage)
    {
        var rng = damage.Rng;
        if (!Region(damage, Math.Clamp(damage.Area * 3, 0.003f, 0.35f), rng.LogRange(2, 20) * damage.Px))
        {
            return false;
        }
        var rainbow = damage.Material.Metal && rng.Chance(0.5f);
        var tint = Tint.Mix(Tint.Grey(1), Tint.Of(rng.Unit(), rng.Range(0.3f, 1), 1), rng.Range(0.2f, 0.6f)) * rng.Range(0.6f, 1.25f);
        var phase = rng.Unit();
        var wander = damage.Noise(30 * damage.Px, 2);
        damage.Each((at, cover) =>
        {
            var now = tint;
            if (rainbow)
            {
                // Temper colours follow the heat: straw, purple, blue towards the middle.
                now = Tint.Mix(Tint.Grey(1), Tint.Of(0.12f - (0.55f * Math.Clamp(cover + (0.1f * wander[at]), 0, 1)) + (0.1f * phase), 0.55f, 0.9f), 0.9f);
            }
            damage.Layer.Multiply(at, Tint.Mix(Tint.Grey(1), now, cover * Math.Clamp(1 + (0.2f * wander[at]), 0, 1.2f)));
        });
        damage.Return(wander);
        return true;
    }

    /// <summary>Rubbed, ground, polished or rough where it should not be; or quite another texture.</summary>
    public static bool Wear(Damage damage)
    {
        var rng = damage.Rng;
        if (!Region(damage, Math.Clamp(damage.Area, 0.0008f, 0.3f), rng.LogRange(0.8f, 8) * damage.Px))
        {
            return false;
        }
        var (cell, gain, tone) = (rng.LogRange(1, 8) * damage.Px, rng.LogRange(0.04f, 0.25f), rng.Normal() * 0.12f);
        var kind = rng.Below(5);
        if (kind == 4)
        {
            Foreign(damage);
            return true;
        }
        if (kind == 3)
        {
            // A piece of the same surface from elsewhere, turned.
            var (angle, dx, dy) = (rng.Pick(0.5f, 1.57f, 3.14f, 0.785f), rng.Range(-60, 60) * damage.Px, rng.Range(-60, 60) * damage.Px);
            var (sin, cos) = MathF.SinCos(angle);
            var middle = damage.Side / 2f;
            damage.Warp(Box.Whole(damage.Side), (x, y) =>
            {
                if (damage.Cover[((int)y * damage.Side) + (int)x] <= 0)
                {
                    return (0, 0);
                }
                var (u, v) = (x - middle, y - middle);
                return (Mirror((u * cos) - (v * sin) + dx + middle, damage.Side) - x, Mirror((u * sin) + (v * cos) + dy + middle, damage.Side) - y);
            });
            var top = damage.Scene.Top;
            damage.Each((at, cover) =>
            {
                damage.Layer.Blend(at, top.ColourAt(at), 1 - cover);
                damage.Layer.Multiply(at, 1 + (tone * cover));
                damage.Layer.Height[at] += (top.Height[at] - damage.Layer.Height[at]) * (1 - cover);
            });
            return true;
        }
        var smooth = Smoothed(damage, 4 * damage.Px);
        var rough = damage.Noise(cell, 2);
        var strokes = damage.Scene.Canvas.Rent();
        var tile = NoiseTiles.White(rng);
        tile.Add(
            strokes, damage.Side, Box.Whole(damage.Side), new Affine(1, 0, 0, 0, 1, 0).Then(rng.Angle(), 0.04f, 0.8f, rng.Range(0, 500), rng.Range(0, 500)), 1);
        var flat = kind == 0 ? rng.Range(0.5f, 1) : rng.Range(0, 0.6f);
        var gloss = rng.Normal() * 0.25f;
        damage.Each((at, cover) =>
        {
            var level = MathF.Max(0.02f, damage.Layer.ColourAt(at).Level);
            var even = 1 + (flat * cover * (Math.Clamp(smooth[at] / level, 0.3f, 3) - 1));
            var noise = kind switch { 0 => 0.2f * rough[at], 1 => rough[at], _ => strokes[at] };
            damage.Layer.Multiply(at, MathF.Max(0.05f, even * (1 + (cover * (tone + (gain * noise))))));
            damage.Layer.Height[at] *= 1 - (cover * flat);
            damage.Layer.Height[at] += kind == 1 ? cover * gain * 2.5f * rough[at] : 0;
            damage.Layer.Gloss[at] = Math.Clamp(damage.Layer.Gloss[at] + (gloss * cover), 0, 1);
        });
        Return(damage, rough, strokes, smooth);
        return true;
    }

    /// <summary>Another material where this one should be, in the tone of the place or in its own.</summary>
    private static void Foreign(Damage damage)
    {
        var rng = damage.Rng;
        var material = rng.Below(9) switch
        {
            0 => Metals.Cast(rng),
            1 => Metals.Ground(rng),
            2 => Minerals.Rough(rng),
            3 => Minerals.Concrete(rng),
            4 => Minerals.Speckled(rng),
            5 => Textiles.Nonwoven(rng),
            6 => Textiles.Woven(rng),
            7 => Plain.Rubber(rng),
            _ => Regular.Mesh(rng),
        };
        var paint = damage.Scene.Canvas.RentLayer();
        var brush = new Brush(damage.Scene.Canvas, paint, Box.Whole(damage.Side), damage.Scene.Map, rng.Fork(1));
        brush.Fill(paint.Height, 0);
        brush.Gloss(0.1f);
        material.Paint(brush);
        var (own, opaque, count) = (default(Tint), rng.Range(0.4f, 1), 1e-3f);
        var here = default(Tint);
        damage.Each((at, cover) =>
        {
            own = Tint.Mix(own, paint.ColourAt(at), cover / (count + cover));
            here = Tint.Mix(here, damage.Layer.ColourAt(at), cover / (count + cover));
            count += cover;
        });
        var match = rng.Chance(0.6f);
        var gain = match ? here.Level / MathF.Max(0.02f, own.Level) : 1;
        damage.Each((at, cover) =>
        {
            var tint = paint.ColourAt(at) * gain;
            damage.Layer.Blend(at, match ? Tint.Mix(here, Tint.Mix(Tint.Grey(tint.Level), tint, 0.4f), 0.8f) : tint, cover * opaque);
            damage.Layer.Height[at] += paint.Height[at] * cover * opaque;
            damage.Layer.Gloss[at] += (paint.Gloss[at] - damage.Layer.Gloss[at]) * cover * opaque;
        });
        damage.Scene.Canvas.Return(paint);
    }

    /// <summary>Colour drawn along in one direction, or glue and grease with a shine.</summary>
    public static bool Smear(Damage damage)
    {
        if (damage.Place() is not var (x, y))
        {
            return false;
        }
        var rng = damage.Rng;
        var radius = MathF.Max(6 * damage.Px, damage.Radius * 2);
        var (angle, aspect) = (rng.Angle(), rng.Range(0.2f, 0.5f));
        damage.Blob(x, y, radius, radius * aspect, angle, rng.Range(0.1f, 0.3f), rng.Range(0.1f, 0.5f));
        damage.KeepToPart();
        var reach = (int)Math.Clamp(radius * 0.5f, 4, 26);
        var (stepX, stepY) = (MathF.Cos(angle), MathF.Sin(angle));
        var streak = damage.Scene.Canvas.Rent();
        NoiseTiles.White(rng)
            .Add(streak, damage.Side, Box.Whole(damage.Side), new Affine(1, 0, 0, 0, 1, 0).Then(angle, 0.02f, 0.35f, rng.Range(0, 500), rng.Range(0, 500)), 1);
        var tint = Tint.Any(rng);
        var (film, shine, streaky) = (rng.Range(0, 0.5f), rng.Range(-0.2f, 0.6f), rng.Range(0.02f, 0.15f));
        var top = damage.Scene.Top;
        damage.Each((at, cover) =>
        {
            var (px, py) = (at % damage.Side, at / damage.Side);
            var (r, g, b, count) = (0f, 0f, 0f, 0);
            for (var i = -reach; i <= reach; i += 2)
            {
                var (sx, sy) = ((int)(px + (i * stepX)), (int)(py + (i * stepY)));
                if (sx >= 0 && sy >= 0 && sx < damage.Side && sy < damage.Side)
                {
                    var from = (sy * damage.Side) + sx;
                    r += top.R[from];
                    g += top.G[from];
                    b += top.B[from];
                    count++;
                }
            }
            var drawn = new Tint(r / count, g / count, b / count);
            damage.Layer.Blend(at, Tint.Mix(drawn, tint, film) * MathF.Max(0.3f, 1 + (streaky * streak[at])), 0.85f * cover);
            damage.Layer.Gloss[at] = Math.Clamp(damage.Layer.Gloss[at] + (shine * cover), 0, 1);
            damage.Layer.Height[at] *= 1 - (0.7f * cover);
        });
        damage.Return(streak);
        return true;
    }

    public static bool Corrosion(Damage damage)
    {
        var rng = damage.Rng;
        if (!damage.Material.Metal || !Region(damage, Math.Clamp(damage.Area, 0.0005f, 0.3f), rng.LogRange(0.7f, 3) * damage.Px, fine: true))
        {
            return false;
        }
        var (hue, saturation) = rng.Chance(0.75f) ? (rng.Range(0.03f, 0.1f), rng.Range(0.4f, 0.9f)) : (rng.Range(0.35f, 0.5f), rng.Range(0.2f, 0.5f));
        var (dark, light) = (Tint.Of(hue, saturation, rng.Range(0.1f, 0.3f)), Tint.Of(hue + 0.02f, saturation * 0.8f, rng.Range(0.35f, 0.7f)));
        var rough = damage.Noise(rng.LogRange(2, 7) * damage.Px, 3);
        var (opaque, height) = (rng.Range(0.55f, 1), rng.Range(0.2f, 0.8f));
        damage.Each((at, cover) =>
        {
            damage.Layer.Blend(at, Tint.Mix(dark, light, Math.Clamp(0.5f + (0.35f * rough[at]), 0, 1)), cover * opaque);
            damage.Layer.Height[at] += cover * height * rough[at];
            damage.Layer.Gloss[at] *= 1 - cover;
        });
        damage.Return(rough);
        return true;
    }

    /// <summary>Threads torn, missing or out of their order.</summary>
    public static bool BrokenWeave(Damage damage)
    {
        if (!damage.Material.Woven || damage.Place() is not var (x, y))
        {
            return false;
        }
        var rng = damage.Rng;
        var radius = Math.Clamp(damage.Radius, 5 * damage.Px, 50 * damage.Px);
        var box = damage.Blob(x, y, radius, radius * rng.LogRange(0.3f, 1), rng.Angle(), 0.25f, 0.25f);
        damage.KeepToPart();
        var (pushX, pushY) = (damage.Noise(MathF.Max(4, radius * 0.5f), 2), damage.Noise(MathF.Max(4, radius * 0.5f), 2));
        var strength = rng.Range(0.2f, 0.5f) * MathF.Max(6 * damage.Px, MathF.Min(radius, 20 * damage.Px));
        damage.Warp(box, (px, py) =>
        {
            var at = ((int)py * damage.Side) + (int)px;
            return (strength * pushX[at] * damage.Cover[at], strength * pushY[at] * damage.Cover[at]);
        });
        var gap = rng.Chance(0.6f) ? rng.Range(0.3f, 0.9f) : 0;
        var gaps = damage.Noise(MathF.Max(2.5f, radius * 0.25f), 2);
        damage.Each((at, cover) =>
        {
            var open = gap * cover * Math.Clamp(1.5f * (gaps[at] - 0.6f), 0, 1);
            damage.Layer.Multiply(at, 1 - open);
            damage.Layer.Height[at] -= 2 * open;
        });
        for (var ends = rng.Below(5); ends > 0; ends--)
        {
            var loose = damage.Scene.Canvas.Rent();
            var path = damage.Path(
                x + (rng.Normal() * radius * 0.5f), y + (rng.Normal() * radius * 0.5f), rng.Angle(), rng.Range(8, 30) * damage.Px, 2, 0.15f, 0.05f);
            damage.Stroke(loose, path, _ => 1.4f * damage.Px, 1);
            for (var at = 0; at < loose.Length; at++)
            {
                if (loose[at] > 0 && damage.Scene.Part[at] > 0.5f)
                {
                    damage.Layer.Multiply(at, 1 + (0.35f * loose[at]));
                    damage.Layer.Height[at] += loose[at];
                    damage.Cover[at] = MathF.Max(damage.Cover[at], loose[at]);
                }
            }
            damage.Return(loose);
        }
        Return(damage, pushX, pushY, gaps);
        return true;
    }

    /// <summary>Covers a share of the picture in one of several shapes: cloud, band, side, ellipse.</summary>
    private static bool Region(Damage damage, float share, float soft, bool fine = false)
    {
        if (damage.Place() is not var (x, y))
        {
            return false;
        }
        var rng = damage.Rng;
        var side = damage.Side;
        var radius = side * MathF.Sqrt(share / MathF.PI);
        var kind = fine ? 0 : rng.PickWeighted([0.45f, 0.2f, 0.15f, 0.2f]);
        if (kind == 3)
        {
            damage.Blob(x, y, radius * rng.Range(1, 1.5f), radius * rng.Range(0.5f, 1), rng.Angle(), rng.Range(0.02f, 0.2f), MathF.Min(0.8f, soft / radius));
            damage.KeepToPart();
            return true;
        }
        var shape = damage.Noise(Math.Clamp(radius * rng.Range(0.5f, 1.5f), 6, side), fine ? 4 : 2);
        var (angle, wave) = (rng.Chance(0.5f) ? rng.Pick(0, MathF.PI / 2) : rng.Angle(), rng.Range(0, 0.35f) * radius);
        var (cos, sin) = (MathF.Cos(angle), MathF.Sin(angle));
        var width = MathF.Max(1.5f, share * side * (kind == 1 ? 0.5f : 0.8f));
        // Signed pixels to the border, roughly: noise has a slope of about one in its own cell.
        for (var py = 0; py < side; py++)
        {
            for (var px = 0; px < side; px++)
            {
                var at = (py * side) + px;
                var u = ((px - x) * cos) + ((py - y) * sin);
                var inside = kind switch
                {
                    0 => radius - MathF.Sqrt(((px - x) * (px - x)) + ((py - y) * (py - y))) + (0.55f * radius * shape[at]),
                    1 => width - MathF.Abs(u) + (wave * 0.4f * shape[at]),
                    _ => u + (wave * 0.6f * shape[at]) + (width - (side / 2f)),
                };
                var t = Math.Clamp((inside / (2 * soft)) + 0.5f, 0, 1);
                damage.Cover[at] = t * t * (3 - (2 * t));
            }
        }
        damage.Return(shape);
        damage.KeepToPart();
        return true;
    }

    /// <summary>The brightness without its detail.</summary>
    private static float[] Smoothed(Damage damage, float sigma)
    {
        var level = damage.Scene.Canvas.Rent();
        for (var at = 0; at < level.Length; at++)
        {
            level[at] = damage.Layer.ColourAt(at).Level;
        }
        var scratch = damage.Scene.Canvas.Rent();
        GaussianBlur.Apply(level, scratch, damage.Side, sigma);
        damage.Return(scratch);
        return level;
    }

    private static float Mirror(float value, int side)
    {
        value = MathF.Abs(value) % (2 * side);
        return value < side ? value : (2 * side) - value;
    }

    private static void Return(Damage damage, params ReadOnlySpan<float[]?> planes)
    {
        foreach (var plane in planes)
        {
            if (plane is not null)
            {
                damage.Return(plane);
            }
        }
    }
}
