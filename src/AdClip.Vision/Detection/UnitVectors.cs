using System.Numerics.Tensors;

namespace AdClip.Vision.Detection;

/// <summary>Vectors of length one.</summary>
internal static class UnitVectors
{
    /// <summary>Divides each row of [N, D] by its L2 norm; a row of zeros stays.</summary>
    /// <returns>A new array of the same shape.</returns>
    public static float[] Normalise(ReadOnlySpan<float> rows, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length % width, 0);
        var unit = new float[rows.Length];
        for (var at = 0; at < rows.Length; at += width)
        {
            var norm = TensorPrimitives.Norm(rows.Slice(at, width));
            TensorPrimitives.Divide(rows.Slice(at, width), norm > 0 ? norm : 1, unit.AsSpan(at, width));
        }
        return unit;
    }

    /// <summary>The unit vector in the mean direction of unit rows [N, D]: [D].</summary>
    public static float[] MeanDirection(IReadOnlyList<float[]> rows)
    {
        var mean = new float[rows[0].Length];
        foreach (var row in rows)
        {
            TensorPrimitives.Add(mean, row, mean);
        }
        TensorPrimitives.Divide(mean, rows.Count, mean);
        return Normalise(mean, mean.Length);
    }
}
