namespace AdClip.Vision.Detection.FewShot;

/// <summary>How much nearer patches are to known defects than to good patches.</summary>
internal static class DefectNearness
{
    /// <summary>max(good, usual) · max(0, 1 − defect / good): 0 where a good patch is nearer, the largest at a known defect.</summary>
    /// <remarks>
    /// The usual distance is the least that counts, so that a known defect is shown even where it looks much like a good patch.
    /// </remarks>
    /// <param name="good">Distances to good patches, [T].</param>
    /// <param name="defect">Distances to defective patches, [T].</param>
    /// <param name="usual">What good patches are usually apart.</param>
    public static float[] Values(float[] good, float[] defect, float usual)
    {
        var values = new float[good.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = good[i] > 0 && defect[i] < good[i] ? MathF.Max(good[i], usual) * (1 - (defect[i] / good[i])) : 0;
        }
        return values;
    }
}
