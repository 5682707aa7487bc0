using System.Numerics.Tensors;

namespace AdClip.Pretrain.Generation.Camera;

/// <summary>How the camera takes one picture: exposure, focus, noise and storage.</summary>
internal sealed record Exposure
{
    public Tint Balance { get; init; } = Tint.Grey(1);

    /// <summary>1: as the light falls; more: steeper about <see cref="Pivot"/>.</summary>
    public float Contrast { get; init; } = 1;

    public float Pivot { get; init; } = 0.45f;

    /// <summary>Stray light, added everywhere.</summary>
    public float Flare { get; init; }

    /// <summary>Standard deviation of the point spread, in pixels.</summary>
    public float Blur { get; init; } = 0.5f;

    /// <summary>How much the camera's software sharpens, 0: not.</summary>
    public float Sharpening { get; init; }

    /// <summary>Standard deviation at half brightness, of 1.</summary>
    public float Noise { get; init; } = 0.01f;

    /// <summary>Share of the noise that neighbouring pixels have in common (scaled or smoothed pictures).</summary>
    public float Coarse { get; init; }

    /// <summary>Standard deviation of whole rows.</summary>
    public float RowNoise { get; init; }

    public bool Grey { get; init; }

    /// <summary>1 to 100; 0: stored without loss.</summary>
    public int JpegQuality { get; init; }

    /// <summary>The light that gives white; more gives no more.</summary>
    public float White => (1 - Flare - (Pivot * (1 - Contrast))) / (Balance.G * Contrast);

    /// <summary>Turns light into bytes, [side, side, 3]; the same <paramref name="seed"/> gives the same noise.</summary>
    public byte[] Take(Picture light, Canvas canvas, ulong seed)
    {
        var side = canvas.Side;
        var (r, g, b) = (light.R, light.G, light.B);
        var scratch = canvas.Rent();
        if (Grey)
        {
            TensorPrimitives.Multiply(g, 0.587f, g);
            TensorPrimitives.MultiplyAdd(r, 0.299f, g, g);
            TensorPrimitives.MultiplyAdd(b, 0.114f, g, g);
            Plane(g, scratch, canvas, 1, new Rng(seed));
        }
        else
        {
            var rng = new Rng(seed);
            Plane(r, scratch, canvas, Balance.R, rng.Fork(1));
            Plane(g, scratch, canvas, Balance.G, rng.Fork(2));
            Plane(b, scratch, canvas, Balance.B, rng.Fork(3));
        }
        if (JpegQuality > 0)
        {
            var jpeg = new JpegLoss(JpegQuality);
            if (Grey)
            {
                jpeg.ApplyGrey(g, side);
            }
            else
            {
                jpeg.Apply(light, scratch, side);
            }
        }
        canvas.Return(scratch);
        return Grey ? Store(g, g, g) : Store(r, g, b);
    }

    /// <summary>From light to 0 to 255, not yet whole numbers.</summary>
    private void Plane(float[] plane, float[] scratch, Canvas canvas, float gain, Rng rng)
    {
        var side = canvas.Side;
        TensorPrimitives.Multiply(plane, gain * Contrast, plane);
        TensorPrimitives.Add(plane, Flare + (Pivot * (1 - Contrast)), plane);
        if (Blur > 0.3f)
        {
            GaussianBlur.Apply(plane, scratch, side, Blur);
        }
        var noise = canvas.Rent();
        if (Coarse > 0)
        {
            // Features of about two pixels.
            var tile = NoiseTiles.Smooth(rng);
            var scale = tile.Cell / 1.6f;
            tile.Add(noise, side, Box.Whole(side), new Affine(scale, 0, rng.Range(0, 512), 0, scale, rng.Range(0, 512)), Coarse);
        }
        AddWhite(noise, side, 1 - Coarse, rng);
        var read = Noise * 0.6f;
        var shot = Noise * 1.13f;
        for (var at = 0; at < plane.Length; at++)
        {
            // Photon noise grows with the root of the brightness; dark pixels keep the noise of reading them out.
            var level = Math.Clamp(plane[at], 0, 1.02f);
            plane[at] = 255 * (level + (noise[at] * (read + (shot * MathF.Sqrt(level)))));
        }
        if (Sharpening > 0)
        {
            plane.CopyTo(noise, 0);
            GaussianBlur.Apply(noise, scratch, side, 1.3f);
            TensorPrimitives.Subtract(plane, noise, noise);
            TensorPrimitives.MultiplyAdd(noise, Sharpening, plane, plane);
        }
        canvas.Return(noise);
    }

    private void AddWhite(float[] noise, int side, float gain, Rng rng)
    {
        var texels = NoiseTiles.White(rng).Texels;
        for (var y = 0; y < side; y++)
        {
            var row = noise.AsSpan(y * side, side);
            var from = rng.Below(texels.Length - side);
            TensorPrimitives.MultiplyAdd(texels.Slice(from, side), gain, row, row);
            if (RowNoise > 0)
            {
                TensorPrimitives.Add(row, rng.Normal() * RowNoise / Noise, row);
            }
        }
    }

    private static byte[] Store(float[] r, float[] g, float[] b)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(3 * r.Length);
        for (var at = 0; at < r.Length; at++)
        {
            bytes[3 * at] = (byte)Math.Clamp(r[at] + 0.5f, 0, 255);
            bytes[(3 * at) + 1] = (byte)Math.Clamp(g[at] + 0.5f, 0, 255);
            bytes[(3 * at) + 2] = (byte)Math.Clamp(b[at] + 0.5f, 0, 255);
        }
        return bytes;
    }
}
