using System.Globalization;

namespace AdClip.Vision.Imaging.Tiles;

/// <summary>A part of a stored image, in its pixels: x right, y down, (0, 0) the top-left corner.</summary>
/// <param name="Left">First column.</param>
/// <param name="Top">First row.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
public readonly record struct Tile(int Left, int Top, int Width, int Height)
{
    /// <summary>Names the part, for keys: with the hash of the image it says which pixels were encoded.</summary>
    public string Key => string.Create(CultureInfo.InvariantCulture, $"x{Left}y{Top}w{Width}h{Height}");
}
