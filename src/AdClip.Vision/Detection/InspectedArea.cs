using System.Numerics.Tensors;

namespace AdClip.Vision.Detection;

/// <summary>Inspection regions in the frames of one model: how much of each patch is inspected, and which pixels of the map are.</summary>
/// <remarks>
/// What lies outside has no say in anything. A patch that the border cuts counts by its covered area, in the pooled score and
/// in the map. The map is a weighted mean (enlarged values over enlarged weights), so that nothing bleeds in across the border
/// and nothing fades towards it; outside it is 0.
/// </remarks>
internal sealed class InspectedArea
{
    private readonly byte[] _inside;
    private readonly Lazy<float[]> _weights;
    private readonly Func<float[], float[]> _enlarge;

    /// <param name="regions">What is inspected.</param>
    /// <param name="columns">Patches in a row.</param>
    /// <param name="rows">Rows of patches.</param>
    /// <param name="width">Pixels in a row of the map, a multiple of <paramref name="columns"/> or not.</param>
    /// <param name="height">Rows of the map.</param>
    /// <param name="enlarge">Brings values of patches [rows, columns] to the map [height, width]; linear, no weight negative.</param>
    /// <exception cref="RefusedInputException">No pixel of the map, or of a raster as fine, is inspected.</exception>
    public InspectedArea(InspectionRegions regions, int columns, int rows, int width, int height, Func<float[], float[]> enlarge)
    {
        var inside = regions.Rasterize(width, height);
        _inside = new byte[width * height];
        inside.ToRowMajor(_inside);
        Coverage = CoverageOf(regions, columns, rows);
        if (inside.IsEmpty() || !Coverage.AsSpan().ContainsAnyExcept(0f))
        {
            throw new RefusedInputException(
                RefusalCode.RegionsTooSmall,
                $"The inspection area is smaller than what the model can tell apart on its input of {width} x {height} pixels: draw a larger one.",
                width, height);
        }
        _enlarge = enlarge;
        _weights = new Lazy<float[]>(() => enlarge(Coverage));
    }

    /// <summary>The inspected part of each patch, 0 to 1: [rows, columns].</summary>
    public float[] Coverage { get; }

    /// <summary>The covered part of each cell of a grid over the whole image, 0 to 1, counted on a raster of 16 x 16 points a cell: [rows, columns].</summary>
    public static float[] CoverageOf(InspectionRegions regions, int columns, int rows)
    {
        const int side = 16;
        var points = new byte[columns * side * rows * side];
        regions.Rasterize(columns * side, rows * side).ToRowMajor(points);
        var coverage = new float[columns * rows];
        for (var i = 0; i < points.Length; i++)
        {
            coverage[(i / (columns * side) / side * columns) + (i % (columns * side) / side)] += points[i];
        }
        TensorPrimitives.Divide(coverage, side * side, coverage);
        return coverage;
    }

    /// <summary>The unit rows [T, D] of patches of which something is inspected; [0, D] where none is.</summary>
    public float[] InspectedRows(ReadOnlySpan<float> rows)
    {
        var width = rows.Length / Coverage.Length;
        var kept = new float[Coverage.Count(part => part > 0) * width];
        var at = 0;
        for (var patch = 0; patch < Coverage.Length; patch++)
        {
            if (Coverage[patch] > 0)
            {
                rows.Slice(patch * width, width).CopyTo(kept.AsSpan(at));
                at += width;
            }
        }
        return kept;
    }

    /// <summary>The map of these patch values: [height, width].</summary>
    public float[] Map(ReadOnlySpan<float> patches)
    {
        var weighted = new float[patches.Length];
        TensorPrimitives.Multiply(patches, Coverage, weighted);
        var map = _enlarge(weighted);
        var weights = _weights.Value;
        for (var i = 0; i < map.Length; i++)
        {
            map[i] = _inside[i] != 0 && weights[i] > 0 ? map[i] / weights[i] : 0;
        }
        return map;
    }
}
