using System.Numerics.Tensors;

namespace AdClip.Vision.Training;

/// <summary>Dice loss of one image: 1 - (2 Σ p m + 1) / (Σ p + Σ m + 1).</summary>
/// <remarks>Source: Milletari et al., V-Net, 3DV 2016, with AnomalyCLIP's smoothing of one.</remarks>
public static class DiceLoss
{
    /// <summary>The loss, and its gradient.</summary>
    /// <param name="probabilities">One value for each pixel, 0 to 1.</param>
    /// <param name="target">0 or 1 for each pixel.</param>
    /// <param name="gradient">Receives the derivative by each probability.</param>
    public static double Compute(ReadOnlySpan<float> probabilities, ReadOnlySpan<float> target, Span<float> gradient)
    {
        double both = 0, sum = 0, wanted = 0;
        const int Block = 4096;
        for (var start = 0; start < probabilities.Length; start += Block)
        {
            // Blocks are summed in double precision, so large images lose nothing.
            var length = Math.Min(Block, probabilities.Length - start);
            both += TensorPrimitives.Dot(probabilities.Slice(start, length), target.Slice(start, length));
            sum += TensorPrimitives.Sum(probabilities.Slice(start, length));
            wanted += TensorPrimitives.Sum(target.Slice(start, length));
        }
        var (above, below) = ((2 * both) + 1, sum + wanted + 1);
        // d(-above / below) = -2 m / below + above / below².
        TensorPrimitives.Multiply(target, (float)(-2 / below), gradient);
        TensorPrimitives.Add(gradient, (float)(above / (below * below)), gradient);
        return 1 - (above / below);
    }
}
