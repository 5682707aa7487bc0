namespace AdClip.Vision.Imaging;

/// <summary>A decoded picture: 8-bit sRGB, upright (EXIF orientation applied), alpha flattened on black.</summary>
/// <remarks>
/// Frame "stored image": x right, y down, (0, 0) the top-left corner; pixel (x, y) covers [x, x+1) by [y, y+1).
/// <see cref="Rgb"/> is interleaved and row-major: [Height, Width, 3]. The arrays are owned by this object.
/// The background is black because the reference model sees fully transparent pixels as black: people and model see the same.
/// </remarks>
public sealed class PixelImage
{
    /// <summary>Wraps pixels without copying them.</summary>
    /// <exception cref="ArgumentException">An array's length does not fit the size.</exception>
    public PixelImage(int width, int height, byte[] rgb)
        : this(width, height, rgb, null, false, 8)
    {
    }

    internal PixelImage(int width, int height, byte[] rgb, byte[]? alpha, bool indexed, int significantBits)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentNullException.ThrowIfNull(rgb);
        if (rgb.Length != (long)width * height * 3)
        {
            throw new ArgumentException($"{width} x {height} pixels need {(long)width * height * 3} bytes; got {rgb.Length}.", nameof(rgb));
        }
        if (alpha is not null && alpha.Length != (long)width * height)
        {
            throw new ArgumentException($"{width} x {height} pixels need {(long)width * height} alpha bytes; got {alpha.Length}.", nameof(alpha));
        }
        Width = width;
        Height = height;
        Rgb = rgb;
        Alpha = alpha;
        Indexed = indexed;
        SignificantBits = significantBits;
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Interleaved red, green, blue: [Height, Width, 3], colours already multiplied by alpha.</summary>
    public byte[] Rgb { get; }

    /// <summary>Opacity [Height, Width], or null where the file has none; the model's resampling divides by it again.</summary>
    public byte[]? Alpha { get; }

    /// <summary>Whether the file had a palette or one bit a pixel: the reference resamples such pictures by nearest neighbour.</summary>
    public bool Indexed { get; }

    /// <summary>Bits of a sample that the 8 shown bits were scaled from: 8, or 10, 12, 14 or 16 (see <see cref="SampleScale"/>).</summary>
    public int SignificantBits { get; }
}
