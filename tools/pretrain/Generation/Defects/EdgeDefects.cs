namespace AdClip.Pretrain.Generation.Defects;

/// <summary>Defects of an outline.</summary>
internal static class EdgeDefects
{
    /// <summary>A bite out of the edge: what is behind shows, or the raw face of the break.</summary>
    public static bool Chip(Damage damage)
    {
        // A surface without a border flakes rather than loses an edge.
        var flake = damage.Scene.Depth[0] > 500 && damage.Rng.Chance(0.75f);
        if ((flake ? damage.Place() is var (px, py) ? (px, py, 1, 0) : null : damage.Edge()) is not var (x, y, outX, outY))
        {
            return false;
        }
        var rng = damage.Rng;
        var radius = Math.Clamp(damage.Radius * 1.3f, 3 * damage.Px, 60 * damage.Px);
        var inset = rng.Range(-0.2f, 0.4f) * radius;
        damage.Blob(
            x - (outX * inset), y - (outY * inset), radius, radius * rng.LogRange(0.5f, 1),
            MathF.Atan2(outY, outX) + (MathF.PI / 2) + (rng.Normal() * 0.3f), rng.Range(0.12f, 0.35f), 0.6f / radius);
        damage.KeepToPart();
        var gone = !flake && rng.Chance(damage.Scene.Depth[0] > 500 ? 0.35f : 0.7f);
        var face = damage.Noise(MathF.Max(2, radius * 0.35f), 3);
        var (change, rough) = (rng.Sign() * rng.Range(0.1f, 0.5f), rng.Range(0.05f, 0.2f));
        damage.Each((at, cover) =>
        {
            if (gone)
            {
                damage.Layer.Blend(at, damage.Scene.Behind.ColourAt(at), cover);
                damage.Layer.Height[at] += (damage.Scene.Behind.Height[at] - damage.Layer.Height[at]) * cover;
                damage.Layer.Gloss[at] += (damage.Scene.Behind.Gloss[at] - damage.Layer.Gloss[at]) * cover;
            }
            else
            {
                damage.Layer.Multiply(at, MathF.Max(0.1f, 1 + (cover * (change + (rough * face[at])))));
                damage.Layer.Height[at] += cover * ((0.6f * face[at]) - 2);
                damage.Layer.Gloss[at] *= 1 - (0.7f * cover);
            }
            // The rim of the break catches light.
            damage.Layer.Multiply(at, 1 + (0.5f * cover * (1 - cover)));
        });
        damage.Return(face);
        return true;
    }

    /// <summary>An edge that came apart: a ragged, streaky border with loose ends.</summary>
    public static bool Fray(Damage damage)
    {
        // Hard goods seen without their border do not fray.
        if ((damage.Scene.Depth[0] > 500 && !damage.Material.Woven && damage.Rng.Chance(0.8f)) || damage.Edge() is not var (x, y, outX, outY))
        {
            return false;
        }
        var rng = damage.Rng;
        var length = Math.Clamp(damage.Radius * 5, 12 * damage.Px, 230 * damage.Px);
        var depth = Math.Clamp(2.5f * damage.Area * damage.Side * damage.Side / length, 2 * damage.Px, 45 * damage.Px);
        var (alongX, alongY) = (-outY, outX);
        damage.Blob(x, y, length * 0.5f, depth * rng.Range(0.3f, 0.8f), MathF.Atan2(alongY, alongX), rng.Range(0.1f, 0.3f), 0.2f, rng.Range(0.7f, 1));
        var count = (int)Math.Clamp(length / (1.6f * damage.Px), 8, 220);
        var lean = rng.Normal() * 0.3f;
        var (thick, wild) = (rng.Range(0.8f, 2.2f) * damage.Px, rng.Range(0.05f, 0.5f));
        for (var i = 0; i < count; i++)
        {
            var t = (rng.Unit() - 0.5f) * length;
            var fade = MathF.Sqrt(MathF.Max(0, 1 - (4 * t * t / (length * length))));
            var own = depth * fade * rng.Range(0.3f, 1.2f);
            var heading = MathF.Atan2(-outY, -outX) + lean + (rng.Normal() * wild);
            damage.Stroke(
                damage.Path(x + (alongX * t) + (outX * damage.Px), y + (alongY * t) + (outY * damage.Px), heading, own, 3, 0.03f, 0.05f),
                s => thick * (1 - (0.6f * s)),
                rng.Range(0.6f, 1));
        }
        damage.KeepToPart();
        // Streaks run as the strands do.
        var streak = damage.Scene.Canvas.Rent();
        var strands = new Affine(1, 0, 0, 0, 1, 0)
            .Then(MathF.Atan2(outY, outX) + lean, rng.LogRange(0.05f, 0.3f), rng.LogRange(0.25f, 0.8f), rng.Range(0, 500), rng.Range(0, 500));
        NoiseTiles.White(rng).Add(streak, damage.Side, Box.Whole(damage.Side), strands, 0.8f);
        var tone = rng.Sign() * rng.Range(0.1f, 0.4f);
        var through = rng.Chance(0.5f) ? rng.Range(0.3f, 0.9f) : 0;
        damage.Each((at, cover) =>
        {
            damage.Layer.Multiply(at, MathF.Max(0.1f, 1 + (cover * (tone + (0.2f * streak[at])))));
            damage.Layer.Blend(at, damage.Scene.Behind.ColourAt(at), through * cover * Math.Clamp(0.5f + streak[at], 0, 1));
            damage.Layer.Height[at] += cover * 0.8f * streak[at];
        });
        damage.Return(streak);
        return true;
    }

    /// <summary>Material that stands over the edge.</summary>
    public static bool Burr(Damage damage)
    {
        if (damage.Scene.Depth[0] > 500 || damage.Edge() is not var (x, y, outX, outY))
        {
            return false;
        }
        var rng = damage.Rng;
        var radius = Math.Clamp(damage.Radius, 2 * damage.Px, 18 * damage.Px);
        var angle = MathF.Atan2(outY, outX);
        var inside = ((int)Math.Clamp(y - (outY * 4), 0, damage.Side - 1) * damage.Side) + (int)Math.Clamp(x - (outX * 4), 0, damage.Side - 1);
        var tint = damage.Scene.Top.ColourAt(inside) * rng.Range(0.9f, 1.35f);
        var gloss = damage.Scene.Top.Gloss[inside] * rng.Range(0.8f, 1.3f);
        var count = rng.Whole(1, 4);
        for (var i = 0; i < count; i++)
        {
            var slide = i == 0 ? 0 : rng.Range(-0.9f, 0.9f) * radius;
            damage.Blob(
                x + (outX * radius * 0.3f) - (outY * slide), y + (outY * radius * 0.3f) + (outX * slide), radius * rng.Range(0.4f, 1.1f),
                radius * rng.Range(0.25f, 0.6f), angle + (rng.Normal() * 0.5f), 0.3f, MathF.Min(0.4f, 0.7f / radius));
        }
        var grain = damage.Noise(2 * damage.Px, 2);
        damage.Each((at, cover) =>
        {
            damage.Layer.Blend(at, tint * (1 + (0.06f * grain[at])), cover);
            damage.Layer.Height[at] += cover * (2.5f + (0.25f * grain[at]));
            damage.Layer.Gloss[at] += (gloss - damage.Layer.Gloss[at]) * cover;
        });
        damage.Return(grain);
        damage.CastShadow(outX * 1.5f * damage.Px, outY * 1.5f * damage.Px, rng.Range(0.1f, 0.4f));
        return true;
    }
}
