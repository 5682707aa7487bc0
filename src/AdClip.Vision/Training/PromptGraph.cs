using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Graphs;
using AdClip.Vision.Graphs.Onnx;

namespace AdClip.Vision.Training;

/// <summary>The text transformer over both learned prompts at once, forwards and backwards.</summary>
/// <remarks>
/// Rows 0 to N-1 of the stream are the normal prompt, rows N to 2N-1 the abnormal one; the shorter of the two is filled with
/// tokens after its end, which causal attention never lets it see. Inputs: <c>normal</c>, <c>abnormal</c> [n, D] (learned
/// contexts) and <c>deep.i</c> [t, D]. Output <c>text</c> [2, E], not normalised. The second model takes <c>upstream</c> [2, E]
/// and gives the gradients. Source: AnomalyCLIP (Zhou et al., ICLR 2024), section 3.
/// </remarks>
internal static class PromptGraph
{
    public const string Normal = "normal";
    public const string Abnormal = "abnormal";
    public const string Text = "text";
    public const string Upstream = "upstream";

    public static string Deep(int index) => $"deep.{index}";

    /// <param name="weights">The model.</param>
    /// <param name="prompts">Fixed embeddings and lengths.</param>
    /// <param name="length">Rows N of each prompt: at least up to the later end token.</param>
    /// <param name="isCut">
    /// The last block is computed for the two end tokens only, as nothing else of it is used; else for all rows, as AnomalyCLIP does.
    /// </param>
    /// <param name="roundsDeepPrompts">Rounds deep prompts and their gradients to binary16, once for each prompt, as AnomalyCLIP's code does.</param>
    /// <returns>The two models, the values that the second takes from the first, and the gradients' names: normal, abnormal, deep ones.</returns>
    public static (ModelProto Forward, ModelProto Backward, string[] Kept, string[] Gradients) Build(
        ClipWeights weights, PromptCheckpoint prompts, int length, bool isCut, bool roundsDeepPrompts)
    {
        var model = weights.Architecture;
        var (width, context, deepLength) = (model.TextWidth, prompts.ContextLength, prompts.DeepLength);
        var graph = new GraphBuilder();
        var tape = new GradientTape(graph);
        var blocks = new TapedBlocks(graph, tape, weights, length);

        var normal = tape.Variable(Normal, context, width);
        var abnormal = tape.Variable(Abnormal, context, width);
        string[] deep = [.. prompts.Deep.Select((_, i) => tape.Variable(Deep(i), deepLength, width))];

        var fixedRows = length - 1 - context;
        (string, long)[] Side(CheckpointSide side, string name, string learned) =>
        [
            (graph.Constant($"prefix.{name}", side.Prefix, 1, width), 1),
            (learned, context),
            (graph.Constant($"suffix.{name}", side.Suffix.AsSpan(0, fixedRows * width), fixedRows, width), fixedRows),
        ];
        var stream = tape.Stack([.. Side(prompts.Normal, Normal, normal), .. Side(prompts.Abnormal, Abnormal, abnormal)]);
        var positions = weights["positional_embedding"].ReadFloats()[..(length * width)];
        stream = tape.Add(stream, graph.Constant("positions", [.. positions, .. positions], 2 * length, width));

        for (var layer = 0; layer < model.TextLayers; layer++)
        {
            if (layer >= 1 && layer <= deep.Length)
            {
                stream = Replace(tape, stream, deep[layer - 1], deepLength, length, roundsDeepPrompts);
            }
            var name = $"transformer.resblocks.{layer}.";
            stream = layer == model.TextLayers - 1 && isCut ? blocks.Block(name, stream, Ends) : blocks.Block(name, stream);
        }
        var ends = isCut ? stream : Ends(stream);
        string Ends(string rows)
            => tape.Stack([.. ((int[])[prompts.Normal.End, length + prompts.Abnormal.End]).Select(row => (tape.Rows(rows, row, row + 1, 2 * length), 1L))]);
        var text = tape.Project(blocks.Norm("ln_final", ends), blocks.Place("text_projection"));
        graph.Output(graph.Named(Text, text));

        var cut = graph.NodeCount;
        var gradients = tape.Gradients(text, graph.Input(Upstream, 2, model.EmbedWidth), [normal, abnormal, .. deep]);
        foreach (var gradient in gradients)
        {
            graph.Output(gradient);
        }
        var (forward, backward, kept) = graph.BuildTwo(cut);
        return (forward, backward, kept, gradients);
    }

    /// <summary>Positions 1 to t of both prompts give way to the deep prompt.</summary>
    private static string Replace(GradientTape tape, string stream, string deep, int deepLength, int length, bool rounds)
    {
        var rows = 2L * length;
        (string, long) Kept(long start, long end) => (tape.Rows(stream, start, end, rows), end - start);
        (string, long) Deep() => (rounds ? tape.RoundToHalf(deep) : deep, deepLength);
        return tape.Stack(Kept(0, 1), Deep(), Kept(1 + deepLength, length + 1), Deep(), Kept(length + 1 + deepLength, rows));
    }
}
