namespace AdClip.Pretrain.Generation.Defects;

/// <summary>Defects that are long and thin.</summary>
internal static class LineDefects
{
    public static bool Scratch(Damage damage)
    {
        if (damage.Place() is not var (x, y))
        {
            return false;
        }
        var rng = damage.Rng;
        var width = rng.LogRange(0.6f, 3.5f) * damage.Px;
        var length = Math.Clamp(damage.Area * damage.Side * damage.Side / MathF.Max(1, width), 6 * damage.Px, damage.Side * 1.1f);
        var heading = rng.Angle();
        var count = rng.Pick(1, 1, 1, 2, 3, 5);
        var bend = rng.Chance(0.5f) ? 0.002f : rng.Range(0.005f, 0.05f);
        var gap = rng.Chance(0.35f) ? rng.Range(0.1f, 0.4f) : 0;
        for (var i = 0; i < count; i++)
        {
            var own = heading + (rng.Normal() * 0.04f);
            var share = i == 0 ? 1 : rng.Range(0.3f, 0.9f);
            var (sx, sy) = (x + (i * rng.Normal() * 6 * width), y + (i * rng.Normal() * 6 * width));
            var path = damage.Path(sx - (length * share / 2 * MathF.Cos(own)), sy - (length * share / 2 * MathF.Sin(own)), own, length * share, 4, bend, 0.01f);
            var phase = rng.Range(0, 100);
            damage.Stroke(
                path,
                t => gap > 0 && (NoiseTiles.Smooth(new Rng(3)).At((t * 60) + phase, phase) < (gap * 2) - 1.2f)
                    ? 0
                    : width * share * MathF.Min(1, 0.35f + (4 * MathF.Min(t, 1 - t))),
                rng.Range(0.75f, 1));
        }
        damage.KeepToPart();
        // Fresh metal shines; paint and plastic turn pale or dark.
        var change = rng.Sign() * rng.LogRange(0.15f, 0.6f);
        var groove = rng.LogRange(0.15f, 1.2f) * width / damage.Px;
        var gloss = rng.Range(0, 0.5f);
        damage.Each((at, cover) =>
        {
            damage.Layer.Multiply(at, MathF.Max(0.1f, 1 + (change * cover)));
            if (change > 0)
            {
                damage.Layer.Blend(at, Tint.Grey(0.9f), 0.3f * change * cover);
            }
            damage.Layer.Height[at] -= groove * cover;
            damage.Layer.Gloss[at] += gloss * cover;
        });
        return true;
    }

    public static bool Crack(Damage damage)
    {
        if ((damage.Rng.Chance(0.3f) && damage.Edge() is var (ex, ey, ox, oy) ? (ex, ey, MathF.Atan2(-oy, -ox))
            : damage.Place() is var (px, py) ? (px, py, damage.Rng.Angle())
            : ((float, float, float)?)null)
            is not var (x, y, heading))
        {
            return false;
        }
        var rng = damage.Rng;
        var width = rng.LogRange(0.6f, 2.6f) * damage.Px;
        var length = Math.Clamp(damage.Area * damage.Side * damage.Side / MathF.Max(1, width), 8 * damage.Px, damage.Side * 1.2f);
        var jag = rng.Range(0.15f, 0.75f);
        var bend = rng.Range(0.01f, 0.06f);
        Branch(damage, x, y, heading, length, width, jag, bend, generation: 0);
        if (rng.Chance(0.3f))
        {
            Branch(damage, x, y, heading + MathF.PI + (rng.Normal() * 0.4f), length * rng.Range(0.3f, 0.9f), width, jag, bend, generation: 0);
        }
        damage.KeepToPart();
        var dark = rng.Chance(0.85f) ? rng.Range(0.35f, 0.95f) : -rng.Range(0.3f, 0.8f);
        damage.Each((at, cover) =>
        {
            damage.Layer.Multiply(at, 1 - (dark * cover));
            damage.Layer.Height[at] -= 1.2f * cover;
            damage.Layer.Gloss[at] *= 1 - cover;
        });
        return true;
    }

    public static bool Fibre(Damage damage)
    {
        if (damage.Place() is not var (x, y))
        {
            return false;
        }
        var rng = damage.Rng;
        var width = rng.LogRange(0.7f, 3) * damage.Px;
        var length = Math.Clamp(damage.Area * damage.Side * damage.Side / MathF.Max(1, width), 15 * damage.Px, 220 * damage.Px);
        var path = damage.Path(x, y, rng.Angle(), length, 2.5f, rng.Range(0.02f, 0.22f), 0.01f);
        damage.Stroke(path, _ => width);
        if (damage.Beside)
        {
            damage.KeepToPart();
        }
        var tint = rng.Chance(0.5f) ? Tint.NearGrey(rng, 0.02f, 0.2f) : rng.Chance(0.5f) ? Tint.NearGrey(rng, 0.8f, 1) : Tint.Any(rng);
        damage.Each((at, cover) =>
        {
            damage.Layer.Blend(at, tint, cover);
            damage.Layer.Height[at] += 0.8f * cover;
        });
        damage.CastShadow(rng.Normal() * 1.5f * damage.Px, rng.Normal() * 1.5f * damage.Px, rng.Range(0, 0.4f));
        return true;
    }

    public static bool Ink(Damage damage)
    {
        if (damage.Place() is not var (x, y))
        {
            return false;
        }
        var rng = damage.Rng;
        var width = rng.LogRange(1.2f, 6) * damage.Px;
        var length = Math.Clamp(damage.Area * damage.Side * damage.Side / width, 12 * damage.Px, 300 * damage.Px);
        var strokes = rng.Whole(1, 3);
        for (var i = 0; i < strokes; i++)
        {
            var (sx, sy) = (x + (i * rng.Normal() * 12 * damage.Px), y + (i * rng.Normal() * 12 * damage.Px));
            damage.Stroke(damage.Path(sx, sy, rng.Angle(), length / strokes, 3, rng.Range(0.05f, 0.35f), 0), t => width * (0.8f + (0.3f * MathF.Sin(9 * t))));
        }
        damage.KeepToPart();
        var tint = rng.Chance(0.5f) ? Tint.NearGrey(rng, 0.02f, 0.25f) : Tint.Of(rng.Unit(), rng.Range(0.5f, 1), rng.Range(0.2f, 0.8f));
        var opaque = rng.Range(0.55f, 1);
        damage.Each((at, cover) => damage.Layer.Blend(at, tint, cover * opaque));
        return true;
    }

    /// <summary>Ridges that run side by side; the pattern of the surface goes along.</summary>
    public static bool Wrinkle(Damage damage)
    {
        if (damage.Place() is not var (x, y))
        {
            return false;
        }
        var rng = damage.Rng;
        var width = rng.LogRange(3, 16) * damage.Px;
        var length = Math.Clamp(damage.Area * damage.Side * damage.Side / (2 * width), 20 * damage.Px, 260 * damage.Px);
        var heading = rng.Angle();
        var ridges = rng.Whole(1, 4);
        var height = damage.Scene.Canvas.Rent();
        for (var i = 0; i < ridges; i++)
        {
            var (sx, sy) = (x + (rng.Normal() * 2 * width * i), y + (rng.Normal() * 2 * width * i));
            var own = heading + (rng.Normal() * 0.25f);
            var path = damage.Path(
                sx - (length / 2 * MathF.Cos(own)), sy - (length / 2 * MathF.Sin(own)), own, length * rng.Range(0.5f, 1), 4, rng.Range(0.01f, 0.08f), 0.02f);
            damage.Stroke(path, t => 2 * width * MathF.Min(1, 5 * MathF.Min(t, 1 - t)));
            damage.Stroke(height, path, t => 0.55f * width * MathF.Min(1, 5 * MathF.Min(t, 1 - t)), 1);
        }
        var scratch = damage.Scene.Canvas.Rent();
        Camera.GaussianBlur.Apply(height, scratch, damage.Side, width * 0.32f);
        Camera.GaussianBlur.Apply(damage.Cover, scratch, damage.Side, width * 0.25f);
        damage.KeepToPart();
        var lift = rng.Sign() * rng.LogRange(0.5f, 2.2f) * width / damage.Px * 0.8f;
        var whole = Box.Whole(damage.Side);
        damage.Warp(whole, (px, py) =>
        {
            var at = ((int)py * damage.Side) + (int)px;
            if (damage.Cover[at] < 0.02f || px < 1 || py < 1 || px >= damage.Side - 1 || py >= damage.Side - 1)
            {
                return (0, 0);
            }
            return (0.6f * width * (height[at + 1] - height[at - 1]), 0.6f * width * (height[at + damage.Side] - height[at - damage.Side]));
        });
        damage.Each((at, cover) => damage.Layer.Height[at] += lift * height[at] * MathF.Min(1, 2 * cover));
        damage.Return(height);
        damage.Return(scratch);
        return true;
    }

    /// <summary>One thread drawn tight or loose along the weave, with the pattern beside it gathered.</summary>
    public static bool ThreadPull(Damage damage)
    {
        if (!damage.Material.Woven || damage.Place() is not var (x, y))
        {
            return false;
        }
        var rng = damage.Rng;
        var width = rng.LogRange(1, 5) * damage.Px;
        var length = Math.Clamp(damage.Area * damage.Side * damage.Side / (3 * width), 15 * damage.Px, 250 * damage.Px);
        var (inverse, angle) = (damage.Scene.Map.Inverse(), damage.Material.Grain + rng.Pick(0, MathF.PI / 2));
        var heading = MathF.Atan2(
            (inverse.Vx * MathF.Cos(angle)) + (inverse.Vy * MathF.Sin(angle)), (inverse.Ux * MathF.Cos(angle)) + (inverse.Uy * MathF.Sin(angle)));
        var path = damage.Path(x - (length / 2 * MathF.Cos(heading)), y - (length / 2 * MathF.Sin(heading)), heading, length, 3, 0.004f, 0.02f);
        var core = damage.Scene.Canvas.Rent();
        damage.Stroke(core, path, _ => width, 1);
        damage.Stroke(path, _ => 4 * width, 0.8f);
        var scratch = damage.Scene.Canvas.Rent();
        Camera.GaussianBlur.Apply(damage.Cover, scratch, damage.Side, width * 0.6f);
        damage.KeepToPart();
        var (nx, ny) = (-MathF.Sin(heading), MathF.Cos(heading));
        var pull = rng.Sign() * rng.Range(0.8f, 2.2f) * width;
        damage.Warp(
            Box.Whole(damage.Side),
            (px, py) => (nx * pull * damage.Cover[((int)py * damage.Side) + (int)px], ny * pull * damage.Cover[((int)py * damage.Side) + (int)px]));
        var change = rng.Sign() * rng.Range(0.2f, 0.6f);
        damage.Each((at, cover) =>
        {
            damage.Layer.Multiply(at, 1 + (change * core[at]));
            damage.Layer.Height[at] += core[at] * width / damage.Px * 0.5f * MathF.Min(1, 3 * cover);
        });
        damage.Return(core);
        damage.Return(scratch);
        return true;
    }

    private static void Branch(Damage damage, float x, float y, float heading, float length, float width, float jag, float bend, int generation)
    {
        var rng = damage.Rng;
        var path = damage.Path(x, y, heading, length, rng.Range(2, 5) * damage.Px, bend, jag);
        var taper = rng.Chance(0.7f);
        damage.Stroke(path, t => taper ? width * (1 - (0.75f * t)) : width, rng.Range(0.8f, 1));
        var branches = generation > 1 ? 0 : rng.Pick(0, 0, 1, 2, 4);
        for (var i = 0; i < branches; i++)
        {
            var from = rng.Below(path.Count);
            Branch(
                damage, path[from].X, path[from].Y, heading + (rng.Sign() * rng.Range(0.3f, 1.3f)),
                length * rng.Range(0.15f, 0.55f), width * 0.75f, jag, bend, generation + 1);
        }
    }
}
