namespace AdClip.Benchmarks;

/// <summary>Made-up input of the image encoder.</summary>
internal static class Pixels
{
    /// <summary>[3, S, S], smooth like a photograph, about normalised.</summary>
    public static float[] Random(int side)
    {
        var random = new Random(5);
        var pixels = new float[3 * side * side];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (y, x) = (i / side % side, i % side);
            pixels[i] = (float)(Math.Sin(x * 0.05) + Math.Cos(y * 0.03) + (0.3 * random.NextDouble()));
        }
        return pixels;
    }
}
