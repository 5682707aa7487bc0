namespace AdClip.Vision.Detection.Subspace;

/// <summary>The directions in which tokens differ most from their mean, found in float64.</summary>
/// <param name="Mean">[D].</param>
/// <param name="Variances">[D] descending: the covariance's eigenvalues, divided by the number of tokens less one.</param>
/// <param name="Directions">[D, D]: of length one, one a row, in the order of the variances.</param>
internal sealed record PrincipalComponents(double[] Mean, double[] Variances, double[] Directions)
{
    /// <summary>Of all rows together.</summary>
    /// <param name="images">[N, D] each, at least two rows in all.</param>
    /// <param name="width">D.</param>
    public static PrincipalComponents Of(IReadOnlyList<ReadOnlyMemory<float>> images, int width)
    {
        var moments = new PatchMoments(width);
        foreach (var image in images)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(image.Length % width, 0);
            moments.Add(image.Span);
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(moments.Count, 2);
        var (variances, directions) = SymmetricEigen.Solve(moments.Covariance(), width);
        var scale = moments.Count / (moments.Count - 1.0);
        return new PrincipalComponents([.. moments.Sums.Select(sum => sum / moments.Count)], [.. variances.Select(value => value * scale)], directions);
    }

    /// <summary>The smallest number of directions that hold this share of the variance; 0 where nothing differs.</summary>
    /// <param name="share">0 to 1.</param>
    public int CountFor(double share)
    {
        // Rounding leaves a little above or below zero where there are fewer tokens than dimensions.
        var total = Variances.Sum(variance => Math.Max(0, variance));
        var (held, count) = (0.0, 0);
        while (count < Variances.Length && total > 0 && held / total < share)
        {
            held += Math.Max(0, Variances[count++]);
        }
        return count;
    }
}
