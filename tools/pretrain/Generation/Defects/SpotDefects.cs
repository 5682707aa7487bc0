namespace AdClip.Pretrain.Generation.Defects;

/// <summary>Defects about a place: dents, pits, holes, spots, particles.</summary>
internal static class SpotDefects
{
    public static bool Dent(Damage damage)
    {
        if (damage.Place() is not var (x, y))
        {
            return false;
        }
        var rng = damage.Rng;
        var radius = Math.Clamp(damage.Radius, 3 * damage.Px, 55 * damage.Px);
        var (aspect, angle) = (rng.LogRange(0.45f, 1), rng.Angle());
        var box = damage.Blob(x, y, radius * 1.5f, radius * 1.5f * aspect, angle, rng.Range(0, 0.08f), 0.35f);
        damage.KeepToPart();
        var depth = rng.Sign() * rng.LogRange(0.25f, 1.4f) * radius / damage.Px * 0.45f;
        var (sin, cos) = MathF.SinCos(angle);
        var flat = rng.Chance(0.4f) ? 0.5f : 0;
        for (var py = box.Top; py < box.Bottom; py++)
        {
            for (var px = box.Left; px < box.Right; px++)
            {
                var u = (((px - x) * cos) + ((py - y) * sin)) / radius;
                var v = (((py - y) * cos) - ((px - x) * sin)) / (radius * aspect);
                var at = (py * damage.Side) + px;
                // A bell, or a flat floor with a wall.
                var t = Math.Clamp((1.35f - MathF.Sqrt((u * u) + (v * v))) / (1.35f - flat), 0, 1);
                damage.Layer.Height[at] -= depth * t * t * (3 - (2 * t)) * MathF.Min(1, 4 * damage.Cover[at]);
            }
        }
        if (rng.Chance(0.4f))
        {
            var change = rng.Normal() * 0.12f;
            damage.Each((at, cover) => damage.Layer.Multiply(at, MathF.Max(0.4f, 1 + (change * cover))));
        }
        return true;
    }

    /// <summary>Blowholes, pores, pinholes: down to a single pixel, alone or in a cluster.</summary>
    public static bool Pit(Damage damage)
    {
        if (damage.Place() is not var (x, y))
        {
            return false;
        }
        var rng = damage.Rng;
        var count = rng.Chance(0.5f) ? 1 : (int)rng.LogRange(2, 30);
        var radius = Math.Clamp(damage.Radius / MathF.Sqrt(count), 0.55f * damage.Px, 9 * damage.Px);
        var spread = rng.LogRange(2.5f, 14) * radius * MathF.Sqrt(count);
        for (var i = 0; i < count; i++)
        {
            var own = radius * rng.Range(0.5f, 1.3f);
            var (px, py) = i == 0 ? (x, y) : (x + (rng.Normal() * spread), y + (rng.Normal() * spread));
            damage.Blob(px, py, MathF.Max(0.5f, own), MathF.Max(0.5f, own * rng.Range(0.6f, 1)), rng.Angle(), radius > 2 ? 0.18f : 0, rng.Range(0.15f, 0.45f));
        }
        damage.KeepToPart();
        var dark = rng.Chance(0.88f) ? rng.Range(0.4f, 0.95f) : -rng.Range(0.4f, 1);
        var depth = radius / damage.Px * rng.Range(0.5f, 1.5f);
        damage.Each((at, cover) =>
        {
            damage.Layer.Multiply(at, 1 - (dark * cover));
            damage.Layer.Height[at] -= depth * cover;
            damage.Layer.Gloss[at] *= 1 - cover;
        });
        return true;
    }

    /// <summary>Through to what is behind, torn, punched or burnt.</summary>
    public static bool Hole(Damage damage)
    {
        if (damage.Place() is not var (x, y))
        {
            return false;
        }
        var rng = damage.Rng;
        var radius = Math.Clamp(damage.Radius, 2 * damage.Px, 45 * damage.Px);
        var aspect = rng.LogRange(0.5f, 1);
        damage.Blob(x, y, radius, radius * aspect, rng.Angle(), rng.Chance(0.4f) ? 0.02f : rng.Range(0.08f, 0.35f), 0.6f / radius);
        damage.KeepToPart();
        var floor = rng.Below(3) switch { 0 => Tint.NearGrey(rng, 0.01f, 0.1f), 1 => Tint.Any(rng) * 0.5f, _ => (Tint?)null };
        var rim = rng.Range(0, 0.3f);
        damage.Each((at, cover) =>
        {
            damage.Layer.Blend(at, floor ?? (damage.Scene.Behind.ColourAt(at) * 0.75f), cover);
            damage.Layer.Height[at] += (-5 - damage.Layer.Height[at]) * cover;
            damage.Layer.Gloss[at] *= 1 - cover;
            // The wall shows as a lighter or darker ring.
            damage.Layer.Multiply(at, 1 + (rim * 4 * cover * (1 - cover)));
        });
        return true;
    }

    public static bool Spot(Damage damage)
    {
        if (damage.Place() is not var (x, y))
        {
            return false;
        }
        var rng = damage.Rng;
        var count = rng.Pick(1, 1, 1, 2, 3, 6);
        var radius = Math.Clamp(damage.Radius / MathF.Sqrt(count), 0.8f * damage.Px, 26 * damage.Px);
        for (var i = 0; i < count; i++)
        {
            var own = MathF.Max(0.7f, radius * rng.Range(0.5f, 1.2f));
            var (px, py) = i == 0 ? (x, y) : (x + (rng.Normal() * 5 * radius), y + (rng.Normal() * 5 * radius));
            damage.Blob(px, py, own, own * rng.Range(0.75f, 1), rng.Angle(), 0.05f, rng.LogRange(0.06f, 0.5f));
        }
        damage.KeepToPart();
        Recolour(damage, rng.Range(0.5f, 1));
        return true;
    }

    public static bool Particle(Damage damage)
    {
        if (damage.Place() is not var (x, y))
        {
            return false;
        }
        var rng = damage.Rng;
        var count = rng.Pick(1, 1, 2, 3, 7);
        var radius = Math.Clamp(damage.Radius / MathF.Sqrt(count), 1 * damage.Px, 28 * damage.Px);
        for (var i = 0; i < count; i++)
        {
            var own = MathF.Max(0.8f, radius * rng.Range(0.4f, 1.2f));
            var (px, py) = i == 0 ? (x, y) : (x + (rng.Normal() * 6 * radius), y + (rng.Normal() * 6 * radius));
            damage.Blob(px, py, own, own * rng.Range(0.35f, 1), rng.Angle(), rng.Range(0.1f, 0.4f), MathF.Min(0.3f, 0.7f / own));
        }
        damage.KeepToPart();
        var tint = Tint.Any(rng);
        var grain = damage.Noise(MathF.Max(1.2f, radius * 0.5f), 2);
        var (rough, height) = (rng.Range(0.05f, 0.25f), radius / damage.Px * rng.Range(0.2f, 0.6f));
        damage.Each((at, cover) =>
        {
            damage.Layer.Blend(at, tint * MathF.Max(0.2f, 1 + (rough * grain[at])), cover);
            damage.Layer.Height[at] += height * cover * (1 + (0.3f * grain[at]));
            damage.Layer.Gloss[at] += (0.1f - damage.Layer.Gloss[at]) * cover;
        });
        damage.Return(grain);
        damage.CastShadow(rng.Normal() * 2 * damage.Px, rng.Normal() * 2 * damage.Px, rng.Range(0.1f, 0.5f));
        return true;
    }

    /// <summary>Domes under paint or film.</summary>
    public static bool Blister(Damage damage)
    {
        if (damage.Place() is not var (x, y))
        {
            return false;
        }
        var rng = damage.Rng;
        var count = rng.Pick(1, 1, 2, 4, 9);
        var radius = Math.Clamp(damage.Radius / MathF.Sqrt(count), 2 * damage.Px, 30 * damage.Px);
        var lift = rng.Range(0.25f, 0.8f);
        for (var i = 0; i < count; i++)
        {
            var own = radius * rng.Range(0.4f, 1.2f);
            var (px, py) = i == 0 ? (x, y) : (x + (rng.Normal() * 4 * radius), y + (rng.Normal() * 4 * radius));
            damage.Blob(px, py, own, own * rng.Range(0.7f, 1), rng.Angle(), 0.06f, 0.12f);
            var box = Box.Around(px, py, own, damage.Side);
            for (var cy = box.Top; cy < box.Bottom; cy++)
            {
                for (var cx = box.Left; cx < box.Right; cx++)
                {
                    var square = (((cx - px) * (cx - px)) + ((cy - py) * (cy - py))) / (own * own);
                    var at = (cy * damage.Side) + cx;
                    damage.Layer.Height[at] += lift * own / damage.Px * MathF.Sqrt(MathF.Max(0, 1 - square)) * damage.Cover[at];
                }
            }
        }
        damage.KeepToPart();
        var gloss = rng.Range(0, 0.4f);
        damage.Each((at, cover) => damage.Layer.Gloss[at] += gloss * cover);
        return true;
    }

    /// <summary>Something wet that dried: see-through, often darker at its border.</summary>
    public static bool Stain(Damage damage)
    {
        if (damage.Place() is not var (x, y))
        {
            return false;
        }
        var rng = damage.Rng;
        var radius = MathF.Max(2 * damage.Px, damage.Radius * 0.85f);
        var lobes = rng.Whole(1, 4);
        for (var i = 0; i < lobes; i++)
        {
            var own = radius * (i == 0 ? 1 : rng.Range(0.3f, 0.8f));
            damage.Blob(
                x + (i * rng.Normal() * radius * 0.5f), y + (i * rng.Normal() * radius * 0.5f),
                own, own * rng.Range(0.5f, 1), rng.Angle(), rng.Range(0.08f, 0.35f), rng.LogRange(0.04f, 0.5f));
        }
        damage.KeepToPart();
        var cloud = damage.Noise(MathF.Max(3, radius * 0.5f), 3);
        var tint = rng.Chance(0.5f)
            ? Tint.Of(rng.Range(0.03f, 0.13f), rng.Range(0.2f, 0.8f), rng.Range(0.35f, 0.9f))
            : Tint.Mix(Tint.Grey(1), Tint.Any(rng), 0.7f);
        var (strength, border, wet) = (rng.Range(0.3f, 0.9f), rng.Chance(0.5f) ? rng.Range(0.2f, 0.9f) : 0, rng.Range(-0.1f, 0.4f));
        var pale = rng.Chance(0.25f);
        damage.Each((at, cover) =>
        {
            var ring = 4 * cover * (1 - cover);
            var amount = Math.Clamp(strength * (cover + (border * ring)) * (0.8f + (0.25f * cloud[at])), 0, 1);
            if (pale)
            {
                damage.Layer.Blend(at, Tint.Mix(tint, Tint.Grey(0.9f), 0.5f), 0.7f * amount);
            }
            else
            {
                damage.Layer.Multiply(at, Tint.Mix(Tint.Grey(1), tint * 0.85f, amount));
            }
            damage.Layer.Gloss[at] = MathF.Max(0, damage.Layer.Gloss[at] + (wet * cover));
        });
        damage.Return(cloud);
        return true;
    }

    /// <summary>Another colour, or the same one lighter or darker.</summary>
    private static void Recolour(Damage damage, float opaque)
    {
        var rng = damage.Rng;
        var tint = Tint.Any(rng);
        var change = rng.Chance(0.6f) ? 1 + (rng.Sign() * rng.Range(0.25f, 0.7f)) : 0;
        damage.Each((at, cover) =>
        {
            if (change > 0)
            {
                damage.Layer.Multiply(at, 1 + ((change - 1) * cover));
            }
            else
            {
                damage.Layer.Blend(at, tint, cover * opaque);
            }
        });
    }
}
