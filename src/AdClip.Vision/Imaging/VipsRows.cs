using System.Runtime.InteropServices;
using NetVips;

namespace AdClip.Vision.Imaging;

/// <summary>Rows of a JPEG, PNG, WebP, GIF or TIFF, decoded by libvips a strip at a time.</summary>
internal sealed class VipsRows : RowSource
{
    /// <summary>Deep samples are gone over twice, first for their range; pictures up to this size are decoded once and kept for it.</summary>
    private const int MostKeptBytes = 1 << 24;

    private static readonly string[] CameraFields = ["exif-ifd0-Make", "exif-ifd0-Model"];
    private readonly Image _image;
    private readonly Region _region;
    private readonly byte[]? _from16;
    private readonly int _bands;
    private readonly Enums.BandFormat _format;
    private int _row;

    private VipsRows(ImageInfo info, Image image, int significantBits)
        : base(info, image.Bands * SampleBytes(image.Format))
    {
        _image = image;
        _region = Region.New(image);
        (_bands, _format) = (image.Bands, image.Format);
        SignificantBits = significantBits;
        HasAlpha = image.Interpretation != Enums.Interpretation.Cmyk && _bands is 2 or 4;
        _from16 = _format == Enums.BandFormat.Ushort ? SampleScale.Table(significantBits) : null;
    }

    public override bool HasAlpha { get; }

    public override int SignificantBits { get; }

    public override int PlainChannels => _bands is 1 or 3 ? _bands : 0;

    /// <summary>The header alone.</summary>
    public static ImageInfo Identify(string path, ImageFormat format, PngHeader? png, long bytes)
    {
        VipsLibrary.Prepare();
        try
        {
            using var image = Load(path, format, Enums.Access.Sequential);
            return Describe(image, format, png, bytes);
        }
        catch (VipsException reason)
        {
            throw ImageDecoder.Damaged(FirstLine(reason));
        }
    }

    private static ImageInfo Describe(Image image, ImageFormat format, PngHeader? png, long bytes)
    {
        var orientation = image.Contains("orientation") ? Math.Clamp((int)image.Get("orientation"), 1, 8) : 1;
        var bits = png?.BitDepth ?? (image.Contains("bits-per-sample") ? (int)image.Get("bits-per-sample") : BitsOf(image.Format));
        var frames = png?.Frames ?? (image.Contains("n-pages") ? (int)image.Get("n-pages") : 1);
        // A GIF has a palette by definition; a TIFF of one bit is read as a black and white picture.
        var indexed = png?.Indexed ?? (format == ImageFormat.Gif || image.Contains("palette") || (format == ImageFormat.Tiff && bits == 1));
        var (width, height) = orientation >= 5 ? (image.Height, image.Width) : (image.Width, image.Height);
        return new ImageInfo
        {
            Width = width,
            Height = height,
            Format = format,
            BitDepth = bits,
            Channels = image.Bands,
            Frames = Math.Max(1, frames),
            Orientation = orientation,
            Indexed = indexed,
            Bytes = bytes,
            Camera = CameraOf(image),
        };
    }

    private static string? CameraOf(Image image)
    {
        var name = string.Join(
            ' ', CameraFields.Where(field => image.Contains(field)).Select(field => Value((string)image.Get(field))).Where(text => text.Length > 0));
        return name.Length == 0 ? null : name;

        // libvips says it again in brackets: "Canon (Canon, ASCII, 6 components, 6 bytes)".
        static string Value(string text)
        {
            for (var end = text.IndexOf(" (", StringComparison.Ordinal); end >= 0; end = text.IndexOf(" (", end + 1, StringComparison.Ordinal))
            {
                if (text.AsSpan(end + 2).StartsWith($"{text[..end]}, ", StringComparison.Ordinal))
                {
                    return text[..end].Trim();
                }
            }
            return text.Trim();
        }
    }

    /// <summary>Opens the pixels of what passes the limits. A mask's samples may be small class numbers, which stay as they are.</summary>
    public static VipsRows Open(string path, ImageFormat format, PngHeader? png, long bytes, ImageLimits limits, bool forMask)
    {
        VipsLibrary.Prepare();
        Image? image = null;
        var kept = false;
        try
        {
            image = Load(path, format, Enums.Access.Sequential);
            var info = Describe(image, format, png, bytes);
            limits.CheckSize(info.Width, info.Height);
            if (info.Orientation != 1)
            {
                // Turning needs rows out of order; libvips then decodes first, to memory or, when large, to a temporary file.
                image = Replace(image, Load(path, format, Enums.Access.Random));
                image = Replace(image, image.Autorot());
            }
            if (image.Interpretation is not (Enums.Interpretation.Bw or Enums.Interpretation.Grey16 or Enums.Interpretation.Srgb
                or Enums.Interpretation.Rgb16 or Enums.Interpretation.Rgb or Enums.Interpretation.Cmyk or Enums.Interpretation.Multiband
                or Enums.Interpretation.Scrgb))
            {
                image = Replace(image, image.Colourspace(Enums.Interpretation.Srgb));
            }
            else if (image.Format is Enums.BandFormat.Ushort or Enums.BandFormat.Float
                && (long)image.Width * image.Height * image.Bands * SampleBytes(image.Format) <= MostKeptBytes)
            {
                image = Replace(image, image.CopyMemory());
                kept = true;
            }
            var bits = Check(path, info, image, forMask, kept);
            return new VipsRows(info, image, bits);
        }
        catch (VipsException reason)
        {
            image?.Dispose();
            throw ImageDecoder.Damaged(FirstLine(reason));
        }
        catch
        {
            image?.Dispose();
            throw;
        }
    }

    public override int Read(Span<byte> rgb, Span<byte> alpha)
    {
        var rows = Fetch(out var samples);
        if (rows > 0)
        {
            ToRgb(samples, Width * rows, rgb, alpha);
        }
        return rows;
    }

    public override ReadOnlySpan<byte> ReadPlain()
    {
        Fetch(out var samples);
        return samples;
    }

    public override void Dispose()
    {
        _region.Dispose();
        _image.Dispose();
    }

    private static Image Load(string path, ImageFormat format, Enums.Access access) => format switch
    {
        ImageFormat.Jpeg => Image.Jpegload(path, access: access, failOn: Enums.FailOn.Error),
        ImageFormat.Png => Image.Pngload(path, access: access, failOn: Enums.FailOn.Error),
        ImageFormat.WebP => Image.Webpload(path, access: access, failOn: Enums.FailOn.Error),
        ImageFormat.Gif => Image.Gifload(path, access: access, failOn: Enums.FailOn.Error),
        _ => Image.Tiffload(path, access: access, failOn: Enums.FailOn.Error),
    };

    private static Image Replace(Image old, Image image)
    {
        old.Dispose();
        return image;
    }

    /// <summary>Refuses what cannot be shown, and finds the depth that 16-bit samples really use.</summary>
    private static int Check(string path, ImageInfo info, Image image, bool forMask, bool kept)
    {
        if (image.Bands > 4)
        {
            throw Unsupported($"{image.Bands} channels");
        }
        switch (image.Format)
        {
            case Enums.BandFormat.Uchar:
                return 8;
            case Enums.BandFormat.Ushort:
                if (image.Interpretation == Enums.Interpretation.Cmyk)
                {
                    throw Unsupported("16-bit CMYK");
                }
                using (var again = kept ? null : Load(path, info.Format, Enums.Access.Sequential))
                {
                    return SampleScale.SignificantBits((int)(again ?? image).Max(), forMask);
                }
            case Enums.BandFormat.Float when image.Interpretation != Enums.Interpretation.Cmyk:
                using (var again = kept ? null : Load(path, info.Format, Enums.Access.Sequential))
                using (var statistics = (again ?? image).Stats())
                {
                    var (smallest, largest) = (statistics.Getpoint(0, 0)[0], statistics.Getpoint(1, 0)[0]);
                    if (smallest >= 0 && largest <= 1)
                    {
                        return 16;
                    }
                    throw new RefusedInputException(
                        RefusalCode.UnknownSampleRange,
                        $"The picture's float samples run from {smallest:G4} to {largest:G4}; only 0 to 1 has a known scale. Save it with 8 or 16 bits.",
                        smallest,
                        largest);
                }
            default:
                throw Unsupported($"{info.BitDepth}-bit {image.Format} samples");
        }
    }

    private static RefusedInputException Unsupported(string variant) => new(
        RefusalCode.UnsupportedPixelFormat,
        $"The picture has {variant}, which is not read. Save it as grey or RGB with 8 or 16 bits.",
        variant);

    private static int BitsOf(Enums.BandFormat format) => format switch
    {
        Enums.BandFormat.Uchar or Enums.BandFormat.Char => 8,
        Enums.BandFormat.Ushort or Enums.BandFormat.Short => 16,
        _ => 32,
    };

    /// <summary>libvips lists the call chain first; its last line names the cause.</summary>
    private static string FirstLine(VipsException reason) =>
        reason.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "unreadable";

    private static int SampleBytes(Enums.BandFormat format) => format switch
    {
        Enums.BandFormat.Uchar => 1,
        Enums.BandFormat.Ushort => 2,
        _ => 4,
    };

    /// <summary>The next strip's samples as 8 bits, [rows, Width, bands].</summary>
    private int Fetch(out ReadOnlySpan<byte> samples)
    {
        var rows = Math.Min(StripRows, Height - _row);
        if (rows <= 0)
        {
            samples = [];
            return 0;
        }
        byte[] fetched;
        try
        {
            fetched = _region.Fetch(0, _row, Width, rows);
        }
        catch (VipsException reason)
        {
            throw ImageDecoder.Damaged(FirstLine(reason));
        }
        _row += rows;
        samples = _format switch
        {
            Enums.BandFormat.Uchar => fetched,
            Enums.BandFormat.Ushort => Narrow(MemoryMarshal.Cast<byte, ushort>(fetched)),
            _ => Narrow(MemoryMarshal.Cast<byte, float>(fetched)),
        };
        return rows;
    }

    private byte[] Narrow(ReadOnlySpan<ushort> samples)
    {
        var narrow = new byte[samples.Length];
        for (var i = 0; i < narrow.Length; i++)
        {
            narrow[i] = _from16![samples[i]];
        }
        return narrow;
    }

    private static byte[] Narrow(ReadOnlySpan<float> samples)
    {
        var narrow = new byte[samples.Length];
        for (var i = 0; i < narrow.Length; i++)
        {
            narrow[i] = (byte)(samples[i] * 255f + 0.5f);
        }
        return narrow;
    }

    private void ToRgb(ReadOnlySpan<byte> samples, int pixels, Span<byte> rgb, Span<byte> alpha)
    {
        switch (_bands)
        {
            case 1:
                for (int i = 0, o = 0; i < pixels; i++, o += 3)
                {
                    rgb[o] = rgb[o + 1] = rgb[o + 2] = samples[i];
                }
                break;
            case 2:
                for (int i = 0, o = 0; i < pixels; i++, o += 3)
                {
                    alpha[i] = samples[2 * i + 1];
                    rgb[o] = rgb[o + 1] = rgb[o + 2] = Multiply(samples[2 * i], alpha[i]);
                }
                break;
            case 3:
                samples[..(pixels * 3)].CopyTo(rgb);
                break;
            default:
                if (HasAlpha)
                {
                    FlattenRgba(samples, pixels, rgb, alpha);
                }
                else
                {
                    FromCmyk(samples, pixels, rgb);
                }
                break;
        }
    }

    private static void FlattenRgba(ReadOnlySpan<byte> samples, int pixels, Span<byte> rgb, Span<byte> alpha)
    {
        for (int i = 0, s = 0, o = 0; i < pixels; i++, s += 4, o += 3)
        {
            var opacity = samples[s + 3];
            alpha[i] = opacity;
            rgb[o] = Multiply(samples[s], opacity);
            rgb[o + 1] = Multiply(samples[s + 1], opacity);
            rgb[o + 2] = Multiply(samples[s + 2], opacity);
        }
    }

    /// <summary>Each ink and black multiply the paper's white; no colour profile, as the reference does.</summary>
    private static void FromCmyk(ReadOnlySpan<byte> samples, int pixels, Span<byte> rgb)
    {
        for (int s = 0, o = 0; o < pixels * 3; s += 4, o += 3)
        {
            var light = (byte)(255 - samples[s + 3]);
            rgb[o] = Multiply((byte)(255 - samples[s]), light);
            rgb[o + 1] = Multiply((byte)(255 - samples[s + 1]), light);
            rgb[o + 2] = Multiply((byte)(255 - samples[s + 2]), light);
        }
    }
}
