using AdClip.Pretrain.Generation.Shapes;
using AdClip.Pretrain.Generation.Surfaces;

namespace AdClip.Pretrain.Generation.Objects;

/// <summary>Packed, pressed, moulded and grown goods.</summary>
internal static class Goods
{
    public static Design Capsule(Rng rng)
    {
        var (half, radius) = (rng.Range(66, 100), rng.Range(24, 38));
        var (left, right) = (Plain.Painted(rng), Plain.Painted(rng));
        List<Piece> pieces =
        [
            new(new Bar(radius - half, 0, half - radius, 0, radius), left)
            {
                Relief = Relief.Dome,
                Height = radius * 0.75f,
                Slope = radius,
                Shadow = rng.Range(6, 16),
            },
            new(new Both(new Bar(radius - half, 0, half - radius, 0, radius + 1), new Slab(half + (half * rng.Range(-0.2f, 0.1f)), 0, half, radius * 2)), right)
            {
                Relief = Relief.Dome,
                Height = (radius * 0.75f) + 1,
                Slope = radius + 1,
            },
        ];
        if (rng.Chance(0.7f))
        {
            pieces.AddRange(
                Parts.Lettering(rng, rng.Pick(-half * 0.4f, half * 0.5f), 0, rng.Range(10, 17), rng.Whole(2, 4), Parts.Ink(Tint.Any(rng)), engraved: false));
        }
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }

    public static Design Pill(Rng rng)
    {
        var skin = rng.Below(3) switch
        {
            0 => Minerals.Speckled(rng),
            1 => Plain.Paper(rng),
            _ => Plain.Plastic(Tint.Of(rng.Unit(), rng.Range(0, 0.5f), rng.Range(0.7f, 0.95f)), rng),
        };
        var (a, b) = (rng.Range(60, 100), rng.Range(38, 80));
        Shape outline = rng.Chance(0.5f) ? new Disc(0, 0, a * 0.9f) : new Oval(0, 0, a, MathF.Min(a, b));
        List<Piece> pieces = [new(outline, skin)
        {
            Relief = rng.Chance(0.5f) ? Relief.Dome : Relief.Flat,
            Height = rng.Range(7, 22),
            Slope = rng.Range(14, 44),
            Shadow = rng.Range(5, 16),
        }];
        if (rng.Chance(0.5f))
        {
            pieces.Add(new(new Bar(-a * 0.8f, 0, a * 0.8f, 0, rng.Range(1, 2.4f)), skin) { Relief = Relief.Groove, Height = 2, Slope = 2, Cover = 0.12f });
        }
        else
        {
            pieces.AddRange(Parts.Lettering(rng, 0, 0, rng.Range(14, 28), rng.Whole(1, 4), skin, engraved: true));
        }
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }

    /// <summary>Straight down onto the mouth of a bottle or can: rings in rings.</summary>
    public static Design Mouth(Rng rng)
    {
        var glass = rng.Chance(0.6f) ? Plain.Glass(rng) : Metals.Turned(rng);
        var (radius, dark) = (rng.Range(92, 112), Parts.Sheet(Tint.NearGrey(rng, 0.01f, 0.14f), rng));
        List<Piece> pieces =
        [
            new(new Disc(0, 0, radius), glass) { Relief = Relief.Dome, Height = 20, Slope = radius * 0.6f, Shadow = 6 },
            new(new Ring(0, 0, radius * rng.Range(0.7f, 0.8f), radius * rng.Range(0.05f, 0.2f)), glass)
            {
                Relief = Relief.Dome,
                Height = 9,
                Slope = radius * 0.07f,
            },
            new(new Ring(0, 0, radius * rng.Range(0.5f, 0.6f), radius * rng.Range(0.06f, 0.16f)), glass)
            {
                Relief = Relief.Dome,
                Height = 14,
                Slope = radius * 0.06f,
            },
            new(new Disc(0, 0, radius * rng.Range(0.4f, 0.47f)), dark) { Relief = Relief.Groove, Height = 9, Slope = 10, Cover = rng.Range(0.6f, 0.95f) },
        ];
        return new Design(rng.Chance(0.6f) ? Parts.Sheet(Tint.NearGrey(rng, 0.85f, 1), rng) : Parts.Backdrop(rng), pieces, IsObject: true);
    }

    /// <summary>A crimped or knurled lid seen from above.</summary>
    public static Design Cap(Rng rng)
    {
        var skin = rng.Chance(0.5f) ? Plain.Painted(rng) : Plain.Plastic(rng);
        var (radius, teeth) = (rng.Range(76, 100), rng.Whole(16, 60));
        List<Piece> pieces =
        [
            new(new Cog(0, 0, radius, teeth, MathF.Min(5, radius * 2.2f / teeth), 0, rng.Range(0.3f, 0.6f)), skin)
            {
                Height = 9,
                Slope = rng.Range(8, 22),
                Shadow = rng.Range(5, 16),
            },
            new(new Disc(0, 0, radius * rng.Range(0.6f, 0.8f)), skin) { Height = 12, Slope = rng.Range(3, 12) },
        ];
        if (rng.Chance(0.7f))
        {
            pieces.AddRange(Parts.Lettering(rng, 0, 0, rng.Range(16, 30), rng.Whole(2, 4), Parts.Ink(Tint.Any(rng)), rng.Chance(0.3f)));
        }
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }

    /// <summary>Interlocked teeth on two tapes.</summary>
    public static Design Zipper(Rng rng)
    {
        var (tape, metal) = (Textiles.Woven(rng), rng.Chance(0.6f) ? Parts.Wire(rng) : Plain.Plastic(rng));
        var (pitch, reach, tall) = (rng.Range(9, 16), rng.Range(11, 18), rng.Range(0.5f, 0.75f));
        List<Piece> pieces =
        [
            new(new Slab(-55, 0, 44, 300), tape) { Height = 1.5f, Slope = 3, Shadow = 3 },
            new(new Slab(55, 0, 44, 300), tape) { Height = 1.5f, Slope = 3, Shadow = 3 },
        ];
        for (var y = -170f; y < 170; y += pitch)
        {
            foreach (var sign in (ReadOnlySpan<float>)[-1, 1])
            {
                var own = y + (sign > 0 ? pitch / 2 : 0);
                pieces.Add(new(new Slab(sign * reach * 0.72f, own, reach, pitch * 0.5f * tall, 1.5f), metal)
                {
                    Role = Role.Part,
                    Height = 2.6f,
                    Slope = 1.8f,
                    Shadow = 3,
                    Slack = 0.3f,
                    Turn = 0.02f,
                });
            }
        }
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true) { LargestTurn = 0.08f };
    }

    /// <summary>A seal: a plain round ring or a flat gasket with holes.</summary>
    public static Design Seal(Rng rng)
    {
        var rubber = rng.Chance(0.7f) ? Plain.Rubber(rng) : Plain.Plastic(rng);
        var radius = rng.Range(68, 96);
        if (rng.Chance(0.5f))
        {
            var width = rng.Range(9, 26);
            return new Design(
                Parts.Backdrop(rng),
                [new(new Ring(0, 0, radius, width), rubber) { Relief = Relief.Dome, Height = width * 0.4f, Slope = width / 2, Shadow = rng.Range(4, 14) }],
                IsObject: true);
        }
        var (hole, lobes, phase) = (radius * rng.Range(0.5f, 0.65f), rng.Whole(2, 6), rng.Angle());
        Shape outline = new Disc(0, 0, radius * 0.9f);
        List<Piece> openings = [new(new Disc(0, 0, hole), rubber) { Relief = Relief.Opening, Height = 2, Slope = 2 }];
        for (var i = 0; i < lobes; i++)
        {
            var (x, y) = (radius * MathF.Cos(phase + (i * MathF.Tau / lobes)), radius * MathF.Sin(phase + (i * MathF.Tau / lobes)));
            outline = outline.With(new Disc(x, y, radius * 0.26f));
            openings.Add(new(new Disc(x, y, radius * 0.12f), rubber) { Relief = Relief.Opening, Height = 2, Slope = 2 });
        }
        return new Design(Parts.Backdrop(rng), [new(outline, rubber) { Height = 2.5f, Slope = 2, Shadow = rng.Range(3, 8) }, .. openings], IsObject: true);
    }

    /// <summary>A plate with holes for thread, turned on a lathe or moulded.</summary>
    public static Design Button(Rng rng)
    {
        var skin = rng.Below(3) switch { 0 => Minerals.Marble(rng), 1 => Minerals.Wood(rng), _ => Plain.Plastic(rng) };
        var (radius, holes) = (rng.Range(75, 102), rng.Pick(2, 4, 4));
        List<Piece> pieces =
        [
            new(new Disc(0, 0, radius), skin) { Height = 7, Slope = rng.Range(6, 16), Shadow = rng.Range(5, 14) },
            new(new Disc(0, 0, radius * rng.Range(0.62f, 0.76f)), skin)
            {
                Relief = Relief.Groove,
                Height = rng.Range(2, 5),
                Slope = rng.Range(4, 12),
                Cover = 0.05f,
            },
        ];
        for (var i = 0; i < holes; i++)
        {
            var angle = 0.785f + (i * MathF.Tau / holes);
            pieces.Add(new(new Disc(radius * 0.22f * MathF.Cos(angle), radius * 0.22f * MathF.Sin(angle), radius * 0.085f), skin)
            {
                Relief = Relief.Opening,
                Height = 4,
                Slope = 4,
            });
        }
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }

    /// <summary>Biscuits and kernels: no two alike, and none wrong for that.</summary>
    public static Design Baked(Rng rng)
    {
        var (skin, radius, holes) = (Minerals.Baked(rng), rng.Range(76, 100), rng.Chance(0.6f) ? rng.Whole(5, 13) : 0);
        Shape outline = rng.Chance(0.6f) ? new Disc(0, 0, radius) : new Slab(0, 0, radius, radius * rng.Range(0.6f, 1), rng.Range(4, 20));
        var (bay, cell) = (rng.Range(0.8f, 4), rng.Range(16, 60));
        List<Piece> pieces = [new(new Wavy(outline, bay, cell, rng.Range(0, 300)), skin)
        {
            Relief = rng.Chance(0.4f) ? Relief.Dome : Relief.Flat,
            Height = rng.Range(8, 24),
            Slope = rng.Range(8, 44),
            Shadow = rng.Range(6, 16),
            Slack = 2,
            Turn = 0.2f,
        }];
        for (var i = 0; i < holes; i++)
        {
            var (angle, far) = (i * 2.4f, radius * 0.72f * MathF.Sqrt((i + 0.5f) / holes));
            pieces.Add(new(new Disc(far * MathF.Cos(angle), far * MathF.Sin(angle), rng.Range(2, 4)), skin)
            {
                Relief = Relief.Groove,
                Height = 3,
                Slope = 2,
                Cover = 0.45f,
                Slack = 1,
            });
        }
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true)
        {
            Arrange = own => [pieces[0] with { Shape = new Wavy(outline, bay, cell, own.Range(0, 300)) }, .. pieces.Skip(1)],
        };
    }

    /// <summary>Bristles in tufts, or a comb's teeth: many like parts in rows.</summary>
    public static Design Brush(Rng rng)
    {
        var handle = Plain.Plastic(rng);
        if (rng.Chance(0.45f))
        {
            var (teeth, length, half) = (rng.Whole(9, 24), rng.Range(60, 105), rng.Range(85, 110));
            List<Piece> comb = [];
            for (var i = 0; i < teeth; i++)
            {
                var x = 2 * half * (((i + 0.5f) / teeth) - 0.5f);
                comb.Add(new(new Slab(x, length / 2 - 30, half * 0.55f / teeth, length / 2 + 6, 1), handle)
                {
                    Role = Role.Leg,
                    Height = 4,
                    Slope = 2.5f,
                    Shadow = 5,
                    Foot = (x, -30),
                });
            }
            comb.Add(new(new Slab(0, -50, half + 6, 24, 6), handle) { Height = 6, Slope = 5, Shadow = 7 });
            return new Design(Parts.Backdrop(rng), comb, IsObject: true);
        }
        var (columns, rows, pitch) = (rng.Whole(4, 7), rng.Whole(6, 9), rng.Range(20, 25));
        List<Piece> pieces =
            [new(new Slab(0, 0, (columns * pitch / 2) + 12, (rows * pitch / 2) + 12, rng.Range(14, 40)), handle) { Height = 7, Slope = 7, Shadow = 10 }];
        Material[] colours = [Textiles.Nonwoven(rng), Textiles.Carpet(rng)];
        for (var i = 0; i < columns * rows; i++)
        {
            var (x, y) = (((i % columns) - ((columns - 1) / 2f)) * pitch, ((i / columns) - ((rows - 1) / 2f)) * pitch);
            pieces.Add(new(new Wavy(new Disc(x, y, pitch * 0.42f), 0.8f, 4, rng.Range(0, 300)), colours[i / columns % 2])
            {
                Role = Role.Part,
                Relief = Relief.Dome,
                Height = 7,
                Slope = pitch * 0.42f,
                Shadow = 4,
                Slack = 1.4f,
                Turn = 0.4f,
            });
        }
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }

    /// <summary>Several loose pieces of one small product in one picture.</summary>
    public static Design Several(Rng rng)
    {
        var one =
            rng.Below(6) switch { 0 => Capsule(rng), 1 => Pill(rng), 2 => Button(rng), 3 => Fasteners.Nut(rng), 4 => Fasteners.Washer(rng), _ => Baked(rng) };
        var (columns, rows) = rng.Pick((2, 2), (2, 2), (3, 2), (3, 3), (1, 3));
        var (pitchX, pitchY) = (230f / columns, 230f / rows);
        var scale = MathF.Min(pitchX, pitchY) / 250f;
        var (loose, turned) = (rng.Range(0, 0.1f), rng.Chance(0.6f));
        return one with
        {
            Arrange = own => [.. Enumerable.Range(0, columns * rows).SelectMany(i =>
            {
                var (x, y) = (((i % columns) - ((columns - 1) / 2f)) * pitchX, ((i / columns) - ((rows - 1) / 2f)) * pitchY);
                x += loose * pitchX * own.Range(-1, 1);
                y += loose * pitchY * own.Range(-1, 1);
                var turn = turned ? own.Angle() : own.Normal() * 0.05f;
                return (one.Arrange?.Invoke(own) ?? one.Pieces).Select(piece => piece with
                {
                    Shape = new Scaled(piece.Shape, scale).Moved(0, 0, turn, x, y),
                    Height = piece.Height * scale,
                    Slope = MathF.Max(0.7f, piece.Slope * scale),
                    Shadow = piece.Shadow * scale,
                    Slack = 0,
                    Turn = 0,
                });
            })],
        };
    }

    /// <summary>A flat pack or label with lettering and bars.</summary>
    public static Design Label(Rng rng)
    {
        var paper = rng.Chance(0.7f) ? Plain.Paper(rng) : Plain.Film(rng);
        var (halfX, halfY) = (rng.Range(76, 108), rng.Range(48, 100));
        var ink = Parts.Ink(Tint.NearGrey(rng, 0.03f, 0.3f));
        var other = Parts.Ink(Tint.Any(rng));
        List<Piece> pieces = [new(new Slab(0, 0, halfX, halfY, rng.Range(0, 9)), paper) { Height = 1, Slope = 1, Shadow = rng.Range(2, 7) }];
        pieces.Add(new(new Slab(0, -halfY * 0.72f, halfX * 0.9f, halfY * 0.17f, 2), other) { Relief = Relief.Print, Role = Role.Print, Cover = 0.95f });
        for (var row = 0; row < 2; row++)
        {
            pieces.AddRange(Parts.Lettering(
                rng, rng.Range(-8, 8), halfY * (-0.3f + (0.36f * row)), halfY * rng.Range(0.16f, 0.26f), rng.Whole(3, 7), ink, engraved: false));
        }
        for (var x = -halfX * 0.7f; x < halfX * 0.7f;)
        {
            var width = rng.Pick(1.2f, 1.2f, 2.4f, 3.6f);
            pieces.Add(new(new Slab(x, halfY * 0.66f, width / 2, halfY * 0.2f), ink) { Relief = Relief.Print, Role = Role.Print, Cover = 0.95f });
            x += width + rng.Pick(1.6f, 2.6f, 3.8f);
        }
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }

    /// <summary>A helical spring from the side.</summary>
    public static Design Spring(Rng rng)
    {
        var (metal, turns, radius, wire) = (Parts.Wire(rng), rng.Whole(5, 13), rng.Range(28, 52), rng.Range(3, 6.5f));
        var pitch = 190f / turns;
        List<Piece> pieces = [];
        for (var i = 0; i < turns; i++)
        {
            var y = -95 + ((i + 0.5f) * pitch);
            // The far half first, darker by its depth.
            pieces.Add(new(new Bar(radius, y + (pitch * 0.25f), -radius, y + (pitch * 0.75f), wire * 0.9f), metal)
            {
                Relief = Relief.Dome,
                Height = wire * 0.4f,
                Slope = wire,
                Shadow = 6,
            });
        }
        for (var i = 0; i <= turns; i++)
        {
            var y = -95 + (i * pitch);
            pieces.Add(new(new Bar(-radius, y - (pitch * 0.25f), radius, y + (pitch * 0.25f), wire), metal)
            {
                Relief = Relief.Dome,
                Height = (wire * 0.8f) + 4,
                Slope = wire,
                Shadow = 7,
            });
        }
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }

    /// <summary>A tube or flange from the front: thick ring, bolts around it.</summary>
    public static Design Flange(Rng rng)
    {
        var (metal, bolt) = (Parts.Metal(rng), Parts.Wire(rng));
        var (radius, bolts, phase) = (rng.Range(86, 108), rng.Whole(3, 8), rng.Angle());
        List<Piece> pieces =
        [
            new(new Disc(0, 0, radius), metal) { Height = 4, Slope = 3, Shadow = rng.Range(5, 14) },
            new(new Ring(0, 0, radius * 0.42f, radius * 0.2f), metal) { Height = 9, Slope = 5, Shadow = 6 },
        ];
        for (var i = 0; i < bolts; i++)
        {
            var (x, y) = (radius * 0.76f * MathF.Cos(phase + (i * MathF.Tau / bolts)), radius * 0.76f * MathF.Sin(phase + (i * MathF.Tau / bolts)));
            pieces.Add(new(new Disc(x, y, radius * 0.11f), metal) { Relief = Relief.Opening, Height = 3, Slope = 3 });
            pieces.Add(new(Polygon.Regular(x, y, radius * 0.14f, 6, rng.Angle(), 0.5f), bolt)
            {
                Role = Role.Part,
                Height = 6,
                Slope = 3,
                Shadow = 6,
                Slack = 0.4f,
                Turn = 3,
            });
        }
        pieces.Add(new(new Disc(0, 0, radius * 0.3f), metal) { Relief = Relief.Opening, Height = 8, Slope = 12 });
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }

    /// <summary>Rolling parts between two rings.</summary>
    public static Design Bearing(Rng rng)
    {
        var (metal, ball) = (rng.Chance(0.5f) ? Metals.Turned(rng) : Parts.Metal(rng), Parts.Wire(rng));
        var (radius, balls) = (rng.Range(88, 108), rng.Whole(7, 13));
        var track = radius * 0.64f;
        var size = MathF.Min(radius * 0.15f, MathF.PI * track / balls * 0.85f);
        List<Piece> pieces =
        [
            new(new Disc(0, 0, radius), metal) { Height = 5, Slope = 3, Shadow = rng.Range(5, 14) },
            new(new Ring(0, 0, track, size * 2.3f), metal) { Relief = Relief.Groove, Height = 5, Slope = 3, Cover = 0.6f },
        ];
        var phase = rng.Angle();
        for (var i = 0; i < balls; i++)
        {
            var (x, y) = (track * MathF.Cos(phase + (i * MathF.Tau / balls)), track * MathF.Sin(phase + (i * MathF.Tau / balls)));
            pieces.Add(
                new(new Disc(x, y, size), ball) { Role = Role.Part, Relief = Relief.Dome, Height = size * 0.8f, Slope = size, Shadow = 4, Slack = 0.6f });
        }
        pieces.Add(new(new Disc(0, 0, radius * rng.Range(0.28f, 0.4f)), metal) { Relief = Relief.Opening, Height = 6, Slope = 8 });
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }
}
