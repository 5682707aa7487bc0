using System.Numerics.Tensors;

namespace AdClip.Vision.Detection.Subspace;

/// <summary>Which tokens SubspaceAD looks at: the mean over middle layers, without the final layer norm and not normalised.</summary>
internal static class SubspaceLayers
{
    private const double First = 0.575;
    private const double Last = 0.725;

    /// <summary>The layers, counted from 1: those of the paper's model (23 to 29 of 40) at the same share of the depth.</summary>
    public static int[] Of(int depth)
    {
        var first = Math.Clamp((int)Math.Round(First * depth), 1, depth);
        var last = Math.Clamp((int)Math.Round(Last * depth), first, depth);
        return [.. Enumerable.Range(first, last - first + 1)];
    }

    /// <summary>The mean of the layers' tokens, all of one shape: a new array of that shape.</summary>
    public static float[] Mean(IReadOnlyList<ReadOnlyMemory<float>> layers)
    {
        var mean = layers[0].ToArray();
        foreach (var layer in layers.Skip(1))
        {
            TensorPrimitives.Add(mean, layer.Span, mean);
        }
        TensorPrimitives.Divide(mean, layers.Count, mean);
        return mean;
    }
}
