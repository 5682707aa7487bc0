using AdClip.Pretrain.Generation.Shapes;
using AdClip.Pretrain.Generation.Surfaces;

namespace AdClip.Pretrain.Generation.Objects;

/// <summary>What objects are made of and lie on, and the pieces that many of them share.</summary>
internal static class Parts
{
    /// <summary>What objects are photographed on.</summary>
    public static Material Backdrop(Rng rng)
    {
        return rng.Below(10) switch
        {
            0 => Plain.Paper(rng),
            1 => Textiles.Woven(rng),
            2 => Minerals.Wood(rng),
            3 => Metals.Rolled(rng),
            4 => Plain.Rubber(rng),
            5 => Textiles.Nonwoven(rng),
            6 => Sheet(Tint.NearGrey(rng, 0.02f, 0.12f), rng),
            7 => Sheet(Tint.NearGrey(rng, 0.85f, 1), rng),
            8 => Minerals.Rough(rng),
            _ => Sheet(Tint.Any(rng), rng),
        };
    }

    /// <summary>An even background: a lit box, velvet, a conveyor belt.</summary>
    public static Material Sheet(Tint tint, Rng rng)
    {
        var (mottle, grain) = (rng.LogRange(0.003f, 0.04f), rng.LogRange(0.003f, 0.05f));
        return new Material(brush =>
        {
            var tone = brush.Rent();
            brush.Fractal(tone, 70, 2, mottle);
            brush.Noise(tone, NoiseTiles.White(brush.Rng), 1.2f, grain);
            brush.Colour(tone, tint, 1);
            brush.Gloss(0.01f);
            brush.Return(tone);
        });
    }

    public static Material Metal(Rng rng) => rng.Below(6) switch
    {
        0 => Metals.Brushed(rng),
        1 => Metals.Cast(rng),
        2 => Metals.Turned(rng),
        3 => Metals.Ground(rng),
        _ => Metals.Smooth(rng),
    };

    /// <summary>Plain metal for small pieces, cheap to paint.</summary>
    public static Material Wire(Rng rng) => Metals.Smooth(Metals.Colour(rng), rng.Range(0.4f, 1), 0.02f);

    /// <summary>Something a machine part may be made of.</summary>
    public static Material Solid(Rng rng) => rng.Below(5) switch
    {
        0 => Plain.Plastic(rng),
        1 => Plain.Painted(rng),
        2 => Plain.Rubber(rng),
        _ => Metal(rng),
    };

    /// <summary>A line of pseudo-characters: strokes as of a stencil, the same on every piece.</summary>
    public static IEnumerable<Piece> Lettering(Rng rng, float x, float y, float height, int count, Material ink, bool engraved)
    {
        var (advance, width, stroke) = (height * 0.75f, height * 0.5f, MathF.Max(0.5f, height * 0.07f));
        for (var i = 0; i < count; i++)
        {
            var left = x + ((i - ((count - 1) / 2f)) * advance) - (width / 2);
            var (top, middle, bottom, right) = (y - (height / 2), y, y + (height / 2), left + width);
            Shape[] strokes =
            [
                new Bar(left, top, right, top, stroke), new Bar(left, middle, right, middle, stroke), new Bar(left, bottom, right, bottom, stroke),
                new Bar(left, top, left, middle, stroke), new Bar(right, top, right, middle, stroke), new Bar(left, middle, left, bottom, stroke),
                new Bar(right, middle, right, bottom, stroke), new Bar(left, top, right, bottom, stroke), new Bar(right, top, left, bottom, stroke),
                new Ring((left + right) / 2, middle, width / 2, 2 * stroke),
            ];
            var taken = strokes.Where(_ => rng.Chance(0.36f)).ToArray();
            if (taken.Length > 0)
            {
                yield return new Piece(new Joined(taken), ink)
                {
                    Relief = engraved ? Relief.Groove : Relief.Print,
                    Role = Role.Print,
                    Height = engraved ? 0.6f : 0,
                    Slope = stroke,
                    Cover = engraved ? 0.25f : 0.9f,
                };
            }
        }
    }

    public static Material Ink(Tint tint) => new(brush =>
    {
        var tone = brush.Rent();
        brush.Noise(tone, NoiseTiles.Smooth(brush.Rng), 3, 0.05f);
        brush.Colour(tone, tint, 1);
        brush.Gloss(0.05f);
        brush.Return(tone);
    });

    public static Tint Contrasting(Rng rng, Tint other) => other.Level > 0.45f ? Tint.NearGrey(rng, 0.02f, 0.2f) : Tint.NearGrey(rng, 0.7f, 0.98f);
}
