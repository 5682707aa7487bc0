namespace AdClip.Vision.Graphs;

/// <summary>Finds out how many images a device takes at once.</summary>
internal static class BatchSearch
{
    private const int Most = 64;

    // What one search may ask of a device that also serves others; beyond, throughput no longer grows.
    private const long ActivationBudget = 4L << 30;

    /// <summary>Grows by doubling, each step tried for real, until one does not fit or <paramref name="bound"/> is reached.</summary>
    /// <param name="bound">Largest batch to try, at least 1.</param>
    /// <param name="fits">Runs a batch; false when the device had too little memory.</param>
    /// <returns>The largest power of two that fitted; 0 when not even one image did.</returns>
    public static int Find(int bound, Func<int, bool> fits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        var found = 0;
        for (var batch = 1; batch <= bound && fits(batch); batch *= 2)
        {
            found = batch;
        }
        return found;
    }

    /// <summary>The largest batch worth trying.</summary>
    /// <param name="bytesPerImage">Intermediate values that are alive at once for one image.</param>
    public static int Bound(long bytesPerImage) => (int)Math.Clamp(ActivationBudget / Math.Max(1, bytesPerImage), 1, Most);
}
