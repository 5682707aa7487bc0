using AdClip.Pretrain.Generation.Objects;
using AdClip.Pretrain.Generation.Shapes;

namespace AdClip.Pretrain.Generation.Surfaces;

/// <summary>Made sheets and plates whose lines, holes, print and borders belong to them.</summary>
internal static class Technical
{
    /// <summary>A hard ground plate that fills the picture or nearly so; good pieces differ much in brightness.</summary>
    public static Design GroundPlate(Rng rng)
    {
        var skin = rng.Below(4) switch { 0 => Metals.Cast(rng), 1 => Minerals.Rough(rng), _ => Metals.Ground(rng) };
        var (bow, bowAngle) = (rng.Chance(0.5f) ? rng.LogRange(0.5f, 14) : 0, rng.Pick(0, MathF.PI / 2));
        var bowed = skin with
        {
            Paint = brush =>
            {
                skin.Paint(brush);
                // Arched: the light falls off softly to both sides.
                brush.Each(bowAngle, (at, u, _) => brush.Layer.Height[at] -= bow * u * u / 9000);
            },
        };
        var (halfWidth, halfHeight) = (rng.LogRange(70, 190), rng.LogRange(95, 190));
        Shape outline = new Slab(0, 0, halfWidth, halfHeight, rng.Range(0, 10));
        if (rng.Chance(0.4f))
        {
            outline = new Wavy(outline, rng.Range(0.3f, 1.5f), rng.Range(10, 40), rng.Range(0, 300));
        }
        var piece = new Piece(outline, bowed) { Height = rng.Range(1, 6), Slope = rng.LogRange(1.5f, 14), Shadow = rng.Chance(0.5f) ? rng.Range(3, 14) : 0 };
        var backdrop = rng.Chance(0.7f) ? Parts.Sheet(Tint.NearGrey(rng, 0.01f, 0.25f), rng) : Parts.Backdrop(rng);
        return new Design(backdrop, [piece], IsObject: true)
        {
            Grey = rng.Chance(0.7f),
            LargestTurn = rng.Range(0, 0.06f),
            BatchSpread = rng.LogRange(0.08f, 0.4f),
        };
    }

    /// <summary>A crystalline wafer that glows: dark borders, grains, fine fingers, bars.</summary>
    public static Design Wafer(Rng rng)
    {
        var (level, half) = (rng.Range(0.4f, 0.85f), rng.Range(112, 130));
        var (grains, cell, stretch) = (rng.Chance(0.5f) ? rng.LogRange(0.02f, 0.14f) : 0, rng.LogRange(8, 34), rng.Range(0.6f, 1.6f));
        var (finger, fingerDepth) = (rng.LogRange(1.3f, 6), rng.Range(0, 0.09f));
        var (corner, border, borderWidth) = (rng.Chance(0.5f) ? rng.Range(10, 44) : 0, rng.Range(0.05f, 0.5f), rng.LogRange(1.5f, 9));
        var (ring, cloud) = (rng.Range(-0.15f, 0.15f), rng.LogRange(0.015f, 0.12f));
        var upright = rng.Chance(0.5f);
        var skin = new Material(brush =>
        {
            var tone = brush.Rent();
            brush.Fractal(tone, 90, 3, cloud);
            var (near, edge, grain) = NoiseTiles.Crystals(brush.Rng);
            if (grains > 0)
            {
                // The same cells twice: their levels, then their borders.
                var state = brush.Rng.Fork(3);
                (brush with { Rng = state.Fork(1) }).Noise(tone, grain, cell, grains, stretch);
                (brush with { Rng = state.Fork(1) }).Noise(tone, edge, cell, grains * 1.5f, stretch);
                brush.Noise(tone, NoiseTiles.Grains(brush.Rng), cell * 0.4f, grains * 0.5f, stretch, 0.5f);
                brush.Noise(tone, near, cell * 0.6f, -grains, 1, 1);
            }
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1.2f, 0.012f);
            brush.Each((at, u, v) =>
            {
                var (x, y) = (MathF.Abs(u), MathF.Abs(v));
                var inside = MathF.Min(half - MathF.Max(x, y), corner > 0 ? ((2 * half) - corner - x - y) * 0.7f : 999);
                var line = (upright ? u : v) / finger;
                line = MathF.Abs(line - MathF.Floor(line) - 0.5f) * 2;
                var fade = 1 - ((1 - border) * MathF.Exp(-MathF.Max(0, inside) / borderWidth));
                var radial = ring * ((u * u) + (v * v)) / 16000;
                tone[at] = level * MathF.Max(0.1f, 1 + tone[at] + radial - (fingerDepth * line)) * fade * Math.Clamp(inside + 0.7f, 0.22f, 1);
            });
            brush.Colour(tone, Tint.Grey(0), Tint.Grey(1));
            brush.Gloss(0);
            brush.Return(tone);
        });
        var (bars, width) = (rng.Whole(2, 6), rng.Range(0.7f, 3.2f));
        var ink = Parts.Ink(Tint.Grey(level * rng.Range(0.08f, 0.35f)));
        List<Piece> pieces = [];
        for (var i = 0; i < bars; i++)
        {
            var place = half * (((2 * (i + 0.5f)) / bars) - 1);
            var end = half - rng.Range(0, 6);
            pieces.Add(new(upright ? new Bar(-end, place, end, place, width) : new Bar(place, -end, place, end, width), ink)
            {
                Relief = Relief.Print,
                Cover = rng.Range(0.6f, 1),
            });
        }
        return new Design(skin, pieces, IsObject: false)
        {
            Grey = true,
            Luminous = true,
            LargestTurn = rng.Range(0, 0.03f),
            BatchSpread = rng.LogRange(0.04f, 0.2f),
        };
    }

    /// <summary>A circuit board: tracks, pads with drilled holes, lettering, parts with legs.</summary>
    public static Design Board(Rng rng)
    {
        var mask = rng.Chance(0.6f)
            ? Tint.Of(rng.Range(0.33f, 0.42f), rng.Range(0.5f, 0.9f), rng.Range(0.2f, 0.5f))
            : Tint.Of(rng.Unit(), rng.Range(0.2f, 0.9f), rng.Range(0.08f, 0.5f));
        var ground = Plain.Plastic(mask, rng);
        var track = Parts.Ink(Tint.Mix(mask * 1.45f, new Tint(0.8f, 0.6f, 0.3f), rng.Range(0, 0.5f)));
        var copper = Metals.Smooth(rng.Chance(0.5f) ? new Tint(0.8f, 0.65f, 0.35f) : new Tint(0.75f, 0.75f, 0.75f), 0.8f, 0.03f);
        var white = Parts.Ink(Tint.Grey(rng.Range(0.75f, 0.95f)));
        var (pitch, width) = (rng.Range(10, 22), rng.Range(1, 2.8f));
        List<Piece> pieces = [];
        List<(float X, float Y, float Reach)> taken = [];
        bool Free(float x, float y, float reach)
        {
            if (taken.Exists(other => MathF.Abs(other.X - x) < other.Reach + reach && MathF.Abs(other.Y - y) < other.Reach + reach))
            {
                return false;
            }
            taken.Add((x, y, reach));
            return true;
        }
        for (var i = rng.Whole(8, 26); i > 0; i--)
        {
            // Tracks keep to a lattice and turn by eighths.
            var (x, y) = (rng.Whole(-8, 8) * pitch, rng.Whole(-8, 8) * pitch);
            List<(float X, float Y)> points = [(x, y)];
            var heading = rng.Below(4) * 2;
            for (var leg = rng.Whole(1, 4); leg > 0; leg--)
            {
                var length = rng.Whole(1, 5) * pitch;
                x += length * MathF.Sign(MathF.Round(MathF.Cos(heading * MathF.PI / 4), 3));
                y += length * MathF.Sign(MathF.Round(MathF.Sin(heading * MathF.PI / 4), 3));
                points.Add((x, y));
                heading += rng.Pick(-1, 1, 1);
            }
            pieces.Add(new(new Chain(points, width), track) { Relief = Relief.Flat, Height = 0.25f, Slope = 1, Role = Role.Print });
            if (rng.Chance(0.8f))
            {
                pieces.Add(new(new Disc(x, y, width * 2.4f), copper) { Relief = Relief.Dome, Height = 0.7f, Slope = width * 2.4f });
                pieces.Add(new(new Disc(x, y, width), copper) { Relief = Relief.Opening, Height = 2, Slope = 2 });
            }
        }
        for (var i = rng.Whole(0, 5); i > 0; i--)
        {
            var (x, y, halfX, halfY) = (rng.Whole(-7, 7) * pitch, rng.Whole(-7, 7) * pitch, rng.Range(10, 34), rng.Range(8, 26));
            if (Free(x, y, MathF.Max(halfX, halfY * 1.5f)))
            {
                Chip(pieces, rng, x, y, halfX, halfY, white);
            }
        }
        for (var i = rng.Whole(2, 14); i > 0; i--)
        {
            var (x, y) = (rng.Whole(-8, 8) * pitch, rng.Whole(-8, 8) * pitch);
            if (!Free(x, y, 11))
            {
                continue;
            }
            var body = Plain.Plastic(rng.Chance(0.5f) ? Tint.NearGrey(rng, 0.05f, 0.2f) : Tint.Of(0.09f, 0.5f, 0.6f), rng);
            var along = rng.Chance(0.5f);
            var (a, b) = along ? (8f, 4.5f) : (4.5f, 8f);
            foreach (var end in (ReadOnlySpan<float>)[-1, 1])
            {
                pieces.Add(new(new Slab(x + (along ? end * 7 : 0), y + (along ? 0 : end * 7), 3, 5, 0.5f), copper) { Height = 0.6f, Slope = 2 });
            }
            pieces.Add(new(new Slab(x, y, a, b, 0.7f), body) { Role = Role.Part, Height = 3, Slope = 1.5f, Shadow = 4, Slack = 0.5f, Turn = 0.02f });
        }
        pieces.AddRange(Parts.Lettering(rng, rng.Range(-70, 70), rng.Range(-100, 100), rng.Range(9, 16), rng.Whole(2, 6), white, engraved: false));
        return new Design(ground, pieces, IsObject: false) { LargestTurn = rng.Chance(0.6f) ? 0.03f : null };
    }

    /// <summary>A housing or panel with seams, screws, lettering and slots that belong to it.</summary>
    public static Design Panel(Rng rng)
    {
        var skin = rng.Below(4) switch { 0 => Metals.Brushed(rng), 1 => Plain.Painted(rng), 2 => Metals.Rolled(rng), _ => Plain.Plastic(rng) };
        List<Piece> pieces = [];
        for (var i = rng.Whole(0, 3); i > 0; i--)
        {
            var place = rng.Range(-110, 110);
            pieces.Add(new(rng.Chance(0.5f) ? new Slab(place, 0, rng.Range(0.6f, 2), 400) : new Slab(0, place, 400, rng.Range(0.6f, 2)), skin)
            {
                Relief = Relief.Groove,
                Height = 1.5f,
                Slope = 1,
                Cover = rng.Range(0.3f, 0.8f),
            });
        }
        var screw = Parts.Wire(rng);
        var (radius, margin) = (rng.Range(6, 15), rng.Range(70, 108));
        foreach (var (sx, sy) in ((float, float)[])[(-1, -1), (1, -1), (-1, 1), (1, 1), (0, 0)])
        {
            if (rng.Chance(0.5f))
            {
                var (x, y, turn) = (sx * margin, sy * margin, rng.Angle());
                Shape slot = new Slab(x, y, radius * 0.75f, radius * 0.13f, 0, turn);
                slot = rng.Chance(0.5f) ? slot.With(new Slab(x, y, radius * 0.13f, radius * 0.75f, 0, turn)) : slot;
                pieces.Add(
                    new(new Disc(x, y, radius).Without(slot), screw) { Role = Role.Part, Height = 2.2f, Slope = radius * 0.4f, Shadow = 3, Turn = 3.1f });
            }
        }
        if (rng.Chance(0.6f))
        {
            var engraved = rng.Chance(0.3f);
            pieces.AddRange(
                Parts.Lettering(rng, rng.Range(-40, 40), rng.Range(-60, 60), rng.Range(12, 40), rng.Whole(2, 6), Parts.Ink(Tint.Any(rng)), engraved));
        }
        for (var i = rng.Chance(0.4f) ? rng.Whole(1, 5) : 0; i > 0; i--)
        {
            pieces.Add(new(new Bar(-30, 40 + (i * 9), 30, 40 + (i * 9), 2), skin) { Relief = Relief.Opening, Height = 3, Slope = 2 });
        }
        return new Design(skin, pieces, IsObject: false) { LargestTurn = rng.Chance(0.6f) ? 0.04f : null };
    }

    /// <summary>Cloth or hide with a seam: two stitched lines and the folded edge.</summary>
    public static Design Seam(Rng rng)
    {
        var cloth = rng.Below(3) switch { 0 => Textiles.Leather(rng), 1 => Textiles.Nonwoven(rng), _ => Textiles.Woven(rng) };
        var thread = Parts.Ink(Tint.Any(rng));
        var (pitch, gap, place) = (rng.Range(7, 18), rng.Range(1.5f, 4), rng.Range(-50, 50));
        List<Piece> pieces = [new(new Slab(place - 300, 0, 300, 400), cloth) { Height = rng.Range(1, 3), Slope = rng.Range(2, 7), Shadow = rng.Range(2, 8) }];
        foreach (var row in rng.Chance(0.5f) ? (float[])[-10] : [-8, -20])
        {
            for (var y = -180f; y < 180; y += pitch)
            {
                pieces.Add(new(new Bar(place + row, y, place + row + rng.Normal() * 0.4f, y + pitch - gap, rng.Range(1, 1.5f)), thread)
                {
                    Relief = Relief.Dome,
                    Role = Role.Part,
                    Height = 1.4f,
                    Slope = 1.3f,
                    Shadow = 2,
                    Slack = 0.6f,
                    Turn = 0.06f,
                });
            }
        }
        return new Design(cloth, pieces, IsObject: false) { LargestTurn = rng.Chance(0.5f) ? 0.05f : null };
    }

    /// <summary>A flat black body with legs on two sides, its mark and its dimple.</summary>
    internal static void Chip(List<Piece> pieces, Rng rng, float x, float y, float halfWidth, float halfHeight, Material print)
    {
        var body = Plain.Plastic(Tint.NearGrey(rng, 0.05f, 0.2f), rng);
        var metal = Parts.Wire(rng);
        var (legs, length) = (rng.Whole(2, (int)Math.Clamp(halfWidth / 3.5f, 2, 10)), MathF.Max(4, halfHeight * rng.Range(0.2f, 0.45f)));
        for (var i = 0; i < legs; i++)
        {
            var place = x + (halfWidth * 1.7f * (((i + 0.5f) / legs) - 0.5f));
            var thick = MathF.Min(5, halfWidth * rng.Range(0.4f, 0.65f) / legs);
            foreach (var sign in (ReadOnlySpan<float>)[-1, 1])
            {
                pieces.Add(new(new Slab(place, y + (sign * (halfHeight + (length / 2))), thick, (length / 2) + 2, 0.4f), metal)
                {
                    Role = Role.Leg,
                    Height = 1.5f,
                    Slope = 1,
                    Shadow = 2,
                    Foot = (place, y + (sign * halfHeight)),
                });
            }
        }
        pieces.Add(new(new Slab(x, y, halfWidth, halfHeight, 1), body) { Height = 4, Slope = 2, Shadow = 5 });
        pieces.Add(new(new Disc(x - (halfWidth * 0.75f), y + (halfHeight * 0.6f), halfHeight * 0.13f), body)
        {
            Relief = Relief.Groove,
            Height = 0.8f,
            Slope = 1,
            Cover = 0.25f,
        });
        pieces.AddRange(Parts.Lettering(rng, x, y, halfHeight * 0.5f, Math.Clamp((int)(halfWidth * 3 / halfHeight), 1, 6), print, engraved: false));
    }
}
