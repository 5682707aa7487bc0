using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AdClip.Vision.Detection;

/// <summary>Text features of the two states, each of unit length: [E].</summary>
/// <param name="Normal">Of a good product.</param>
/// <param name="Abnormal">Of a defective product.</param>
public sealed record TextPair(float[] Normal, float[] Abnormal)
{
    /// <summary>CLIP's temperature in AnomalyCLIP, which ignores the trained one.</summary>
    internal const float DefaultTemperature = 0.07f;

    private readonly float[] _lead = [.. Abnormal.Zip(Normal, (abnormal, normal) => abnormal - normal)];

    /// <summary>Softmax over the two cosines divided by the temperature, abnormal part, for each row of [N, E] of any length.</summary>
    /// <remarks>
    /// The softmax of two is the sigmoid of their difference, and the difference of two dot products is the dot product with the
    /// difference of the texts: one pass over a row gives it and the row's norm. A row of zeros gives one half.
    /// </remarks>
    internal float[] AbnormalProbability(ReadOnlySpan<float> rows, float temperature)
    {
        var width = _lead.Length;
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length % width, 0);
        var probability = new float[rows.Length / width];
        for (var i = 0; i < probability.Length; i++)
        {
            var (lead, square) = LeadAndSquare(rows.Slice(i * width, width));
            probability[i] = square > 0 ? 1f / (1f + MathF.Exp(-lead / (MathF.Sqrt(square) * temperature))) : 0.5f;
        }
        return probability;
    }

    private (float Lead, float Square) LeadAndSquare(ReadOnlySpan<float> row)
    {
        var (leads, squares) = (Vector512<float>.Zero, Vector512<float>.Zero);
        ref var values = ref MemoryMarshal.GetReference(row);
        ref var texts = ref MemoryMarshal.GetArrayDataReference(_lead);
        var i = 0;
        for (; i <= row.Length - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var value = Vector512.LoadUnsafe(ref values, (nuint)i);
            leads = Vector512.FusedMultiplyAdd(value, Vector512.LoadUnsafe(ref texts, (nuint)i), leads);
            squares = Vector512.FusedMultiplyAdd(value, value, squares);
        }
        var (lead, square) = (Vector512.Sum(leads), Vector512.Sum(squares));
        for (; i < row.Length; i++)
        {
            lead += row[i] * _lead[i];
            square += row[i] * row[i];
        }
        return (lead, square);
    }
}
