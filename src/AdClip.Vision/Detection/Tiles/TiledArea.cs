using System.Numerics.Tensors;
using AdClip.Vision.Imaging.Tiles;

namespace AdClip.Vision.Detection.Tiles;

/// <summary>Inspection regions in the frames of one image's tiles: the same rules as <see cref="InspectedArea"/>, tile by tile.</summary>
internal sealed class TiledArea
{
    private readonly TilePlan _plan;
    private readonly int _grid;
    private readonly byte[] _inside;
    private readonly float[][] _coverages;

    /// <exception cref="RefusedInputException">No cell of the map is inspected.</exception>
    public TiledArea(InspectionRegions regions, TilePlan plan, int grid)
    {
        (_plan, _grid) = (plan, grid);
        var (width, height) = TileMap.Size(plan, grid);
        _inside = new byte[width * height];
        regions.Rasterize(width, height).ToRowMajor(_inside);
        _coverages = [.. Enumerable.Range(0, plan.Count).Select(tile => CoverageOf(plan[tile], width, height))];
        if (_coverages.All(coverage => !coverage.AsSpan().ContainsAnyExcept(0f)))
        {
            throw new RefusedInputException(
                RefusalCode.RegionsTooSmall,
                $"The inspection area is smaller than what the model can tell apart on its input of {width} x {height} pixels: draw a larger one.",
                width, height);
        }
    }

    /// <summary>The inspected part of each patch of a tile, 0 to 1, by 4 x 4 points of it: [grid, grid].</summary>
    public float[] Coverage(int tile) => _coverages[tile];

    /// <summary>Whether nothing of a tile is inspected.</summary>
    public bool IsOutside(int tile) => !_coverages[tile].AsSpan().ContainsAnyExcept(0f);

    /// <summary>The unit rows [T, D] of a tile's patches of which something is inspected.</summary>
    public float[] InspectedRows(int tile, ReadOnlySpan<float> rows)
    {
        var width = rows.Length / (_grid * _grid);
        List<float> kept = [];
        for (var patch = 0; patch < _grid * _grid; patch++)
        {
            if (_coverages[tile][patch] > 0)
            {
                kept.AddRange(rows.Slice(patch * width, width));
            }
        }
        return [.. kept];
    }

    /// <summary>The merged map: a weighted mean over what is inspected, 0 outside.</summary>
    /// <param name="patches">For each tile [grid · grid] values, anything where nothing is inspected.</param>
    /// <param name="sigmaPatches">Standard deviation of the Gaussian in patches.</param>
    public AnomalyMap Map(IReadOnlyList<float[]> patches, double sigmaPatches)
    {
        float[][] weighted = [.. patches.Select((values, tile) =>
        {
            var product = new float[values.Length];
            TensorPrimitives.Multiply(values, _coverages[tile], product);
            return product;
        })];
        var map = TileMap.Merge(_plan, weighted, _grid, sigmaPatches);
        var weights = TileMap.Merge(_plan, _coverages, _grid, sigmaPatches).Values;
        for (var i = 0; i < weights.Length; i++)
        {
            map.Values[i] = _inside[i] != 0 && weights[i] > 0 ? map.Values[i] / weights[i] : 0;
        }
        return map;
    }

    private float[] CoverageOf(Tile tile, int mapWidth, int mapHeight)
    {
        const int points = 4;
        var side = _grid * points;
        var coverage = new float[_grid * _grid];
        for (var y = 0; y < side; y++)
        {
            var row = (int)((tile.Top + ((y + 0.5) * tile.Height / side)) * mapHeight / _plan.ImageHeight);
            for (var x = 0; x < side; x++)
            {
                var column = (int)((tile.Left + ((x + 0.5) * tile.Width / side)) * mapWidth / _plan.ImageWidth);
                coverage[(y / points * _grid) + (x / points)] += _inside[(row * mapWidth) + column];
            }
        }
        TensorPrimitives.Divide(coverage, points * points, coverage);
        return coverage;
    }
}
