namespace AdClip.Vision.Imaging;

/// <summary>Pictures of anomaly maps.</summary>
public static class Heatmap
{
    /// <summary>A map as a PNG with opacity, on the one fixed scale 0 to 1, so that the same colour means the same value in every picture.</summary>
    /// <param name="map">
    /// [height, width], values calibrated to 0 (as good images) to 1; values outside are shown as the
    /// end of the scale, not-a-number as transparent.
    /// </param>
    /// <param name="width">Columns of the map.</param>
    /// <param name="height">Rows of the map.</param>
    /// <param name="colours">The colour table.</param>
    /// <param name="fadeBelow">Values from 0 to this fade in, so that an overlay leaves good regions clear; 0 makes every pixel opaque.</param>
    public static byte[] Render(ReadOnlySpan<float> map, int width, int height, ColourMap colours, float fadeBelow = 0)
    {
        ArgumentNullException.ThrowIfNull(colours);
        ArgumentOutOfRangeException.ThrowIfNotEqual(map.Length, checked(width * height));
        var rgba = new byte[map.Length * 4];
        for (var i = 0; i < map.Length; i++)
        {
            if (float.IsNaN(map[i]))
            {
                continue;
            }
            var value = Math.Clamp(map[i], 0f, 1f);
            colours.Rgb.Slice((int)MathF.Round(value * 255) * 3, 3).CopyTo(rgba.AsSpan(i * 4));
            rgba[i * 4 + 3] = value >= fadeBelow ? (byte)255 : (byte)MathF.Round(value / fadeBelow * 255);
        }
        return PngWriter.Encode(rgba, width, height, PngPixels.Rgba);
    }
}
