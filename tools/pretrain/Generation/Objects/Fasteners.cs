using AdClip.Pretrain.Generation.Shapes;

namespace AdClip.Pretrain.Generation.Objects;

/// <summary>Round and toothed metal parts with legitimate holes and outlines.</summary>
internal static class Fasteners
{
    public static Design Nut(Rng rng)
    {
        var (radius, corners, metal) = (rng.Range(60, 105), rng.Chance(0.8f) ? 6 : 4, Parts.Metal(rng));
        var hole = radius * rng.Range(0.42f, 0.62f);
        List<Piece> pieces =
        [
            new(Polygon.Regular(0, 0, radius, corners, rng.Angle(), rng.Range(0, 6)), metal)
            {
                Height = rng.Range(2, 6),
                Slope = rng.Range(2, 6),
                Shadow = rng.Range(5, 22),
            },
        ];
        if (rng.Chance(0.6f))
        {
            pieces.Add(new(new Ring(0, 0, radius * 0.83f, rng.Range(1, 3)), metal) { Relief = Relief.Groove, Height = 0.7f, Slope = 1, Cover = 0.08f });
        }
        pieces.Add(new(new Disc(0, 0, hole), metal) { Relief = Relief.Opening, Height = 6, Slope = 10 });
        for (var turn = 1; turn <= rng.Whole(0, 3); turn++)
        {
            pieces.Add(new(new Ring(0, 0, hole + (turn * 2.2f), 0.9f), metal) { Relief = Relief.Groove, Height = 0.5f, Slope = 0.5f, Cover = 0.15f });
        }
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }

    public static Design Washer(Rng rng)
    {
        var (radius, metal) = (rng.Range(60, 110), Parts.Solid(rng));
        var hole = radius * rng.Range(0.3f, 0.7f);
        List<Piece> pieces = [new(new Disc(0, 0, radius), metal) { Height = rng.Range(1, 4), Slope = rng.Range(1, 5), Shadow = rng.Range(3, 12) }];
        var (lobes, phase) = (rng.Whole(2, 6), rng.Angle());
        if (rng.Chance(0.4f))
        {
            for (var i = 0; i < lobes; i++)
            {
                var angle = phase + (i * MathF.Tau / lobes);
                pieces.Add(new(new Disc((radius + hole) / 2 * MathF.Cos(angle), (radius + hole) / 2 * MathF.Sin(angle), (radius - hole) * 0.16f), metal)
                {
                    Relief = Relief.Opening,
                    Height = 3,
                    Slope = 3,
                });
            }
        }
        else if (rng.Chance(0.4f))
        {
            pieces.Add(new(new Ring(0, 0, (radius + hole) / 2, (radius - hole) * rng.Range(0.1f, 0.5f)), metal)
            {
                Relief = Relief.Groove,
                Height = rng.Range(0.5f, 2),
                Slope = 2,
                Cover = 0.05f,
            });
        }
        pieces.Add(new(new Disc(0, 0, hole), metal) { Relief = Relief.Opening, Height = 4, Slope = 4 });
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }

    public static Design Gear(Rng rng)
    {
        var (radius, teeth, metal) = (rng.Range(65, 98), rng.Whole(8, 36), Parts.Solid(rng));
        var depth = MathF.Min(18, MathF.PI * radius / teeth * rng.Range(0.6f, 1.1f));
        List<Piece> pieces =
        [
            new(new Cog(0, 0, radius, teeth, depth, rng.Angle(), rng.Range(0.3f, 0.6f)), metal)
            {
                Height = rng.Range(2, 5),
                Slope = rng.Range(1.5f, 4),
                Shadow = rng.Range(4, 18),
            },
        ];
        if (rng.Chance(0.7f))
        {
            pieces.Add(new(new Ring(0, 0, radius * 0.62f, radius * rng.Range(0.15f, 0.35f)), metal)
            {
                Relief = Relief.Groove,
                Height = rng.Range(1, 3),
                Slope = 3,
                Cover = 0.12f,
            });
        }
        var (holes, phase) = (rng.Whole(3, 8), rng.Angle());
        for (var i = 0; rng.Chance(0.99f) && i < holes && holes < 7; i++)
        {
            var angle = phase + (i * MathF.Tau / holes);
            pieces.Add(new(new Disc(0.6f * radius * MathF.Cos(angle), 0.6f * radius * MathF.Sin(angle), radius * 0.1f), metal)
            {
                Relief = Relief.Opening,
                Height = 4,
                Slope = 4,
            });
        }
        var bore = radius * rng.Range(0.14f, 0.32f);
        Shape opening = new Disc(0, 0, bore);
        if (rng.Chance(0.5f))
        {
            opening = opening.With(new Slab(0, -bore, bore * 0.25f, bore * 0.35f));
        }
        pieces.Add(new(opening, metal) { Relief = Relief.Opening, Height = 5, Slope = 5 });
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }

    public static Design Screw(Rng rng)
    {
        var metal = Parts.Wire(rng);
        var (length, shaft, pitch) = (rng.Range(110, 150), rng.Range(9, 20), rng.LogRange(4, 10));
        var (head, tall) = (shaft * rng.Range(1.6f, 2.3f), rng.Range(14, 28));
        var top = (-length / 2) - (tall / 2);
        var start = top + tall + rng.Range(0, 30);
        List<Piece> pieces = [new(new Slab(0, top + tall + (length / 2), shaft, length / 2, 1), metal)
        {
            Relief = Relief.Dome,
            Height = shaft * 0.8f,
            Slope = shaft,
            Shadow = rng.Range(4, 14),
        }];
        for (var y = start; y < top + tall + length - 4; y += pitch)
        {
            // A thread seen from the side: a slanting ridge that stands out on both sides.
            pieces.Add(new(new Bar(-shaft - 1.2f, y + (pitch * 0.3f), shaft + 1.2f, y - (pitch * 0.3f), pitch * 0.24f), metal)
            {
                Relief = Relief.Dome,
                Height = pitch * 0.3f + (shaft * 0.5f),
                Slope = pitch * 0.24f,
            });
        }
        pieces.Add(rng.Chance(0.5f)
            ? new(new Slab(0, top + (tall / 2), head, tall / 2, rng.Range(1, tall / 2)), metal)
            {
                Relief = Relief.Dome,
                Height = head * 0.4f,
                Slope = head * 0.7f,
                Shadow = 8,
            }
            : new(new Polygon([(-head, top), (head, top), (shaft, top + tall), (-shaft, top + tall)], 1), metal)
            {
                Height = shaft * 0.6f,
                Slope = head * 0.5f,
                Shadow = 8,
            });
        pieces.Add(
            new(new Polygon([(-shaft, top + tall + length - 3), (shaft, top + tall + length - 3), (0, top + tall + length + (shaft * 1.2f))], 0.5f), metal)
            {
                Relief = Relief.Dome,
                Height = shaft * 0.5f,
                Slope = shaft * 0.6f,
                Shadow = 6,
            });
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }

    /// <summary>An L, T or plain plate with holes and slots.</summary>
    public static Design Bracket(Rng rng)
    {
        var metal = Parts.Solid(rng);
        var (width, height, arm, corner) = (rng.Range(70, 105), rng.Range(70, 105), rng.Range(22, 40), rng.Range(0, 14));
        var kind = rng.Below(3);
        Shape body = kind switch
        {
            0 => new Joined([new Slab(0, height - arm, width, arm, corner), new Slab(arm - width, 0, arm, height, corner)]),
            1 => new Joined([new Slab(0, arm - height, width, arm, corner), new Slab(0, 0, arm, height, corner)]),
            _ => new Slab(0, 0, width, arm * 1.7f, corner),
        };
        List<(float X, float Y)> places = kind switch
        {
            0 => [(width - arm, height - arm), (arm - width, arm - height), (arm - width, height - arm)],
            1 => [(arm - width, arm - height), (width - arm, arm - height), (0, height - arm), (0, 0)],
            _ => [(arm - width, 0), (width - arm, 0), (0, 0)],
        };
        List<Piece> pieces = [new(body, metal) { Height = rng.Range(2, 5), Slope = rng.Range(1.2f, 4), Shadow = rng.Range(4, 16) }];
        foreach (var (x, y) in places.Where(_ => rng.Chance(0.85f)))
        {
            var radius = arm * rng.Range(0.3f, 0.55f);
            Shape opening = rng.Chance(0.75f) ? new Disc(x, y, radius) : new Bar(x - (radius * 0.8f), y, x + (radius * 0.8f), y, radius * 0.7f);
            if (rng.Chance(0.4f))
            {
                pieces.Add(new(new Ring(x, y, radius * 1.3f, radius * 0.5f), metal) { Relief = Relief.Groove, Height = 1, Slope = 3, Cover = 0.06f });
            }
            pieces.Add(new(opening, metal) { Relief = Relief.Opening, Height = 4, Slope = 4 });
        }
        if (rng.Chance(0.4f))
        {
            pieces.AddRange(Parts.Lettering(rng, kind == 1 ? 0 : arm - width, kind == 2 ? arm : 0, rng.Range(10, 18), 3, metal, engraved: true));
        }
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }
}
