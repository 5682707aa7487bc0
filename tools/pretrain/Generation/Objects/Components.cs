using AdClip.Pretrain.Generation.Shapes;
using AdClip.Pretrain.Generation.Surfaces;

namespace AdClip.Pretrain.Generation.Objects;

/// <summary>Electrical parts: legs, pins, wires, marks.</summary>
internal static class Components
{
    /// <summary>A dark body with three or so long legs, on a board or a plain ground.</summary>
    public static Design Transistor(Rng rng)
    {
        var (body, metal) = (Plain.Plastic(Tint.NearGrey(rng, 0.05f, 0.25f), rng), Parts.Wire(rng));
        var (legs, half, height, length) = (rng.Whole(2, 5), rng.Range(34, 62), rng.Range(30, 50), rng.Range(50, 85));
        var (thick, top) = (rng.Range(2.4f, 4.6f), -rng.Range(35, 60));
        List<Piece> pieces = [];
        for (var i = 0; i < legs; i++)
        {
            var x = half * 1.5f * (((i + 0.5f) / legs) - 0.5f);
            var foot = top + height;
            pieces.Add(new(new Slab(x, foot + (length / 2), thick, (length / 2) + 4, 1), metal)
            {
                Role = Role.Leg,
                Height = 3,
                Slope = thick,
                Relief = Relief.Dome,
                Shadow = rng.Range(4, 10),
                Foot = (x, foot),
                Turn = 0.02f,
            });
        }
        if (rng.Chance(0.5f))
        {
            var (tab, ty) = (rng.Range(14, 24), top - height);
            pieces.Add(
                new(new Slab(0, ty, half * 0.9f, tab, 3).Without(new Disc(0, ty - (tab * 0.2f), tab * 0.42f)), metal) { Height = 2, Slope = 2, Shadow = 7 });
        }
        pieces.Add(new(new Slab(0, top, half, height, rng.Range(1, 14)), body) { Height = 7, Slope = rng.Range(3, 9), Shadow = rng.Range(8, 16) });
        pieces.AddRange(Parts.Lettering(rng, 0, top, rng.Range(11, 17), rng.Whole(2, 4), Parts.Ink(Tint.Grey(rng.Range(0.5f, 0.9f))), rng.Chance(0.3f)));
        var ground = rng.Chance(0.35f) ? Regular.Mesh(rng) : Parts.Backdrop(rng);
        return new Design(ground, pieces, IsObject: true);
    }

    /// <summary>A case with a mark and many legs on both sides.</summary>
    public static Design Package(Rng rng)
    {
        List<Piece> pieces = [];
        Technical.Chip(pieces, rng, 0, 0, rng.Range(55, 95), rng.Range(32, 62), Parts.Ink(Tint.Grey(rng.Range(0.6f, 0.95f))));
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }

    /// <summary>Insulated wires in a sheath, cut across.</summary>
    public static Design CableEnd(Rng rng)
    {
        var sheath = Plain.Plastic(rng);
        var (cores, radius) = (rng.Whole(2, 5), rng.Range(82, 104));
        List<Piece> pieces = [new(new Wavy(new Disc(0, 0, radius), 0.6f, 40, rng.Range(0, 200)), sheath) { Height = 5, Slope = 6, Shadow = rng.Range(6, 16) }];
        var inner = radius * (cores == 2 ? 0.42f : cores == 3 ? 0.42f : 0.36f);
        var far = cores == 2 ? inner * 1.08f : inner / MathF.Sin(MathF.PI / cores) * 1.04f;
        var phase = rng.Angle();
        for (var i = 0; i < cores; i++)
        {
            var angle = phase + (i * MathF.Tau / cores);
            var (x, y) = (far * MathF.Cos(angle), far * MathF.Sin(angle));
            pieces.Add(new(new Disc(x, y, inner), Plain.Plastic(Tint.Of(rng.Unit(), rng.Range(0.3f, 0.9f), rng.Range(0.3f, 0.9f)), rng))
            {
                Role = Role.Part,
                Height = 2,
                Slope = 4,
                Shadow = 4,
                Slack = 1.5f,
            });
            var strand = Metals.Smooth(new Tint(0.8f, 0.52f, 0.36f), 0.6f, 0.03f);
            Shape[] strands = [.. Enumerable.Range(0, 19).Select(j => j == 0 ? new Disc(x, y, inner * 0.13f) : j < 7
                ? new Disc(x + (inner * 0.27f * MathF.Cos(j * MathF.Tau / 6)), y + (inner * 0.27f * MathF.Sin(j * MathF.Tau / 6)), inner * 0.13f)
                : new Disc(
                    x + (inner * 0.53f * MathF.Cos((j + 0.5f) * MathF.Tau / 12)),
                    y + (inner * 0.53f * MathF.Sin((j + 0.5f) * MathF.Tau / 12)),
                    inner * 0.13f))];
            pieces.Add(
                new(new Joined(strands), strand) { Role = Role.Part, Relief = Relief.Dome, Height = 3, Slope = inner * 0.13f, Slack = 1.5f, Turn = 0.5f });
        }
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }

    /// <summary>Wires side by side or one bent cable, with its plug.</summary>
    public static Design Harness(Rng rng)
    {
        List<Piece> pieces = [];
        var (wires, thick, sway) = (rng.Whole(1, 6), rng.Range(3.5f, 9), rng.Range(0, 26));
        for (var i = 0; i < wires; i++)
        {
            var x0 = (i - ((wires - 1) / 2f)) * thick * rng.Range(2.1f, 2.6f);
            var (phase, own) = (rng.Range(-0.2f, 0.2f), sway * rng.Range(0.9f, 1.1f));
            var points = Enumerable.Range(0, 15).Select(j => (x0 + (own * MathF.Sin(phase + (j * 0.35f))), -100f + (j * 17))).ToArray();
            pieces.Add(new(new Chain(points, thick), Plain.Plastic(Tint.Of(rng.Unit(), rng.Range(0.2f, 0.9f), rng.Range(0.15f, 0.9f)), rng))
            {
                Role = Role.Part,
                Relief = Relief.Dome,
                Height = thick * 0.8f,
                Slope = thick,
                Shadow = rng.Range(4, 12),
                Slack = 1,
            });
        }
        var (half, tall) = ((wires * thick * 1.3f) + rng.Range(4, 12), rng.Range(20, 36));
        pieces.Add(new(new Slab(0, -100, half, tall, 3), Plain.Plastic(rng)) { Height = 7, Slope = 4, Shadow = 8 });
        for (var i = 0; i < wires; i++)
        {
            pieces.Add(new(new Slab((i - ((wires - 1) / 2f)) * thick * 2.3f, -100 - (tall * 0.3f), thick * 0.5f, tall * 0.3f), Parts.Wire(rng))
            {
                Relief = Relief.Groove,
                Height = 2,
                Slope = 1,
                Cover = 0.6f,
            });
        }
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }

    /// <summary>A housing with rows of pins in their cavities.</summary>
    public static Design Connector(Rng rng)
    {
        var (housing, metal) = (Plain.Plastic(rng), Parts.Wire(rng));
        var (columns, rows, pitch) = (rng.Whole(2, 9), rng.Whole(1, 3), rng.Range(15, 26));
        pitch = Math.Clamp(pitch, 120f / columns, 190f / columns);
        var (halfX, halfY) = ((columns * pitch / 2) + rng.Range(5, 14), (rows * pitch / 2) + rng.Range(7, 18));
        List<Piece> pieces = [new(new Slab(0, 0, halfX, halfY, rng.Range(0, 8)), housing) { Height = 6, Slope = 3, Shadow = rng.Range(5, 14) }];
        if (rng.Chance(0.5f))
        {
            pieces.Add(new(new Slab(0, halfY + 5, halfX * 0.3f, 7, 2), housing) { Height = 5, Slope = 3, Shadow = 5 });
        }
        var (square, pin) = (rng.Chance(0.5f), pitch * rng.Range(0.1f, 0.2f));
        for (var i = 0; i < columns * rows; i++)
        {
            var (x, y) = (((i % columns) - ((columns - 1) / 2f)) * pitch, ((i / columns) - ((rows - 1) / 2f)) * pitch);
            pieces.Add(new(square ? new Slab(x, y, pitch * 0.36f, pitch * 0.36f, 1) : new Disc(x, y, pitch * 0.36f), housing)
            {
                Relief = Relief.Groove,
                Height = 3,
                Slope = 1.5f,
                Cover = 0.65f,
            });
            pieces.Add(new(square ? new Slab(x, y, pin, pin, 0.4f) : new Disc(x, y, pin), metal)
            {
                Role = Role.Leg,
                Relief = Relief.Dome,
                Height = 3,
                Slope = pin,
                Shadow = 2,
                Slack = 0.4f,
                Foot = (x + 4, y + 4),
            });
        }
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }

    /// <summary>A body with colour bands or a band at one end, and a lead at each end.</summary>
    public static Design Axial(Rng rng)
    {
        var (half, radius, metal) = (rng.Range(38, 62), rng.Range(15, 27), Parts.Wire(rng));
        var body = Plain.Plastic(Tint.Any(rng), rng);
        List<Piece> pieces = [];
        foreach (var end in (ReadOnlySpan<float>)[-1, 1])
        {
            pieces.Add(new(new Bar(end * (half - 2), 0, end * 118, 0, rng.Range(2, 3.2f)), metal)
            {
                Role = Role.Leg,
                Relief = Relief.Dome,
                Height = 2.5f,
                Slope = 2.6f,
                Shadow = 6,
                Foot = (end * half, 0),
                Turn = 0.03f,
            });
        }
        Shape outline = new Slab(0, 0, half, radius, radius * rng.Range(0.3f, 1));
        outline = rng.Chance(0.5f)
            ? outline.With(new Slab(-half * 0.8f, 0, half * 0.25f, radius * 1.15f, radius * 0.7f))
                .With(new Slab(half * 0.8f, 0, half * 0.25f, radius * 1.15f, radius * 0.7f))
            : outline;
        pieces.Add(new(outline, body) { Relief = Relief.Dome, Height = radius * 0.7f, Slope = radius, Shadow = rng.Range(6, 14) });
        for (var i = rng.Whole(1, 5); i > 0; i--)
        {
            pieces.Add(new(new Both(new Slab((i - 3) * half * 0.36f, 0, rng.Range(2.5f, 5), radius * 1.2f), outline), Parts.Ink(Tint.Any(rng)))
            {
                Relief = Relief.Print,
                Role = Role.Print,
                Cover = 0.95f,
            });
        }
        return new Design(Parts.Backdrop(rng), pieces, IsObject: true);
    }
}
