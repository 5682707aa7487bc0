namespace AdClip.Vision.Imaging;

/// <summary>A picture being decoded from top to bottom in strips, so that no more than a strip is ever held.</summary>
/// <remarks>Rows are upright, 8-bit RGB, multiplied by alpha (that is, flattened on black).</remarks>
internal abstract class RowSource(ImageInfo info) : IDisposable
{
    /// <summary>Rows of a strip; what one read returns at most.</summary>
    public const int StripRows = 64;

    public ImageInfo Info { get; } = info;

    public int Width => Info.Width;

    public int Height => Info.Height;

    public abstract bool HasAlpha { get; }

    public abstract int SignificantBits { get; }

    /// <summary>The next strip: up to <see cref="StripRows"/> rows, 0 after the last.</summary>
    /// <param name="rgb">[StripRows, Width, 3].</param>
    /// <param name="alpha">[StripRows, Width], written only where <see cref="HasAlpha"/>.</param>
    /// <exception cref="RefusedInputException">The pixels are damaged or cut off.</exception>
    public abstract int Read(Span<byte> rgb, Span<byte> alpha);

    public abstract void Dispose();

    /// <summary>c * a / 255, rounded: the reference's integer form.</summary>
    protected static byte Multiply(byte colour, byte alpha)
    {
        var product = colour * alpha + 128;
        return (byte)((product + (product >> 8)) >> 8);
    }
}
