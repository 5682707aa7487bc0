using AdClip.Vision.Detection;
using AdClip.Vision.Metrics;

namespace AdClip.Portal.Features.Runs.Scoring;

/// <summary>The regions of a map that stand out, as boxes in pixels of the stored image.</summary>
internal static class MapBoxes
{
    /// <param name="threshold">Map values at or above it belong to a region; diagonal neighbours touch.</param>
    public static IReadOnlyList<BoxAnswer> Find(AnomalyMap map, float threshold, int imageWidth, int imageHeight)
    {
        var mask = new byte[map.Values.Length];
        for (var i = 0; i < mask.Length; i++)
        {
            mask[i] = map.Values[i] >= threshold ? (byte)1 : (byte)0;
        }
        var regions = DefectRegions.Find(mask, map.Width, map.Height);
        var extents = new (int Left, int Top, int Right, int Bottom, float Peak)[regions.Sizes.Count];
        Array.Fill(extents, (int.MaxValue, int.MaxValue, -1, -1, float.NegativeInfinity));
        var labels = regions.Labels.Span;
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] < 0)
            {
                continue;
            }
            ref var extent = ref extents[labels[i]];
            var (x, y) = (i % map.Width, i / map.Width);
            extent = (
                Math.Min(extent.Left, x), Math.Min(extent.Top, y), Math.Max(extent.Right, x),
                Math.Max(extent.Bottom, y), Math.Max(extent.Peak, map.Values[i]));
        }
        return [.. extents.Select(extent => ToStored(extent, map, imageWidth, imageHeight)).OrderByDescending(box => box.Peak)];
    }

    /// <summary>The map covers the whole image; a box covers every stored pixel that its map pixels touch.</summary>
    private static BoxAnswer ToStored((int Left, int Top, int Right, int Bottom, float Peak) extent, AnomalyMap map, int width, int height)
    {
        var left = (int)((long)extent.Left * width / map.Width);
        var top = (int)((long)extent.Top * height / map.Height);
        var right = (int)Math.Min(width, (((long)extent.Right + 1) * width + map.Width - 1) / map.Width);
        var bottom = (int)Math.Min(height, (((long)extent.Bottom + 1) * height + map.Height - 1) / map.Height);
        return new BoxAnswer(left, top, right - left, bottom - top, extent.Peak);
    }
}
