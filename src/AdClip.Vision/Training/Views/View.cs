using System.Globalization;
using AdClip.Vision.Imaging;

namespace AdClip.Vision.Training.Views;

/// <summary>An image seen differently: a part of it, mirrored, turned, brighter or darker; its mask goes along.</summary>
/// <param name="X">Left column of the part, in stored-image pixels.</param>
/// <param name="Y">Top row of the part.</param>
/// <param name="Width">Columns of the part.</param>
/// <param name="Height">Rows of the part.</param>
/// <param name="IsMirrored">Left and right exchanged, after cutting.</param>
/// <param name="QuarterTurns">Turns by 90 degrees clockwise, after mirroring: 0 to 3.</param>
/// <param name="Brightness">Multiplies every value; beyond white is white.</param>
public sealed record View(int X, int Y, int Width, int Height, bool IsMirrored, int QuarterTurns, double Brightness)
{
    /// <summary>Names the view in a cache: the same text, the same pixels.</summary>
    public string Key => string.Create(CultureInfo.InvariantCulture, $"{X}.{Y}.{Width}x{Height}{(IsMirrored ? "m" : "")}r{QuarterTurns}b{Brightness:F3}");

    /// <summary>The picture so seen.</summary>
    public PixelImage Apply(PixelImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var rgb = new byte[Width * Height * 3];
        var table = new byte[256];
        for (var i = 0; i < table.Length; i++)
        {
            table[i] = (byte)Math.Min(255, Math.Round(i * Brightness));
        }
        Each((target, x, y) =>
        {
            var source = ((y * image.Width) + x) * 3;
            for (var c = 0; c < 3; c++)
            {
                rgb[(target * 3) + c] = table[image.Rgb[source + c]];
            }
        });
        var (width, height) = Size;
        return new PixelImage(width, height, rgb);
    }

    /// <summary>The mask so seen.</summary>
    /// <param name="mask">[height, width] of the whole image.</param>
    /// <param name="imageWidth">Columns of the whole image.</param>
    /// <returns>[<see cref="Size"/>].</returns>
    public bool[] Apply(bool[] mask, int imageWidth)
    {
        ArgumentNullException.ThrowIfNull(mask);
        var seen = new bool[Width * Height];
        Each((target, x, y) => seen[target] = mask[(y * imageWidth) + x]);
        return seen;
    }

    /// <summary>Columns and rows of what is seen.</summary>
    public (int Width, int Height) Size => QuarterTurns % 2 == 0 ? (Width, Height) : (Height, Width);

    // For each pixel seen, row by row, where it comes from.
    private void Each(Action<int, int, int> take)
    {
        var (width, height) = Size;
        for (var row = 0; row < height; row++)
        {
            for (var column = 0; column < width; column++)
            {
                var (x, y) = QuarterTurns switch
                {
                    1 => (row, Height - 1 - column),
                    2 => (Width - 1 - column, Height - 1 - row),
                    3 => (Width - 1 - row, column),
                    _ => (column, row),
                };
                take((row * width) + column, X + (IsMirrored ? Width - 1 - x : x), Y + y);
            }
        }
    }
}
