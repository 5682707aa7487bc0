namespace AdClip.Vision.Detection;

/// <summary>One number for an image from the numbers of its patches.</summary>
internal static class PatchPooling
{
    /// <summary>Mean of the round(fraction · N) largest values, at least one.</summary>
    public static float TopMean(ReadOnlySpan<float> values, double fraction)
    {
        ArgumentOutOfRangeException.ThrowIfZero(values.Length);
        var count = Math.Clamp((int)Math.Round(fraction * values.Length), 1, values.Length);
        var sorted = values.ToArray();
        Array.Sort(sorted);
        var sum = 0.0;
        foreach (var value in sorted.AsSpan(sorted.Length - count))
        {
            sum += value;
        }
        return (float)(sum / count);
    }
}
