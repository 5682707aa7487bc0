namespace AdClip.Vision.Imaging;

/// <summary>A decoded picture: 8-bit sRGB, upright (EXIF orientation applied), alpha flattened.</summary>
/// <remarks>
/// Frame "stored image": x right, y down, (0, 0) the top-left corner; pixel (x, y) covers [x, x+1) by [y, y+1).
/// <see cref="Rgb"/> is interleaved and row-major: [Height, Width, 3]. The array is owned by this object.
/// </remarks>
public sealed class PixelImage
{
    /// <summary>Wraps pixels without copying them.</summary>
    /// <exception cref="ArgumentException"><paramref name="rgb"/> is not of length width * height * 3.</exception>
    public PixelImage(int width, int height, byte[] rgb)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentNullException.ThrowIfNull(rgb);
        if (rgb.Length != (long)width * height * 3)
        {
            throw new ArgumentException($"{width} x {height} pixels need {(long)width * height * 3} bytes; got {rgb.Length}.", nameof(rgb));
        }
        Width = width;
        Height = height;
        Rgb = rgb;
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Interleaved red, green, blue: [Height, Width, 3].</summary>
    public byte[] Rgb { get; }
}
