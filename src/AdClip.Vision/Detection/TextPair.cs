using System.Numerics.Tensors;

namespace AdClip.Vision.Detection;

/// <summary>Text features of the two states, each of unit length: [E].</summary>
/// <param name="Normal">Of a good product.</param>
/// <param name="Abnormal">Of a defective product.</param>
public sealed record TextPair(float[] Normal, float[] Abnormal)
{
    /// <summary>CLIP's temperature in AnomalyCLIP, which ignores the trained one.</summary>
    internal const float DefaultTemperature = 0.07f;

    /// <summary>Softmax over the two cosines divided by the temperature, abnormal part, for each unit row of [N, E].</summary>
    internal float[] AbnormalProbability(ReadOnlySpan<float> unitRows, float temperature)
    {
        var width = Normal.Length;
        var probability = new float[unitRows.Length / width];
        for (var i = 0; i < probability.Length; i++)
        {
            var row = unitRows.Slice(i * width, width);
            var lead = (TensorPrimitives.Dot(row, Abnormal) - TensorPrimitives.Dot(row, Normal)) / temperature;
            probability[i] = 1f / (1f + MathF.Exp(-lead));
        }
        return probability;
    }
}
