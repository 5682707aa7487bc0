namespace AdClip.Vision.Imaging.Tiles;

/// <summary>Why an automatic tile side is what it is; the page has a sentence for each.</summary>
public enum TileReason
{
    /// <summary>The smallest labelled defect is large enough without tiles.</summary>
    NotNeeded,

    /// <summary>The smallest labelled defect spans the patches wanted.</summary>
    SmallestDefect,

    /// <summary>No defect is labelled: one pixel of the image for one pixel of the model's input.</summary>
    NoLabelledDefect,

    /// <summary>Smaller tiles would fit the defect better, but there would be too many.</summary>
    TooManyTiles,

    /// <summary>Smaller tiles would fit the defect better, but enlarging further shows the model nothing new.</summary>
    MostEnlarged,
}

/// <summary>An automatic choice of tiles, with what it was made from.</summary>
/// <param name="Side">Side of a tile in pixels of the stored image.</param>
/// <param name="Tiles">Tiles of an image of this size; 1: the image is looked at whole.</param>
/// <param name="Reason">Why.</param>
/// <param name="SmallestDefect">Shorter side of the smallest labelled defect's box, in pixels of the stored image; null: none is labelled.</param>
/// <param name="DefectPatches">Patches that this defect spans with the tiles chosen; null: none is labelled.</param>
public sealed record TileAdvice(int Side, int Tiles, TileReason Reason, double? SmallestDefect, double? DefectPatches)
{
    /// <summary>Patches that the smallest defect shall span: with fewer it can fall between two of them.</summary>
    public const double WantedPatches = 2;

    /// <summary>Most tiles of one image that are chosen without being asked: some minutes on one processor.</summary>
    public const int MostTiles = 4096;

    // Bicubic enlargement beyond this adds no detail that the encoder could use.
    private const double MostEnlargement = 4;

    /// <summary>Chooses a tile side.</summary>
    /// <param name="imageWidth">Columns of the stored image.</param>
    /// <param name="imageHeight">Rows of the stored image.</param>
    /// <param name="smallestDefect">Shorter side of the smallest labelled defect's box in pixels of the stored image, or null.</param>
    /// <param name="modelSide">Side of the model's input in pixels.</param>
    /// <param name="patchSize">Side of a patch in pixels of the model's input.</param>
    /// <param name="overlap">Share of a side that neighbours have in common.</param>
    /// <param name="mostTiles">Most tiles of one image.</param>
    public static TileAdvice For(
        int imageWidth, int imageHeight, double? smallestDefect, int modelSide,
        int patchSize, double overlap = TilePlan.DefaultOverlap, int mostTiles = MostTiles)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(imageWidth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(imageHeight);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(modelSide);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(patchSize);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(mostTiles);
        var longest = Math.Max(imageWidth, imageHeight);
        var wanted = smallestDefect is { } defect ? defect * modelSide / (WantedPatches * patchSize) : modelSide;
        var (side, reason) = ((int)wanted, smallestDefect is null ? TileReason.NoLabelledDefect : TileReason.SmallestDefect);
        if (side >= longest)
        {
            return Chosen(longest, TileReason.NotNeeded);
        }
        var least = Math.Max(TilePlan.LeastSide, (int)Math.Ceiling(modelSide / MostEnlargement));
        if (side < least)
        {
            (side, reason) = (least, TileReason.MostEnlarged);
        }
        if (Count(side) > mostTiles)
        {
            reason = TileReason.TooManyTiles;
            // The smallest side whose tiles are few enough: their number never grows with the side.
            var (tooSmall, enough) = (side, longest);
            while (enough - tooSmall > 1)
            {
                var middle = (tooSmall + enough) / 2;
                (tooSmall, enough) = Count(middle) > mostTiles ? (middle, enough) : (tooSmall, middle);
            }
            side = enough;
        }
        return Chosen(Math.Min(side, longest), reason);

        int Count(int tileSide) => TilePlan.For(imageWidth, imageHeight, Math.Max(tileSide, TilePlan.LeastSide), overlap).Count;

        TileAdvice Chosen(int tileSide, TileReason why) =>
            new(tileSide, Count(tileSide), why, smallestDefect, smallestDefect * modelSide / ((double)patchSize * tileSide));
    }
}
