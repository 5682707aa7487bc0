using System.Numerics;

namespace AdClip.Pretrain.Training;

/// <summary>AdamW (Loshchilov and Hutter, ICLR 2019, algorithm 2) with clipped gradients, on millions of parameters.</summary>
public sealed class DecoupledAdam
{
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.98f;
    private const float Epsilon = 1e-8f;
    private const double LongestGradient = 1;
    private readonly float _decay;

    public DecoupledAdam(Parameters parameters, float decay)
    {
        _decay = decay;
        Means = [.. parameters.All.Select(parameter => new float[parameter.Values.Length])];
        Squares = [.. parameters.All.Select(parameter => new float[parameter.Values.Length])];
    }

    public int Steps { get; set; }

    public IReadOnlyList<float[]> Means { get; }

    public IReadOnlyList<float[]> Squares { get; }

    /// <summary>Changes the parameters in place; does nothing but count when the gradient is not a number.</summary>
    /// <returns>The length of the whole gradient before it was clipped to one.</returns>
    public double Step(Parameters parameters, IReadOnlyList<float[]> gradients, double rate)
    {
        var length = Math.Sqrt(gradients.Sum(gradient => (double)Dot(gradient)));
        Steps++;
        if (!double.IsFinite(length))
        {
            return length;
        }
        var scale = (float)Math.Min(1, LongestGradient / (length + 1e-6));
        var step = (float)(rate / (1 - Math.Pow(Beta1, Steps)));
        var root = (float)(1 / Math.Sqrt(1 - Math.Pow(Beta2, Steps)));
        for (var p = 0; p < parameters.All.Count; p++)
        {
            var parameter = parameters.All[p];
            var keep = parameter.Decays ? 1 - (float)(rate * _decay) : 1;
            Step(parameter.Values, gradients[p], Means[p], Squares[p], scale, step, root, keep);
        }
        return length;
    }

    private static float Dot(float[] x) => System.Numerics.Tensors.TensorPrimitives.SumOfSquares(x.AsSpan());

    private static void Step(float[] values, float[] gradient, float[] means, float[] squares, float scale, float step, float root, float keep)
    {
        var lanes = Vector<float>.Count;
        var i = 0;
        for (; i <= values.Length - lanes; i += lanes)
        {
            var g = new Vector<float>(gradient, i) * scale;
            var m = (new Vector<float>(means, i) * Beta1) + (g * (1 - Beta1));
            var v = (new Vector<float>(squares, i) * Beta2) + (g * g * (1 - Beta2));
            m.CopyTo(means, i);
            v.CopyTo(squares, i);
            ((new Vector<float>(values, i) * keep) - (m * step / ((Vector.SquareRoot(v) * root) + new Vector<float>(Epsilon)))).CopyTo(values, i);
        }
        for (; i < values.Length; i++)
        {
            var g = gradient[i] * scale;
            means[i] = (means[i] * Beta1) + (g * (1 - Beta1));
            squares[i] = (squares[i] * Beta2) + (g * g * (1 - Beta2));
            values[i] = (values[i] * keep) - (means[i] * step / ((MathF.Sqrt(squares[i]) * root) + Epsilon));
        }
    }
}
