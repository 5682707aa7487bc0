using AdClip.Vision.Metrics;

namespace AdClip.Vision.Detection;

/// <summary>A region of a map that stands out, as a box in pixels of the stored image.</summary>
/// <param name="X">Leftmost column, 0 is the image's first.</param>
/// <param name="Y">Topmost row, 0 is the image's first.</param>
/// <param name="Width">Columns; X + Width is at most the image's width.</param>
/// <param name="Height">Rows; Y + Height is at most the image's height.</param>
/// <param name="Peak">Largest map value within the region.</param>
public readonly record struct MapBox(int X, int Y, int Width, int Height, float Peak);

/// <summary>The regions of a map that stand out, as boxes in pixels of the stored image.</summary>
public static class MapBoxes
{
    /// <summary>One box for each region of map cells at or above a threshold; diagonal neighbours belong to one region.</summary>
    /// <remarks>
    /// The map covers the whole image: a box covers every stored pixel that its cells touch, so it is rounded outwards where a cell
    /// is no whole number of pixels. Cells that are not a number belong to no region.
    /// </remarks>
    /// <param name="map">Of the whole image.</param>
    /// <param name="threshold">In the map's unit, 0 normal to 1 abnormal.</param>
    /// <param name="imageWidth">Columns of the stored image.</param>
    /// <param name="imageHeight">Rows of the stored image.</param>
    /// <returns>Highest peak first; of equal peaks the one that a row-major scan meets first.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The image has no pixels.</exception>
    public static IReadOnlyList<MapBox> Find(AnomalyMap map, float threshold, int imageWidth, int imageHeight)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(imageWidth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(imageHeight);
        var mask = new byte[map.Values.Length];
        for (var i = 0; i < mask.Length; i++)
        {
            mask[i] = map.Values[i] >= threshold ? (byte)1 : (byte)0;
        }
        var regions = DefectRegions.Find(mask, map.Width, map.Height);
        var peaks = new float[regions.Sizes.Count];
        Array.Fill(peaks, float.NegativeInfinity);
        var labels = regions.Labels.Span;
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= 0)
            {
                peaks[labels[i]] = MathF.Max(peaks[labels[i]], map.Values[i]);
            }
        }
        return [.. regions.Bounds(map.Width)
            .Select((cells, region) =>
            {
                var (left, right) = Stored(cells.X, cells.Width, map.Width, imageWidth);
                var (top, bottom) = Stored(cells.Y, cells.Height, map.Height, imageHeight);
                return new MapBox(left, top, right - left, bottom - top, peaks[region]);
            })
            .OrderByDescending(box => box.Peak)];
    }

    /// <summary>Stored pixels [from, to) that the cells [first, first + count) touch along one axis.</summary>
    private static (int From, int To) Stored(int first, int count, int cells, int pixels)
    {
        var from = (int)((long)first * pixels / cells);
        var to = (int)Math.Min(pixels, (((long)first + count) * pixels + cells - 1) / cells);
        return (from, to);
    }
}
