using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Metrics;

namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>A place that somebody points at, in pixels of the stored image: a box, or what is hot on the map around a point.</summary>
/// <param name="Level">With <paramref name="Point"/>: map values at or above it are hot.</param>
public sealed record FeedbackRegion(ImageRectangle? Box = null, ImagePoint? Point = null, double? Level = null)
{
    // Of a patch at its rim the detector sees more of the neighbourhood than of the region.
    private const double LeastCoverage = 0.3;

    /// <summary>The patches that the region covers, row-major from the top left, and the box around it.</summary>
    /// <param name="map">Over the whole image.</param>
    /// <param name="grid">Patches along one side.</param>
    /// <exception cref="RefusedInputException">It covers nothing of the image.</exception>
    public (IReadOnlyList<int> Patches, ImageRectangle Bounds) Resolve(AnomalyMap map, int grid, int imageWidth, int imageHeight)
    {
        ArgumentNullException.ThrowIfNull(map);
        var (coverage, bounds) = (Box, Point, Level) switch
        {
            ({ } box, null, null) => OfBox(box, grid, imageWidth, imageHeight),
            (null, { } point, { } level) => OfHot(point, (float)level, map, grid, imageWidth, imageHeight),
            _ => throw new RefusedInputException(RefusalCode.FeedbackRegionInvalid, "Name a box, or a point with a level of the map."),
        };
        // A region smaller than that still counts where it covers most.
        var least = Math.Min(LeastCoverage, coverage.Max());
        return ([.. Enumerable.Range(0, coverage.Length).Where(patch => coverage[patch] >= least)], bounds);
    }

    private static (double[] Coverage, ImageRectangle Bounds) OfBox(ImageRectangle box, int grid, int width, int height)
    {
        var (left, top) = (Math.Max(0, box.X), Math.Max(0, box.Y));
        var (right, bottom) = (Math.Min(width, box.X + box.Width), Math.Min(height, box.Y + box.Height));
        if (!(right - left > 0 && bottom - top > 0))
        {
            throw new RefusedInputException(
                RefusalCode.FeedbackRegionOutside,
                $"A box of {box.Width} x {box.Height} pixels at {box.X}, {box.Y} covers nothing of an image of {width} x {height}; draw it on the image.",
                box.Width, box.Height, box.X, box.Y, width, height);
        }
        double Part(int patch, double from, double to, int length) =>
            Math.Max(0, Math.Min(to * grid / length, patch + 1) - Math.Max(from * grid / length, patch));
        double[] columns = [.. Enumerable.Range(0, grid).Select(x => Part(x, left, right, width))];
        double[] rows = [.. Enumerable.Range(0, grid).Select(y => Part(y, top, bottom, height))];
        return ([.. rows.SelectMany(row => columns.Select(column => row * column))], new ImageRectangle(left, top, right - left, bottom - top));
    }

    private static (double[] Coverage, ImageRectangle Bounds) OfHot(ImagePoint point, float level, AnomalyMap map, int grid, int width, int height)
    {
        var (mapX, mapY) = ((int)Math.Floor(point.X * map.Width / width), (int)Math.Floor(point.Y * map.Height / height));
        var isInside = mapX >= 0 && mapY >= 0 && mapX < map.Width && mapY < map.Height;
        var value = isInside ? map.Values[(mapY * map.Width) + mapX] : float.NaN;
        if (!(value >= level))
        {
            throw new RefusedInputException(
                RefusalCode.FeedbackRegionCold,
                $"The map is {value} at {point.X}, {point.Y}, below {level}: nothing stands out there; draw a box.",
                value, point.X, point.Y, level);
        }
        var regions = DefectRegions.Find([.. map.Values.Select(one => one >= level ? (byte)1 : (byte)0)], map.Width, map.Height);
        var labels = regions.Labels.Span;
        var region = labels[(mapY * map.Width) + mapX];
        var coverage = new double[grid * grid];
        // A patch is this many pixels of the map.
        var whole = (double)map.Width / grid * map.Height / grid;
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] == region)
            {
                coverage[((i / map.Width * grid) / map.Height * grid) + (i % map.Width * grid / map.Width)] += 1 / whole;
            }
        }
        var around = regions.Bounds(map.Width)[region];
        return (
            coverage,
            new ImageRectangle(
                (double)around.X * width / map.Width, (double)around.Y * height / map.Height,
                (double)around.Width * width / map.Width, (double)around.Height * height / map.Height));
    }
}
