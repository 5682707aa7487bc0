namespace AdClip.Vision.Training;

/// <summary>How parameters follow their gradients.</summary>
/// <param name="LearningRate">Size of a step.</param>
/// <param name="Beta1">Memory of the mean gradient.</param>
/// <param name="Beta2">Memory of the mean squared gradient.</param>
/// <param name="WeightDecay">Shrinks parameters by LearningRate · WeightDecay before each step, apart from the gradient; 0 is Adam, above 0 AdamW.</param>
/// <param name="Epsilon">Added to the root of the mean square.</param>
public sealed record OptimiserSettings(double LearningRate, double Beta1, double Beta2, double WeightDecay = 0, double Epsilon = 1e-8)
{
    /// <summary>AnomalyCLIP's: Adam, 0.001, betas 0.5 and 0.999.</summary>
    public static OptimiserSettings Adam(double learningRate = 1e-3) => new(learningRate, 0.5, 0.999);

    /// <summary>The model card's: AdamW, 0.0001, weight decay 0.01.</summary>
    public static OptimiserSettings AdamW(double learningRate = 1e-4) => new(learningRate, 0.5, 0.999, WeightDecay: 0.01);
}

/// <summary>Adam and AdamW. The state can be saved, so that training resumes where it stopped.</summary>
/// <remarks>Sources: Kingma and Ba, ICLR 2015, algorithm 1; Loshchilov and Hutter, ICLR 2019, algorithm 2.</remarks>
public sealed class Optimiser
{
    private readonly OptimiserSettings _settings;

    /// <param name="settings">How to step.</param>
    /// <param name="sizes">Number of elements of each parameter.</param>
    public Optimiser(OptimiserSettings settings, IEnumerable<int> sizes)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        Means = [.. sizes.Select(size => new float[size])];
        Squares = [.. Means.Select(mean => new float[mean.Length])];
    }

    /// <summary>Steps made.</summary>
    public int Steps { get; set; }

    /// <summary>Mean gradient of each parameter, not corrected for its start at zero.</summary>
    public IReadOnlyList<float[]> Means { get; }

    /// <summary>Mean squared gradient of each parameter, not corrected for its start at zero.</summary>
    public IReadOnlyList<float[]> Squares { get; }

    /// <summary>Changes the parameters in place.</summary>
    public void Step(IReadOnlyList<float[]> parameters, IReadOnlyList<float[]> gradients)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(gradients);
        Steps++;
        var s = _settings;
        var stepSize = s.LearningRate / (1 - Math.Pow(s.Beta1, Steps));
        var rootCorrection = Math.Sqrt(1 - Math.Pow(s.Beta2, Steps));
        var keep = 1 - (s.LearningRate * s.WeightDecay);
        for (var p = 0; p < parameters.Count; p++)
        {
            var (values, gradient, mean, square) = (parameters[p], gradients[p], Means[p], Squares[p]);
            for (var i = 0; i < values.Length; i++)
            {
                double g = gradient[i];
                var m = (s.Beta1 * mean[i]) + ((1 - s.Beta1) * g);
                var v = (s.Beta2 * square[i]) + ((1 - s.Beta2) * g * g);
                (mean[i], square[i]) = ((float)m, (float)v);
                values[i] = (float)((values[i] * keep) - (stepSize * m / ((Math.Sqrt(v) / rootCorrection) + s.Epsilon)));
            }
        }
    }
}
