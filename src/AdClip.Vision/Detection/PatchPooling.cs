namespace AdClip.Vision.Detection;

/// <summary>One number for an image from the numbers of its patches.</summary>
internal static class PatchPooling
{
    /// <summary>Mean of the round(fraction · N) largest values, at least one.</summary>
    public static float TopMean(ReadOnlySpan<float> values, double fraction)
    {
        ArgumentOutOfRangeException.ThrowIfZero(values.Length);
        return MeanOfLargest(values, Math.Clamp((int)Math.Round(fraction * values.Length), 1, values.Length));
    }

    /// <summary>Mean of the floor(1 % of N) largest values, at least one: what SubspaceAD takes of a map and AnomalyDINO of patches.</summary>
    public static float TopPercent(ReadOnlySpan<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfZero(values.Length);
        return MeanOfLargest(values, Math.Max(1, (int)(0.01 * values.Length)));
    }

    // Summed from the least up.
    private static float MeanOfLargest(ReadOnlySpan<float> values, int count)
    {
        // A heap: the least of the largest seen so far comes first; nearly every value is turned away by the first comparison.
        var largest = values[..count].ToArray();
        Array.Sort(largest);
        foreach (var value in values[count..])
        {
            if (value <= largest[0])
            {
                continue;
            }
            var at = 0;
            for (var child = 1; child < count; child = (2 * at) + 1)
            {
                child += child + 1 < count && largest[child + 1] < largest[child] ? 1 : 0;
                if (largest[child] >= value)
                {
                    break;
                }
                largest[at] = largest[child];
                at = child;
            }
            largest[at] = value;
        }
        Array.Sort(largest);
        var sum = 0.0;
        foreach (var value in largest)
        {
            sum += value;
        }
        return (float)(sum / count);
    }

    /// <summary>
    /// The same where a value counts by a weight of 0 to 1: the weighted mean of the largest values, until fraction · (sum of
    /// weights) is reached, at least one whole value.
    /// </summary>
    /// <remarks>The value that reaches the limit counts in part. With weights of one, the same set of values as without.</remarks>
    public static float TopMean(ReadOnlySpan<float> values, ReadOnlySpan<float> weights, double fraction)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, values.Length);
        var total = 0.0;
        foreach (var weight in weights)
        {
            total += weight;
        }
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(total);
        var limit = Math.Min(total, Math.Max(1, Math.Round(fraction * total)));
        var (sorted, order) = (values.ToArray(), weights.ToArray());
        Array.Sort(sorted, order);
        var (sum, used) = (0.0, 0.0);
        for (var i = sorted.Length - 1; i >= 0 && used < limit; i--)
        {
            var part = Math.Min(order[i], limit - used);
            sum += part * sorted[i];
            used += part;
        }
        return (float)(sum / used);
    }
}
