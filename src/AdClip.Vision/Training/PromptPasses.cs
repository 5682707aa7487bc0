using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Graphs;

namespace AdClip.Vision.Training;

/// <summary>The two graphs of <see cref="PromptGraph"/>, made ready. Safe for concurrent calls: several learners can share them.</summary>
internal sealed class PromptPasses : IDisposable
{
    private readonly OnnxSession _forward;
    private readonly OnnxSession _backward;
    private readonly string[] _kept;
    private readonly string[] _gradientNames;

    /// <param name="weights">The model; its file must not change until disposal.</param>
    /// <param name="prompts">Fixed embeddings and lengths, the same for all learners.</param>
    /// <param name="session">How the two graphs are run.</param>
    /// <param name="length">
    /// Tokens of each prompt that are computed in every block; null: no more than the outcome depends on, up to the
    /// later end token and in the last block that alone.
    /// </param>
    /// <param name="roundsDeepPrompts">Rounds deep prompts and their gradients to binary16, as AnomalyCLIP's code does.</param>
    public PromptPasses(ClipWeights weights, PromptCheckpoint prompts, SessionSettings session, int? length = null, bool roundsDeepPrompts = false)
    {
        var rows = length ?? Math.Max(prompts.Normal.End, prompts.Abnormal.End) + 1;
        var (forward, backward, kept, gradients) = PromptGraph.Build(weights, prompts, rows, isCut: length is null, roundsDeepPrompts);
        (_kept, _gradientNames) = (kept, gradients);
        var folder = Path.GetDirectoryName(weights.FilePath);
        _forward = OnnxSession.Create(forward, folder, session);
        _backward = OnnxSession.Create(backward, folder, session);
    }

    /// <summary>Text features [2, E], not normalised, and what <see cref="Backward"/> takes.</summary>
    public (float[] Text, IReadOnlyList<GraphTensor> Kept) Forward(PromptCheckpoint prompts)
    {
        var outputs = _forward.Run(Inputs(prompts), [PromptGraph.Text, .. _kept]);
        return (outputs[0].Values, [.. outputs.Skip(1)]);
    }

    /// <summary>Text features [2, E], not normalised.</summary>
    public float[] Text(PromptCheckpoint prompts) => _forward.Run(Inputs(prompts), [PromptGraph.Text])[0].Values;

    /// <summary>The gradient of each parameter, in the order of <see cref="PromptCheckpoint.Parameters"/>.</summary>
    /// <param name="kept">Of the forward pass.</param>
    /// <param name="upstream">Gradient by the text features, [2, E].</param>
    public float[][] Backward(IReadOnlyList<GraphTensor> kept, float[] upstream)
        => [.. _backward.Run([.. kept, new GraphTensor(PromptGraph.Upstream, upstream, 2, upstream.Length / 2)], _gradientNames)
            .Select(gradient => gradient.Values)];

    public void Dispose()
    {
        _forward.Dispose();
        _backward.Dispose();
    }

    private static List<GraphTensor> Inputs(PromptCheckpoint prompts)
    {
        List<GraphTensor> inputs =
        [
            new(PromptGraph.Normal, prompts.Normal.Context, prompts.ContextLength, prompts.Width),
            new(PromptGraph.Abnormal, prompts.Abnormal.Context, prompts.ContextLength, prompts.Width),
        ];
        inputs.AddRange(prompts.Deep.Select((deep, i) => new GraphTensor(PromptGraph.Deep(i), deep, prompts.DeepLength, prompts.Width)));
        return inputs;
    }
}
