namespace AdClip.Vision.Imaging.Tiles;

/// <summary>How an image is cut into overlapping tiles of one size that cover it exactly.</summary>
/// <remarks>
/// Tiles are square and as large as asked for; where the image is narrower or lower than that, they are as large as its shorter
/// side, so that nothing is stretched. An image that is no larger than a tile either way is one tile, whole, as without tiles.
/// Tiles stand at even steps; the last column and row are moved inwards, so that every tile is full of image.
/// </remarks>
public sealed class TilePlan
{
    /// <summary>The share of a tile's side that it has in common with the next one where nothing else is said.</summary>
    public const double DefaultOverlap = 0.25;

    /// <summary>Most overlap: beyond it the number of tiles grows without use.</summary>
    public const double MostOverlap = 0.75;

    /// <summary>Smallest side of a tile in pixels of the stored image.</summary>
    public const int LeastSide = 16;

    private readonly int[] _lefts;
    private readonly int[] _tops;

    private TilePlan(int imageWidth, int imageHeight, int tileWidth, int tileHeight, double overlap)
    {
        (ImageWidth, ImageHeight, TileWidth, TileHeight) = (imageWidth, imageHeight, tileWidth, tileHeight);
        _lefts = Starts(imageWidth, tileWidth, overlap);
        _tops = Starts(imageHeight, tileHeight, overlap);
    }

    /// <summary>Columns of the image.</summary>
    public int ImageWidth { get; }

    /// <summary>Rows of the image.</summary>
    public int ImageHeight { get; }

    /// <summary>Columns of each tile, in pixels of the stored image.</summary>
    public int TileWidth { get; }

    /// <summary>Rows of each tile, in pixels of the stored image.</summary>
    public int TileHeight { get; }

    /// <summary>First columns of the tiles, ascending.</summary>
    public IReadOnlyList<int> Lefts => _lefts;

    /// <summary>First rows of the tiles, ascending.</summary>
    public IReadOnlyList<int> Tops => _tops;

    /// <summary>How many tiles there are.</summary>
    public int Count => _lefts.Length * _tops.Length;

    /// <summary>A tile by its place, row by row from the top left.</summary>
    public Tile this[int index] => new(_lefts[index % _lefts.Length], _tops[index / _lefts.Length], TileWidth, TileHeight);

    /// <summary>Cuts an image of this size.</summary>
    /// <param name="imageWidth">Columns of the stored image.</param>
    /// <param name="imageHeight">Rows of the stored image.</param>
    /// <param name="side">Side of a tile in pixels of the stored image.</param>
    /// <param name="overlap">Share of a side, 0 to <see cref="MostOverlap"/>.</param>
    /// <exception cref="RefusedInputException">A side or an overlap that cannot be used.</exception>
    public static TilePlan For(int imageWidth, int imageHeight, int side, double overlap = DefaultOverlap)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(imageWidth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(imageHeight);
        Check(side, overlap);
        var square = Math.Min(side, Math.Min(imageWidth, imageHeight));
        return imageWidth <= side && imageHeight <= side
            ? new TilePlan(imageWidth, imageHeight, imageWidth, imageHeight, 0)
            : new TilePlan(imageWidth, imageHeight, square, square, overlap);
    }

    /// <summary>Throws where no plan can be made with these numbers, whatever the image.</summary>
    /// <exception cref="RefusedInputException">A side or an overlap that cannot be used.</exception>
    public static void Check(int side, double overlap)
    {
        if (side < LeastSide)
        {
            throw new RefusedInputException(
                RefusalCode.TileSideInvalid, $"A tile side of {side} pixels is too small; choose at least {LeastSide}.", side, LeastSide);
        }
        if (!(overlap is >= 0 and <= MostOverlap))
        {
            throw new RefusedInputException(
                RefusalCode.TileOverlapInvalid,
                $"A tile overlap of {overlap} is not between 0 and {MostOverlap}; it is a share of the tile's side, usually {DefaultOverlap}.",
                overlap,
                MostOverlap,
                DefaultOverlap);
        }
    }

    private static int[] Starts(int length, int tile, double overlap)
    {
        var step = Math.Max(1, tile - (int)Math.Round(overlap * tile));
        var count = 1 + ((length - tile + step - 1) / step);
        return [.. Enumerable.Range(0, count).Select(i => Math.Min(i * step, length - tile))];
    }
}
