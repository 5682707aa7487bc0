using AdClip.Pretrain.Generation.Camera;

namespace AdClip.Pretrain.Generation.Defects;

/// <summary>Puts one defect into a picture at a strength that can be seen, and marks the pixels that it changed.</summary>
internal sealed class DefectStroke(Scene scene, Product product, Light light, Exposure exposure, Rng rng)
{
    private const float Core = 0.5f;
    private const float Support = 0.03f;

    /// <summary>No stronger than this, of 1.</summary>
    public float MostContrast { get; init; } = 1;

    /// <summary>See <see cref="GroupSettings.Clarity"/>.</summary>
    public float Clarity { get; init; }

    /// <summary>True: litter beside the product.</summary>
    public bool Beside { get; init; }

    private int Side => scene.Side;

    /// <summary>Adds a defect of the surface. False, and nothing changed, where there is no place for it or it could not be seen.</summary>
    /// <param name="clean">The scene as lit.</param>
    /// <param name="spoilt">Scratch.</param>
    /// <param name="result">Gets the difference.</param>
    /// <param name="types">Gets the number of the kind; null: the marks are normal.</param>
    public bool Add(DefectKind kind, Picture clean, Picture spoilt, Picture result, byte[]? types)
    {
        var area = rng.LogRange(1e-4f * MathF.Pow(10, Clarity), 0.3f);
        using var damage = new Damage(scene, Material(), rng, area) { Beside = Beside };
        if (!kind.Spoil!(damage))
        {
            return false;
        }
        light.Shade(damage.Layer, scene.Canvas.PixelsPerUnit, spoilt);
        return Blend(kind, damage.Cover, clean, spoilt, result, types);
    }

    /// <summary>Adds what differs in a scene with another piece, or one less.</summary>
    public bool AddChange(DefectKind kind, Scene changed, Picture clean, Picture spoilt, Picture result, byte[] types)
    {
        light.Shade(changed.Top, scene.Canvas.PixelsPerUnit, spoilt);
        var cover = scene.Canvas.Rent();
        for (var at = 0; at < cover.Length; at++)
        {
            cover[at] = Math.Clamp((Difference(clean, spoilt, at) - 0.008f) * 40, 0, 1);
        }
        var added = Blend(kind, cover, clean, spoilt, result, types);
        scene.Canvas.Return(cover);
        return added;
    }

    private bool Blend(DefectKind kind, float[] cover, Picture clean, Picture spoilt, Picture result, byte[]? types)
    {
        var difference = scene.Canvas.Rent();
        var (seen, count, box) = Measure(cover, clean, spoilt, difference);
        // Against noise a large defect is seen sooner than a small one; against texture any.
        var needed = MathF.Max(0.03f, (product.Noise * (0.6f + (6 / MathF.Sqrt(count + 1f)))) + (0.7f * Texture(clean, box)));
        needed = types is null ? 0.005f : needed * (1 + Clarity);
        if (count == 0 || seen < needed || box.Width == 0)
        {
            scene.Canvas.Return(difference);
            return false;
        }
        var contrast = MathF.Min(MostContrast, rng.LogRange(needed, MathF.Max(1.3f * needed, 0.6f)));
        var strength = Math.Clamp(contrast / seen, kind.LeastStrength, 1);
        if (types is null)
        {
            strength = MathF.Min(strength, MostContrast / seen);
        }
        for (var y = box.Top; y < box.Bottom; y++)
        {
            for (var at = (y * Side) + box.Left; at < (y * Side) + box.Right; at++)
            {
                if (cover[at] <= 0 || (kind.Spoil is not null && types is not null && IsOfPieces((DefectType)types[at])))
                {
                    continue;
                }
                var gain = strength * MathF.Min(1, 6 * cover[at]);
                // A change of pieces takes what else was on them with it.
                result.R[at] += gain * (spoilt.R[at] - (kind.Spoil is null ? result : clean).R[at]);
                result.G[at] += gain * (spoilt.G[at] - (kind.Spoil is null ? result : clean).G[at]);
                result.B[at] += gain * (spoilt.B[at] - (kind.Spoil is null ? result : clean).B[at]);
            }
        }
        var marked = types is null || Mark(kind, cover, difference, seen, box, types);
        scene.Canvas.Return(difference);
        return marked;
    }

    private static bool IsOfPieces(DefectType type)
        => type is DefectType.MissingPart or DefectType.MisplacedPart or DefectType.BentPart or DefectType.PrintError;

    /// <summary>What the surface is made of where defects of material are concerned: an object's first piece, else the ground.</summary>
    private Material Material() => product.Design.IsObject ? product.Design.Pieces[0].Material : product.Design.Ground;

    private float Difference(Picture a, Picture b, int at)
    {
        var (r, g, bl) = (Seen(b.R[at]) - Seen(a.R[at]), Seen(b.G[at]) - Seen(a.G[at]), Seen(b.B[at]) - Seen(a.B[at]));
        if (product.Grey)
        {
            return MathF.Abs((0.299f * r) + (0.587f * g) + (0.114f * bl));
        }
        return MathF.Max(MathF.Abs(g), 0.7f * MathF.Max(MathF.Abs(r), MathF.Abs(bl)));
    }

    private float Seen(float light) => Math.Clamp(light, 0, exposure.White);

    /// <summary>The blurred difference that three tenths of the core exceed, the pixels of the core and the box of all that is covered.</summary>
    private (float Seen, int Count, Box Box) Measure(float[] cover, Picture clean, Picture spoilt, float[] difference)
    {
        var (left, right, top, bottom) = (Side, -1, Side, -1);
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var at = (y * Side) + x;
                if (cover[at] > 0)
                {
                    (left, right) = (Math.Min(left, x), Math.Max(right, x));
                    (top, bottom) = (Math.Min(top, y), Math.Max(bottom, y));
                    difference[at] = Difference(clean, spoilt, at);
                }
            }
        }
        if (right < 0)
        {
            return (0, 0, default);
        }
        // The lens takes much from what is thinner than its blur.
        var scratch = scene.Canvas.Rent();
        GaussianBlur.Apply(difference, scratch, Side, exposure.Blur);
        scene.Canvas.Return(scratch);
        var box = new Box(left, top, right + 1, bottom + 1);
        Span<int> histogram = stackalloc int[256];
        histogram.Clear();
        var count = 0;
        for (var y = top; y <= bottom; y++)
        {
            for (var at = (y * Side) + left; at <= (y * Side) + right; at++)
            {
                if (cover[at] > Core)
                {
                    histogram[(int)MathF.Min(255, difference[at] * 255)]++;
                    count++;
                }
            }
        }
        var rest = (int)(0.3f * count);
        var bin = 255;
        while (bin > 0 && (rest -= histogram[bin]) >= 0)
        {
            bin--;
        }
        return (bin / 255f, count, box);
    }

    /// <summary>How much neighbouring pixels differ on and about the place before it was spoilt.</summary>
    private float Texture(Picture clean, Box box)
    {
        box = box.Grown(4, Side);
        var (sum, count) = (0f, 0);
        for (var y = box.Top + 2; y < box.Bottom - 2; y += 2)
        {
            for (var x = box.Left + 2; x < box.Right - 2; x += 2)
            {
                var at = (y * Side) + x;
                var bend = clean.G[at] - (0.25f * (clean.G[at - 2] + clean.G[at + 2] + clean.G[at - (2 * Side)] + clean.G[at + (2 * Side)]));
                sum += MathF.Min(0.2f, MathF.Abs(bend));
                count++;
            }
        }
        return count == 0 ? 0 : sum / count;
    }

    /// <summary>Marks what is covered and visibly changed. False where next to nothing is left.</summary>
    private bool Mark(DefectKind kind, float[] cover, float[] difference, float seen, Box box, byte[] types)
    {
        var marked = 0;
        var (visible, clear) = (0.15f * seen, 0.4f * seen);
        for (var y = box.Top; y < box.Bottom; y++)
        {
            for (var x = box.Left; x < box.Right; x++)
            {
                var at = (y * Side) + x;
                if (kind.Spoil is not null && IsOfPieces((DefectType)types[at]))
                {
                    continue;
                }
                if (cover[at] <= Support || (cover[at] <= Core && difference[at] < clear))
                {
                    continue;
                }
                // Within a defect some pixels happen to look right: one within two pixels must not.
                if (Largest(difference, x, y) > visible)
                {
                    types[at] = (byte)kind.Type;
                    marked++;
                }
            }
        }
        return marked > 0;
    }

    private float Largest(float[] plane, int x, int y)
    {
        var largest = plane[(y * Side) + x];
        for (var dy = -2; dy <= 2; dy += 2)
        {
            for (var dx = -2; dx <= 2; dx += 2)
            {
                var (px, py) = (Math.Clamp(x + dx, 0, Side - 1), Math.Clamp(y + dy, 0, Side - 1));
                largest = MathF.Max(largest, plane[(py * Side) + px]);
            }
        }
        return largest;
    }
}
