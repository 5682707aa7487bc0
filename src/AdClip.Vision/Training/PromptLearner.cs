using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Detection;

namespace AdClip.Vision.Training;

/// <summary>Learns AnomalyCLIP's prompts: text features forwards, gradients backwards, parameters stepped in place.</summary>
/// <remarks>Not safe for concurrent calls; several learners may share their passes.</remarks>
/// <param name="passes">Made for prompts of this shape.</param>
/// <param name="prompts">Where to start; its parameters are changed by every step.</param>
/// <param name="settings">How to step.</param>
internal sealed class PromptLearner(PromptPasses passes, PromptCheckpoint prompts, OptimiserSettings settings)
{
    /// <summary>The prompts as they are now.</summary>
    public PromptCheckpoint Prompts => prompts;

    /// <summary>The optimiser, whose state is saved with the prompts so that training can go on.</summary>
    public Optimiser Optimiser { get; } = new(settings, prompts.Parameters.Select(parameter => parameter.Length));

    /// <summary>One step down the gradient of the loss.</summary>
    /// <param name="loss">The loss and its gradient, given the two unit text features.</param>
    /// <returns>The loss before the step, and the gradient of each parameter.</returns>
    public (BatchLoss Loss, TextPair Text, IReadOnlyList<float[]> Gradients) Step(Func<TextPair, BatchLoss> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        var (raw, kept) = passes.Forward(prompts);
        var width = raw.Length / 2;
        var text = Pair(raw);
        var batch = loss(text);
        float[] upstream =
        [
            .. ThroughNormalisation(raw.AsSpan(0, width), text.Normal, batch.NormalGradient),
            .. ThroughNormalisation(raw.AsSpan(width), text.Abnormal, batch.AbnormalGradient),
        ];
        var gradients = passes.Backward(kept, upstream);
        Optimiser.Step(prompts.Parameters, gradients);
        return (batch, text, gradients);
    }

    /// <summary>The unit text features of the prompts as they are now.</summary>
    public TextPair Text() => Pair(passes.Text(prompts));

    private static TextPair Pair(float[] raw)
    {
        var width = raw.Length / 2;
        var unit = UnitVectors.Normalise(raw, width);
        return new TextPair(unit[..width], unit[width..]);
    }

    // y = x / |x|: dx = (g - y (g · y)) / |x|.
    private static float[] ThroughNormalisation(ReadOnlySpan<float> raw, float[] unit, float[] gradient)
    {
        var along = 0.0;
        var squares = 0.0;
        for (var i = 0; i < unit.Length; i++)
        {
            along += (double)gradient[i] * unit[i];
            squares += (double)raw[i] * raw[i];
        }
        var norm = Math.Sqrt(squares);
        var result = new float[unit.Length];
        for (var i = 0; i < unit.Length; i++)
        {
            result[i] = (float)((gradient[i] - (unit[i] * along)) / norm);
        }
        return result;
    }
}
