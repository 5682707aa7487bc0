using System.Text;

namespace AdClip.Vision.Imaging;

/// <summary>Tells a file's format from its first bytes.</summary>
internal static class ImageSignature
{
    /// <summary>Bytes that <see cref="Recognise"/> wants to see.</summary>
    public const int Length = 64;

    /// <summary>The formats that are read, for messages.</summary>
    public const string Supported = "JPEG, PNG, WebP, GIF, TIFF, BMP";

    /// <summary>The format that <paramref name="head"/> begins.</summary>
    /// <exception cref="RefusedInputException">It is none of <see cref="Supported"/>; the message names what it seems to be.</exception>
    public static ImageFormat Recognise(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
        {
            return ImageFormat.Jpeg;
        }
        if (head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]))
        {
            return ImageFormat.Png;
        }
        if (head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..12].SequenceEqual("WEBP"u8))
        {
            return ImageFormat.WebP;
        }
        if (head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8))
        {
            return ImageFormat.Gif;
        }
        if (head.StartsWith((ReadOnlySpan<byte>)[(byte)'I', (byte)'I', 42, 0]) || head.StartsWith((ReadOnlySpan<byte>)[(byte)'M', (byte)'M', 0, 42])
            || head.StartsWith((ReadOnlySpan<byte>)[(byte)'I', (byte)'I', 43, 0]) || head.StartsWith((ReadOnlySpan<byte>)[(byte)'M', (byte)'M', 0, 43]))
        {
            return ImageFormat.Tiff;
        }
        // "BM", and a header length that some bitmap version has: two letters alone begin many a text.
        if (head.Length >= 18 && head.StartsWith("BM"u8) && head[14] is 12 or 40 or 52 or 56 or 64 or 108 or 124 && !head[15..18].ContainsAnyExcept((byte)0))
        {
            return ImageFormat.Bmp;
        }
        var seen = Describe(head);
        throw new RefusedInputException(
            RefusalCode.UnsupportedImageFormat,
            $"The content is {seen}, not a picture format that is read. Supported: {Supported}.",
            seen,
            Supported);
    }

    private static string Describe(ReadOnlySpan<byte> head)
    {
        if (head.Length >= 12 && head[4..8].SequenceEqual("ftyp"u8))
        {
            var brand = head[8..12];
            if (brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8))
            {
                return "AVIF";
            }
            return brand.StartsWith("he"u8) || brand.StartsWith("mif"u8) || brand.StartsWith("msf"u8) ? "HEIC" : "MP4";
        }
        if (head.StartsWith("%PDF"u8))
        {
            return "PDF";
        }
        if (head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8))
        {
            return "ZIP";
        }
        if (head.StartsWith((ReadOnlySpan<byte>)[0, 0, 0, 12, (byte)'j', (byte)'P', (byte)' ', (byte)' '])
            || head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x4F, 0xFF, 0x51]))
        {
            return "JPEG 2000";
        }
        var text = head;
        if (text.StartsWith(Encoding.UTF8.Preamble))
        {
            text = text[3..];
        }
        text = text.TrimStart(" \t\r\n"u8);
        if (StartsWithIgnoringCase(text, "<svg") || StartsWithIgnoringCase(text, "<?xml"))
        {
            return "SVG/XML";
        }
        if (StartsWithIgnoringCase(text, "<!doctype") || StartsWithIgnoringCase(text, "<html")
            || StartsWithIgnoringCase(text, "<script") || StartsWithIgnoringCase(text, "<!--"))
        {
            return "HTML";
        }
        return IsText(text) ? "text" : "unknown data";
    }

    private static bool StartsWithIgnoringCase(ReadOnlySpan<byte> text, string start) =>
        text.Length >= start.Length && Ascii.EqualsIgnoreCase(text[..start.Length], start);

    private static bool IsText(ReadOnlySpan<byte> head)
    {
        foreach (var value in head)
        {
            if (value < 32 && value is not (9 or 10 or 13))
            {
                return false;
            }
        }
        return head.Length > 0;
    }
}
