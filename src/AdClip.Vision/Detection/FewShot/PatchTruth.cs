using System.Numerics.Tensors;

namespace AdClip.Vision.Detection.FewShot;

/// <summary>What is known of the patches of one image of a fit.</summary>
/// <param name="Good">Indices of patches that are good.</param>
/// <param name="Defective">Indices of patches that a defect covers.</param>
internal sealed record PatchTruth(int[] Good, int[] Defective)
{
    private const float LeastCoverage = 0.3f;

    /// <summary>
    /// All patches of a good image; of a defective one those that a drawn defect covers, and those that neither it nor a neighbour of theirs
    /// does. Nothing is known of an anomaly that is not drawn, nor of what is not inspected.
    /// </summary>
    public static PatchTruth Of(FitImage image, FitContext model)
    {
        var grid = image.Tokens.Grid;
        int[] patches = [.. Enumerable.Range(0, grid * grid).Where(patch => model.Inspected is not { } inspected || inspected[patch] > 0)];
        if (image.Coverage is not { } coverage)
        {
            return new PatchTruth(image.IsAnomaly ? [] : patches, []);
        }
        // A defect smaller than that still counts where it covers most.
        var least = Math.Min(LeastCoverage, TensorPrimitives.Max<float>(coverage));
        return new PatchTruth([.. patches.Where(IsFarFromDefects)], [.. patches.Where(patch => coverage[patch] >= least)]);

        bool IsFarFromDefects(int patch)
        {
            var (row, column) = (patch / grid, patch % grid);
            for (var y = Math.Max(0, row - 1); y <= Math.Min(grid - 1, row + 1); y++)
            {
                var left = Math.Max(0, column - 1);
                if (coverage.AsSpan((y * grid) + left, Math.Min(grid - 1, column + 1) - left + 1).ContainsAnyExcept(0f))
                {
                    return false;
                }
            }
            return true;
        }
    }
}
