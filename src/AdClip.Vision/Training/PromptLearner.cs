using AdClip.Vision.Clip;
using AdClip.Vision.Detection;
using AdClip.Vision.Graphs;

namespace AdClip.Vision.Training;

/// <summary>Learns AnomalyCLIP's prompts: text features forwards, gradients backwards, parameters stepped in place.</summary>
/// <remarks>Not safe for concurrent calls. The weight file must not change until disposal.</remarks>
internal sealed class PromptLearner : IDisposable
{
    private readonly OnnxSession _forward;
    private readonly OnnxSession _backward;
    private readonly string[] _kept;
    private readonly string[] _gradientNames;
    private readonly Optimiser _optimiser;

    /// <param name="weights">The model.</param>
    /// <param name="prompts">Where to start; its parameters are changed by every step.</param>
    /// <param name="optimiser">How to step.</param>
    /// <param name="session">How the two graphs are run.</param>
    /// <param name="length">Tokens of each prompt that are computed; null: up to the later end token.</param>
    /// <param name="roundsDeepPrompts">Rounds deep prompts and their gradients to binary16, as AnomalyCLIP's code does.</param>
    public PromptLearner(ClipWeights weights, PromptCheckpoint prompts, OptimiserSettings optimiser, SessionSettings session, int? length = null, bool roundsDeepPrompts = false)
    {
        Prompts = prompts;
        _optimiser = new Optimiser(optimiser, prompts.Parameters.Select(parameter => parameter.Length));
        var rows = length ?? Math.Max(prompts.Normal.End, prompts.Abnormal.End) + 1;
        var (forward, backward, kept, gradients) = PromptGraph.Build(weights, prompts, rows, roundsDeepPrompts);
        (_kept, _gradientNames) = (kept, gradients);
        var folder = Path.GetDirectoryName(weights.FilePath);
        _forward = OnnxSession.Create(forward, folder, session);
        _backward = OnnxSession.Create(backward, folder, session);
    }

    /// <summary>The prompts as they are now.</summary>
    public PromptCheckpoint Prompts { get; }

    /// <summary>The optimiser, whose state is saved with the prompts so that training can go on.</summary>
    public Optimiser Optimiser => _optimiser;

    /// <summary>One step down the gradient of the loss.</summary>
    /// <param name="loss">The loss and its gradient, given the two unit text features.</param>
    /// <returns>The loss before the step, and the gradient of each parameter.</returns>
    public (BatchLoss Loss, TextPair Text, IReadOnlyList<float[]> Gradients) Step(Func<TextPair, BatchLoss> loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        var outputs = _forward.Run(Inputs(), [PromptGraph.Text, .. _kept]);
        var raw = outputs[0].Values;
        var width = raw.Length / 2;
        var unit = UnitVectors.Normalise(raw, width);
        var text = new TextPair(unit[..width], unit[width..]);
        var batch = loss(text);
        float[] upstream =
        [
            .. ThroughNormalisation(raw.AsSpan(0, width), text.Normal, batch.NormalGradient),
            .. ThroughNormalisation(raw.AsSpan(width), text.Abnormal, batch.AbnormalGradient),
        ];
        var gradients = _backward.Run([.. outputs.Skip(1), new GraphTensor(PromptGraph.Upstream, upstream, 2, width)], _gradientNames)
            .Select(gradient => gradient.Values).ToArray();
        _optimiser.Step(Prompts.Parameters, gradients);
        return (batch, text, gradients);
    }

    /// <summary>The unit text features of the prompts as they are now.</summary>
    public TextPair Text()
    {
        var raw = _forward.Run(Inputs(), [PromptGraph.Text])[0].Values;
        var width = raw.Length / 2;
        var unit = UnitVectors.Normalise(raw, width);
        return new TextPair(unit[..width], unit[width..]);
    }

    public void Dispose()
    {
        _forward.Dispose();
        _backward.Dispose();
    }

    private List<GraphTensor> Inputs()
    {
        List<GraphTensor> inputs =
        [
            new(PromptGraph.Normal, Prompts.Normal.Context, Prompts.ContextLength, Prompts.Width),
            new(PromptGraph.Abnormal, Prompts.Abnormal.Context, Prompts.ContextLength, Prompts.Width),
        ];
        inputs.AddRange(Prompts.Deep.Select((deep, i) => new GraphTensor(
            PromptGraph.Deep(i), deep, Prompts.DeepLength, Prompts.Width)));
        return inputs;
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
