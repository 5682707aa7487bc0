using System.Numerics.Tensors;
using AdClip.Vision.Imaging.Tiles;

namespace AdClip.Vision.Detection.Tiles;

/// <summary>One map of a whole image from the patches of its tiles, without seams.</summary>
/// <remarks>
/// A cell of the map is a quarter of a patch wide, unless that makes more than <see cref="MostCells"/>: then cells are larger. The
/// map covers the image exactly; <see cref="AnomalyMap"/> says how to get from one frame to the other.
/// </remarks>
internal static class TileMap
{
    /// <summary>Most cells of a map: 16 MiB of values.</summary>
    public const int MostCells = 1 << 22;

    private const int CellsPerPatch = 4;

    /// <summary>Cells along x and y for a plan of tiles with grid · grid patches each.</summary>
    public static (int Width, int Height) Size(TilePlan plan, int grid)
    {
        var width = (double)plan.ImageWidth * grid * CellsPerPatch / plan.TileWidth;
        var height = (double)plan.ImageHeight * grid * CellsPerPatch / plan.TileHeight;
        var shrink = Math.Min(1, Math.Sqrt(MostCells / (width * height)));
        // Rounded down, so that the product stays below the limit; an extremely narrow image keeps at least a cell.
        return (Math.Max(1, (int)(width * shrink)), Math.Max(1, (int)(height * shrink)));
    }

    /// <summary>Merges the tiles.</summary>
    /// <param name="plan">Where the tiles lie.</param>
    /// <param name="patches">For each tile of the plan [grid · grid] values.</param>
    /// <param name="grid">Patches along a tile's side.</param>
    /// <param name="sigmaPatches">Standard deviation of the Gaussian in patches.</param>
    public static AnomalyMap Merge(TilePlan plan, IReadOnlyList<float[]> patches, int grid, double sigmaPatches)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(patches.Count, plan.Count);
        var (width, height) = Size(plan, grid);
        var across = new TileAxis(plan.ImageWidth, plan.Lefts, plan.TileWidth, grid, width, Sigma(plan.ImageWidth, plan.TileWidth, width));
        var down = new TileAxis(plan.ImageHeight, plan.Tops, plan.TileHeight, grid, height, Sigma(plan.ImageHeight, plan.TileHeight, height));
        var map = new float[width * height];
        var wide = new float[grid * width];
        for (var tileRow = 0; tileRow < plan.Tops.Count; tileRow++)
        {
            Widen(patches, tileRow * plan.Lefts.Count, across, plan.Lefts.Count, wide);
            var (first, weights) = down.Tile(tileRow);
            for (var i = 0; i < weights.Length / grid; i++)
            {
                var target = map.AsSpan((first + i) * width, width);
                for (var patchRow = 0; patchRow < grid; patchRow++)
                {
                    if (weights[(i * grid) + patchRow] is var weight && weight != 0)
                    {
                        TensorPrimitives.MultiplyAdd(wide.AsSpan(patchRow * width, width), weight, target, target);
                    }
                }
            }
        }
        return new AnomalyMap(width, height, map);

        double Sigma(int length, int tile, int cells) => sigmaPatches * tile / grid * cells / length;
    }

    // The tiles of one row side by side, each patch row stretched over the map's width: [grid, width].
    private static void Widen(IReadOnlyList<float[]> patches, int firstTile, TileAxis across, int columns, float[] wide)
    {
        var (grid, width) = (across.Grid, across.Cells);
        Array.Clear(wide);
        for (var column = 0; column < columns; column++)
        {
            var tile = patches[firstTile + column];
            var (first, weights) = across.Tile(column);
            for (var patchRow = 0; patchRow < grid; patchRow++)
            {
                var values = tile.AsSpan(patchRow * grid, grid);
                var target = wide.AsSpan((patchRow * width) + first, weights.Length / grid);
                for (var i = 0; i < target.Length; i++)
                {
                    target[i] += TensorPrimitives.Dot(values, weights.AsSpan(i * grid, grid));
                }
            }
        }
    }
}
