using System.Numerics.Tensors;

namespace AdClip.Vision.Training;

/// <summary>Focal loss over probabilities: the mean over pixels of -(1 - p)² ln p, p the probability given to the pixel's class.</summary>
/// <remarks>
/// Labels are smoothed as in AnomalyCLIP: the true class weighs 1 - 1e-5, the others share 1e-5, and 1e-5 is added to p.
/// Source: Lin et al., Focal Loss for Dense Object Detection, ICCV 2017, equation 4, with gamma 2.
/// </remarks>
public static class FocalLoss
{
    private const float Smooth = 1e-5f;

    /// <summary>The loss of one image, and its gradient.</summary>
    /// <param name="probabilities">[C, P]: for each class one value for each pixel, 0 to 1.</param>
    /// <param name="classes">Each pixel's class, 0 to C - 1: [P].</param>
    /// <param name="gradient">Receives the derivative of the mean by each probability: [C, P].</param>
    /// <returns>Mean over the image's pixels.</returns>
    public static double Compute(ReadOnlySpan<float> probabilities, ReadOnlySpan<byte> classes, Span<float> gradient)
    {
        var pixels = classes.Length;
        var count = probabilities.Length / pixels;
        ArgumentOutOfRangeException.ThrowIfNotEqual(probabilities.Length, count * pixels);
        ArgumentOutOfRangeException.ThrowIfNotEqual(gradient.Length, probabilities.Length);
        var (own, other) = (1 - Smooth, Smooth / (count - 1));
        var loss = 0.0;
        const int Block = 1024;
        Span<float> given = stackalloc float[Block];
        Span<float> log = stackalloc float[Block];
        for (var start = 0; start < pixels; start += Block)
        {
            var length = Math.Min(Block, pixels - start);
            var p = given[..length];
            var ln = log[..length];
            p.Fill(Smooth);
            for (var c = 0; c < count; c++)
            {
                var plane = probabilities.Slice((c * pixels) + start, length);
                for (var i = 0; i < length; i++)
                {
                    p[i] += (classes[start + i] == c ? own : other) * plane[i];
                }
            }
            TensorPrimitives.Log(p, ln);
            for (var i = 0; i < length; i++)
            {
                var miss = 1 - p[i];
                loss -= (double)miss * miss * ln[i];
                // From here on, p holds the derivative by p.
                p[i] = ((2 * miss * ln[i]) - (miss * miss / p[i])) / pixels;
            }
            for (var c = 0; c < count; c++)
            {
                var plane = gradient.Slice((c * pixels) + start, length);
                for (var i = 0; i < length; i++)
                {
                    plane[i] = (classes[start + i] == c ? own : other) * p[i];
                }
            }
        }
        return loss / pixels;
    }
}
