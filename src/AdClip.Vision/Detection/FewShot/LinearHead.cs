using System.Numerics.Tensors;

namespace AdClip.Vision.Detection.FewShot;

/// <summary>A direction in token space that points from good to defective.</summary>
/// <remarks>
/// Linear discriminant with both kinds weighing the same and a ridge towards the text direction t: (C + ρI) w = m₁ − m₀ + ρ·a·t, where C is
/// the mean of both kinds' covariances, ρ = strength · trace(C) / D, and a, not negative, the length at which t alone discriminates best.
/// With strength → ∞ the head is the text direction; where the texts point the wrong way, the ridge pulls towards zero.
/// </remarks>
/// <param name="Weights">[D].</param>
/// <param name="Bias">Such that the middle of both means gives 0.</param>
internal sealed record LinearHead(float[] Weights, float Bias)
{
    /// <summary>Solves for the head; both kinds must have rows.</summary>
    /// <param name="moments">Of rows of width D.</param>
    /// <param name="text">[D]: abnormal minus normal text.</param>
    /// <param name="strength">Of the ridge, more than 0.</param>
    public static LinearHead Fit(HeadMoments moments, ReadOnlySpan<float> text, double strength)
    {
        var width = text.Length;
        var (defective, good) = (Mean(moments.Defective), Mean(moments.Good));
        var covariance = new double[width * width];
        var trace = 0.0;
        for (var i = 0; i < width; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var at = (i * width) + j;
                covariance[at] = ((moments.Defective.Products[at] / moments.Defective.Weight) - (defective[i] * defective[j])
                    + (moments.Good.Products[at] / moments.Good.Weight) - (good[i] * good[j])) / 2;
            }
            trace += covariance[(i * width) + i];
        }
        var ridge = strength * Math.Max(trace, 1e-9) / width;
        var step = new double[width];
        TensorPrimitives.Subtract<double>(defective, good, step);
        var start = new double[width];
        TensorPrimitives.ConvertChecked(text, start);
        var length = Math.Max(0, TensorPrimitives.Dot<double>(start, step) / Math.Max(Form(covariance, start), 1e-12));
        TensorPrimitives.MultiplyAdd(start, ridge * length, step, step);
        for (var i = 0; i < width; i++)
        {
            covariance[(i * width) + i] += ridge;
        }
        Solve(covariance, step);
        TensorPrimitives.Add<double>(defective, good, start);
        return new LinearHead([.. step.Select(value => (float)value)], (float)(-TensorPrimitives.Dot<double>(step, start) / 2));
    }

    /// <summary>One value for each row of [N, D]; larger is more defective.</summary>
    public float[] Values(ReadOnlySpan<float> rows)
    {
        var values = new float[rows.Length / Weights.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = TensorPrimitives.Dot(rows.Slice(i * Weights.Length, Weights.Length), Weights) + Bias;
        }
        return values;
    }

    private static double[] Mean(RowMoments moments)
    {
        var mean = new double[moments.Sums.Length];
        TensorPrimitives.Divide(moments.Sums, moments.Weight, mean);
        return mean;
    }

    // vᵀ A v of a symmetric matrix of which the lower triangle is given.
    private static double Form(double[] lower, double[] v)
    {
        var (width, sum) = (v.Length, 0.0);
        for (var i = 0; i < width; i++)
        {
            var row = lower.AsSpan(i * width, i + 1);
            sum += v[i] * ((2 * TensorPrimitives.Dot(row, v.AsSpan(0, i + 1))) - (row[i] * v[i]));
        }
        return sum;
    }

    // Cholesky's factor in place of the lower triangle, then both substitutions in place of the right side.
    private static void Solve(double[] lower, double[] side)
    {
        var width = side.Length;
        for (var j = 0; j < width; j++)
        {
            var head = lower.AsSpan(j * width, j);
            var pivot = Math.Sqrt(Math.Max(lower[(j * width) + j] - TensorPrimitives.SumOfSquares<double>(head), 1e-300));
            lower[(j * width) + j] = pivot;
            for (var i = j + 1; i < width; i++)
            {
                lower[(i * width) + j] = (lower[(i * width) + j] - TensorPrimitives.Dot<double>(lower.AsSpan(i * width, j), head)) / pivot;
            }
        }
        for (var i = 0; i < width; i++)
        {
            side[i] = (side[i] - TensorPrimitives.Dot<double>(lower.AsSpan(i * width, i), side.AsSpan(0, i))) / lower[(i * width) + i];
        }
        for (var i = width - 1; i >= 0; i--)
        {
            side[i] /= lower[(i * width) + i];
            TensorPrimitives.MultiplyAdd(lower.AsSpan(i * width, i), -side[i], side.AsSpan(0, i), side.AsSpan(0, i));
        }
    }
}
