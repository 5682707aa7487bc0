namespace AdClip.Vision.Metrics;

/// <summary>What became of one labelled defect region.</summary>
/// <param name="Area">In pixels of the compared frame.</param>
/// <param name="Covered">Part of it that the thresholded map covers, 0 to 1.</param>
/// <param name="IsFound">Covered enough.</param>
public readonly record struct RegionOutcome(int Area, double Covered, bool IsFound);

/// <summary>Labelled defect regions against the regions of a thresholded map, in one image.</summary>
/// <remarks>
/// Regions are 8-connected. A labelled region is found when at least <see cref="LeastCover"/> of it is covered; a map region
/// that touches no labelled one is a false alarm. Several labelled regions may be found by one map region.
/// </remarks>
/// <param name="Labelled">Outcome of each labelled region, in the order of a row-major scan.</param>
/// <param name="FalseAlarms">Map regions that touch no labelled one.</param>
/// <param name="MapRegions">All map regions.</param>
public sealed record RegionMatch(IReadOnlyList<RegionOutcome> Labelled, int FalseAlarms, int MapRegions)
{
    /// <summary>Part of a labelled region that has to be covered for it to count as found, unless told otherwise.</summary>
    public const double LeastCover = 0.1;

    /// <summary>Labelled regions that were found.</summary>
    public int Found => Labelled.Count(region => region.IsFound);

    /// <summary>Compares one image.</summary>
    /// <param name="map">Anomaly map, [height, width].</param>
    /// <param name="mask">Non-zero where a defect is labelled, [height, width].</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="threshold">A pixel is called anomalous at or above it.</param>
    /// <param name="leastCover">Part of a region that has to be covered.</param>
    public static RegionMatch Compare(ReadOnlySpan<float> map, ReadOnlySpan<byte> mask, int width, int height, double threshold, double leastCover = LeastCover)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(map.Length, mask.Length);
        var called = new byte[map.Length];
        for (var i = 0; i < called.Length; i++)
        {
            called[i] = (byte)(map[i] >= threshold ? 1 : 0);
        }
        var (labelled, found) = (DefectRegions.Find(mask, width, height), DefectRegions.Find(called, width, height));
        var labels = labelled.Labels.Span;
        var calls = found.Labels.Span;
        var covered = new int[labelled.Sizes.Count];
        var touches = new bool[found.Sizes.Count];
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= 0 && calls[i] >= 0)
            {
                covered[labels[i]]++;
                touches[calls[i]] = true;
            }
        }
        RegionOutcome[] outcomes =
            [.. labelled.Sizes.Select((size, i) => new RegionOutcome(size, (double)covered[i] / size, covered[i] > 0 && covered[i] >= leastCover * size))];
        return new RegionMatch(outcomes, touches.Count(touch => !touch), touches.Length);
    }
}
