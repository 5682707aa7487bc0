using AdClip.Vision.Imaging.Tiles;

namespace AdClip.Portal.Features.Runs.Plans;

/// <summary>What tiles some images would be cut into.</summary>
/// <param name="Advice">The automatic choice, for the largest image.</param>
/// <param name="Sizes">How many images there are of each size.</param>
public sealed record TileOutlook(TileAdvice Advice, IReadOnlyList<(int Width, int Height, int Images)> Sizes)
{
    /// <summary>Tiles of the image that has most, and of all together.</summary>
    /// <exception cref="Vision.RefusedInputException">A side that cannot be used.</exception>
    public (int Most, long All) Count(int side)
    {
        var (most, all) = (0, 0L);
        foreach (var (width, height, images) in Sizes)
        {
            var tiles = TilePlan.For(width, height, side).Count;
            (most, all) = (Math.Max(most, tiles), all + ((long)tiles * images));
        }
        return (most, all);
    }
}
