using System.Numerics.Tensors;

namespace AdClip.Vision.Detection.Subspace;

/// <summary>The subspace in which the patch tokens of good images lie; how far others are from it says how unusual they are.</summary>
/// <remarks>
/// For a token z: |z - mean|² less the part in the subspace, which is the sum of squared products with the directions left out.
/// That sum is taken, as it cannot lose digits to a difference. Source: SubspaceAD (arXiv 2602.23013) and its code, but for one
/// thing: there, mean and covariance are taken over different random rotations. Immutable; safe for concurrent calls.
/// </remarks>
internal sealed class PatchSubspace
{
    /// <summary>Share of the variance that the subspace holds unless told otherwise.</summary>
    public const double UsualShare = 0.99;

    private readonly float[] _mean;
    private readonly float[] _rest;

    /// <param name="components">Of the good patches.</param>
    /// <param name="share">Share of their variance, above 0 and below 1.</param>
    public PatchSubspace(PrincipalComponents components, double share = UsualShare)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(share, 1);
        Count = components.CountFor(share);
        _mean = [.. components.Mean.Select(value => (float)value)];
        _rest = [.. components.Directions.Skip(Count * _mean.Length).Select(value => (float)value)];
    }

    /// <summary>Dimensions of the subspace.</summary>
    public int Count { get; }

    /// <summary>What the subspace is made of where several layers are looked at: the mean of their tokens, all of one shape.</summary>
    public static float[] MeanOfLayers(IReadOnlyList<ReadOnlyMemory<float>> layers)
    {
        var mean = layers[0].ToArray();
        foreach (var layer in layers.Skip(1))
        {
            TensorPrimitives.Add(mean, layer.Span, mean);
        }
        TensorPrimitives.Divide(mean, layers.Count, mean);
        return mean;
    }

    /// <summary>Squared distance of each row of [N, D] from the subspace: [N], at least 0, not divided by D.</summary>
    public float[] Residuals(ReadOnlySpan<float> rows)
    {
        var width = _mean.Length;
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length % width, 0);
        var residuals = new float[rows.Length / width];
        var away = new float[width];
        for (var i = 0; i < residuals.Length; i++)
        {
            TensorPrimitives.Subtract(rows.Slice(i * width, width), _mean, away);
            var sum = 0.0;
            for (var at = 0; at < _rest.Length; at += width)
            {
                double part = TensorPrimitives.Dot<float>(away, _rest.AsSpan(at, width));
                sum += part * part;
            }
            residuals[i] = (float)sum;
        }
        return residuals;
    }
}
