namespace AdClip.Vision.Imaging;

/// <summary>Reads picture files: what they are by content, and their pixels.</summary>
/// <remarks>
/// Read are JPEG, PNG, WebP, GIF, TIFF (by libvips) and BMP (own reader). Sizes are checked on the header. EXIF orientation
/// is applied; other metadata (GPS position, camera) is dropped. Palettes are expanded; 1-bit samples become 0 and 255; more
/// than 8 bits are scaled as <see cref="SampleScale"/> says; float samples within 0 to 1 are scaled by 255; CMYK becomes RGB
/// by multiplying inks (no colour profile is applied to any format, as in the reference); alpha is flattened on black;
/// of several frames the first is taken (<see cref="ImageInfo.Frames"/> says how many there were).
/// </remarks>
public static class ImageDecoder
{
    /// <summary>Bytes at a file's begin that <see cref="Recognise"/> wants to see (fewer where the file is shorter).</summary>
    public const int HeadLength = ImageSignature.Length;

    /// <summary>The format that a file's first bytes begin.</summary>
    /// <exception cref="RefusedInputException">None that is read; the message names what it seems to be.</exception>
    public static ImageFormat Recognise(ReadOnlySpan<byte> head) => ImageSignature.Recognise(head);

    /// <summary>What the file is, from its header alone.</summary>
    /// <exception cref="RefusedInputException">Empty, of another format, damaged in its header, or beyond the limits.</exception>
    public static ImageInfo Identify(string path, ImageLimits? limits = null)
    {
        limits ??= ImageLimits.Default;
        var (format, bytes) = Sniff(path, limits);
        if (format == ImageFormat.Bmp)
        {
            return BmpRows.Identify(path, limits);
        }
        var info = VipsRows.Identify(path, format, CheckedPng(path, format, limits), bytes);
        limits.CheckSize(info.Width, info.Height);
        return info;
    }

    /// <summary>All pixels of the file.</summary>
    /// <remarks>Holds 3 bytes a pixel; <see cref="DecodeResized"/> holds far less when only a smaller picture is wanted.</remarks>
    /// <exception cref="RefusedInputException">As <see cref="Identify"/>, or the pixels are damaged or cut off.</exception>
    public static PixelImage Decode(string path, ImageLimits? limits = null)
    {
        using var rows = Open(path, limits);
        return Collect(rows);
    }

    /// <summary>The picture resampled to <paramref name="width"/> x <paramref name="height"/>, aspect ratio not kept.</summary>
    /// <remarks>
    /// The same bytes as <see cref="Decode"/> followed by <see cref="Resampler.Resize(PixelImage, int, int)"/>, but the source
    /// is streamed: a strip and the rows that one output row mixes are held.
    /// </remarks>
    /// <exception cref="RefusedInputException">As <see cref="Decode"/>.</exception>
    public static PixelImage DecodeResized(string path, int width, int height, ImageLimits? limits = null)
    {
        using var rows = Open(path, limits);
        return Resampler.Resize(rows, width, height);
    }

    internal static RowSource Open(string path, ImageLimits? limits, bool forMask = false)
    {
        limits ??= ImageLimits.Default;
        var (format, bytes) = Sniff(path, limits);
        return format == ImageFormat.Bmp
            ? BmpRows.Open(path, BmpRows.Identify(path, limits), limits)
            : VipsRows.Open(path, format, CheckedPng(path, format, limits), bytes, limits, forMask);
    }

    internal static PixelImage Collect(RowSource rows)
    {
        var rgb = new byte[checked(rows.Width * rows.Height * 3)];
        var alpha = rows.HasAlpha ? new byte[rows.Width * rows.Height] : null;
        for (var y = 0; y < rows.Height;)
        {
            var read = rows.Read(rgb.AsSpan(y * rows.Width * 3), alpha is null ? [] : alpha.AsSpan(y * rows.Width));
            y += read;
        }
        return new PixelImage(rows.Width, rows.Height, rgb, alpha, rows.Info.Indexed, rows.SignificantBits);
    }

    internal static RefusedInputException Damaged(string detail) => new(
        RefusalCode.DamagedImage,
        $"The picture is damaged or incomplete: {detail}. Export or copy it again.",
        detail);

    private static (ImageFormat Format, long Bytes) Sniff(string path, ImageLimits limits)
    {
        var bytes = new FileInfo(path).Length;
        if (bytes == 0)
        {
            throw new RefusedInputException(RefusalCode.EmptyFile, "The file is empty (0 bytes). Copy or export it again.");
        }
        if (bytes > limits.MaxBytes)
        {
            throw new RefusedInputException(
                RefusalCode.FileTooLarge,
                $"The file has {bytes} bytes; at most {limits.MaxBytes} are accepted.",
                bytes,
                limits.MaxBytes);
        }
        var head = new byte[ImageSignature.Length];
        using var file = File.OpenRead(path);
        return (ImageSignature.Recognise(head.AsSpan(0, file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false))), bytes);
    }

    private static PngHeader? CheckedPng(string path, ImageFormat format, ImageLimits limits) =>
        format == ImageFormat.Png ? PngHeader.ReadChecked(path, limits) : null;
}
