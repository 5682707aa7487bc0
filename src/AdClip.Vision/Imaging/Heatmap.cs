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

    /// <summary>The levels 0 to 255 that the reference draws: each picture stretched from its own smallest to its own largest value.</summary>
    /// <remarks>
    /// Only for comparison with the reference: the most harmless picture gets a red spot this way. floor(255 (v - min) / (max - min));
    /// all 0 for a constant map. Source: golden/README.md section 5.
    /// </remarks>
    /// <returns>[height, width].</returns>
    public static byte[] PerImageLevels(ReadOnlySpan<float> map)
    {
        var (smallest, largest) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var value in map)
        {
            smallest = MathF.Min(smallest, value);
            largest = MathF.Max(largest, value);
        }
        var levels = new byte[map.Length];
        if (largest > smallest)
        {
            for (var i = 0; i < levels.Length; i++)
            {
                levels[i] = (byte)(255 * ((map[i] - smallest) / (largest - smallest)));
            }
        }
        return levels;
    }

    /// <summary>The reference's overlay: floor(half the picture + half the colour).</summary>
    /// <param name="rgb">[height, width, 3].</param>
    /// <param name="levels">[height, width], from <see cref="PerImageLevels"/>.</param>
    /// <param name="colours">The reference uses <see cref="ColourMap.Jet"/>.</param>
    /// <returns>[height, width, 3].</returns>
    public static byte[] ReferenceOverlay(ReadOnlySpan<byte> rgb, ReadOnlySpan<byte> levels, ColourMap colours)
    {
        ArgumentNullException.ThrowIfNull(colours);
        ArgumentOutOfRangeException.ThrowIfNotEqual(rgb.Length, levels.Length * 3);
        var overlay = new byte[rgb.Length];
        for (var i = 0; i < overlay.Length; i++)
        {
            overlay[i] = (byte)((rgb[i] + colours.Rgb[levels[i / 3] * 3 + i % 3]) / 2);
        }
        return overlay;
    }
}
