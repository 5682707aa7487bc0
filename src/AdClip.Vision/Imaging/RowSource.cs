namespace AdClip.Vision.Imaging;

/// <summary>A picture being decoded from top to bottom in strips, so that no more than a strip is ever held.</summary>
/// <remarks>Rows are upright, 8-bit RGB, multiplied by alpha (that is, flattened on black).</remarks>
/// <param name="info">The picture's header.</param>
/// <param name="sampleBytes">Bytes of a pixel as it is decoded.</param>
internal abstract class RowSource(ImageInfo info, int sampleBytes) : IDisposable
{
    /// <summary>Below the size from which the runtime keeps arrays apart, clears them each time and collects everything to free them.</summary>
    private const int StripBytes = 1 << 16;

    public ImageInfo Info { get; } = info;

    /// <summary>Rows of a strip; what one read returns at most.</summary>
    /// <remarks>Whole fours where they fit, as the resampler takes them.</remarks>
    public int StripRows { get; } = (int)Math.Clamp(StripBytes / ((long)info.Width * Math.Max(3, sampleBytes)), 4, 64) & ~3;

    public int Width => Info.Width;

    public int Height => Info.Height;

    public abstract bool HasAlpha { get; }

    public abstract int SignificantBits { get; }

    /// <summary>1 (grey) or 3 where the file's samples are what is wanted, which <see cref="ReadPlain"/> then gives uncopied; otherwise 0.</summary>
    public virtual int PlainChannels => 0;

    /// <summary>The next strip: up to <see cref="StripRows"/> rows, 0 after the last.</summary>
    /// <param name="rgb">[StripRows, Width, 3].</param>
    /// <param name="alpha">[StripRows, Width], written only where <see cref="HasAlpha"/>.</param>
    /// <exception cref="RefusedInputException">The pixels are damaged or cut off.</exception>
    public abstract int Read(Span<byte> rgb, Span<byte> alpha);

    /// <summary>As <see cref="Read"/>: the next rows, [rows, Width, <see cref="PlainChannels"/>], valid until the next call; empty after the last.</summary>
    /// <exception cref="RefusedInputException">The pixels are damaged or cut off.</exception>
    public virtual ReadOnlySpan<byte> ReadPlain() => throw new NotSupportedException();

    public abstract void Dispose();

    /// <summary>c * a / 255, rounded: the reference's integer form.</summary>
    protected static byte Multiply(byte colour, byte alpha)
    {
        var product = colour * alpha + 128;
        return (byte)((product + (product >> 8)) >> 8);
    }
}
