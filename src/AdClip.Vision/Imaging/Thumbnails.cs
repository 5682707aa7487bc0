using System.Numerics.Tensors;
using NetVips;

namespace AdClip.Vision.Imaging;

/// <summary>A small picture, and what was seen while every pixel of the large one went by.</summary>
/// <param name="WebP">The small picture as a WebP file without metadata.</param>
/// <param name="Width">Its columns.</param>
/// <param name="Height">Its rows.</param>
/// <param name="Source">The large picture's header.</param>
/// <param name="SignificantBits">See <see cref="PixelImage.SignificantBits"/>.</param>
/// <param name="HasAlpha">Whether pixels could be transparent; they are shown on black.</param>
/// <param name="Darkest">Smallest 8-bit sample of any channel.</param>
/// <param name="Brightest">Largest 8-bit sample of any channel.</param>
public sealed record Thumbnail(byte[] WebP, int Width, int Height, ImageInfo Source, int SignificantBits, bool HasAlpha, byte Darkest, byte Brightest)
{
    /// <summary>Whether every sample is the same: a lens cap, an over-exposed or an empty picture.</summary>
    public bool Uniform => Darkest == Brightest;
}

/// <summary>Small pictures for galleries and renditions for browsers; neither carries metadata of the source.</summary>
public static class Thumbnails
{
    private const int Quality = 82;

    /// <summary>Decodes every pixel in strips (so a damaged file is found out) and keeps a picture of at most <paramref name="longestSide"/>.</summary>
    /// <exception cref="RefusedInputException">The file is not a picture that can be read.</exception>
    public static Thumbnail Render(string path, int longestSide, ImageLimits? limits = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(longestSide);
        using var rows = ImageDecoder.Open(path, limits);
        var scale = Math.Min(1.0, (double)longestSide / Math.Max(rows.Width, rows.Height));
        var width = Math.Max(1, (int)Math.Round(rows.Width * scale));
        var height = Math.Max(1, (int)Math.Round(rows.Height * scale));
        // Palettes too are mixed here: nearest neighbour would drop fine lines from a small picture.
        var pass = new Resampler.StreamedPass(rows.Width, rows.Height, 3, width, height, ResampleFilter.Bicubic);
        var (darkest, brightest) = ((byte)255, (byte)0);
        ForEachStrip(rows, (strip, _) =>
        {
            darkest = Math.Min(darkest, TensorPrimitives.Min<byte>(strip));
            brightest = Math.Max(brightest, TensorPrimitives.Max<byte>(strip));
            pass.Take(strip);
        });
        VipsLibrary.Prepare();
        using var small = Image.NewFromMemory(pass.Finish(), width, height, 3, Enums.BandFormat.Uchar);
        var webP = small.WebpsaveBuffer(q: Quality, keep: Enums.ForeignKeep.None);
        return new Thumbnail(webP, width, height, rows.Info, rows.SignificantBits, rows.HasAlpha, darkest, brightest);
    }

    /// <summary>Writes the whole picture as every browser shows it: upright 8-bit PNG, grey or RGB, without loss beyond 8 bits.</summary>
    /// <remarks>Streams strip by strip.</remarks>
    /// <exception cref="RefusedInputException">The file is not a picture that can be read.</exception>
    public static void WriteDisplayPng(string path, Stream target, ImageLimits? limits = null)
    {
        using var rows = ImageDecoder.Open(path, limits);
        var grey = rows.Info.Channels <= 2;
        using var writer = new PngWriter(target, rows.Width, rows.Height, grey ? PngPixels.Grey : PngPixels.Rgb);
        var line = new byte[grey ? rows.Width : 0];
        ForEachStrip(rows, (strip, count) =>
        {
            if (!grey)
            {
                writer.Write(strip);
                return;
            }
            for (var row = 0; row < count; row++)
            {
                for (var x = 0; x < line.Length; x++)
                {
                    line[x] = strip[(row * line.Length + x) * 3];
                }
                writer.Write(line);
            }
        });
    }

    private delegate void StripAction(ReadOnlySpan<byte> strip, int rows);

    private static void ForEachStrip(RowSource rows, StripAction act)
    {
        var rgb = new byte[rows.StripRows * rows.Width * 3];
        var alpha = rows.HasAlpha ? new byte[rows.StripRows * rows.Width] : [];
        for (var read = rows.Read(rgb, alpha); read > 0; read = rows.Read(rgb, alpha))
        {
            act(rgb.AsSpan(0, read * rows.Width * 3), read);
        }
    }
}
