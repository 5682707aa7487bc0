using AdClip.Vision.Graphs;
using AdClip.Vision.Graphs.Onnx;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>The text transformer of CLIP, with AnomalyCLIP's deep prompts.</summary>
/// <remarks>
/// Input <c>embedded</c> [n, D]: token embeddings with the position table added, up to and including the end token; later
/// tokens cannot influence it, because attention looks back only. Inputs <c>deep.i</c> [t, D] replace positions 1 to t of the
/// stream before block i + 1 (counted from 0). Output <c>text</c> [1, E], not normalised.
/// </remarks>
internal static class TextEncoderGraph
{
    public const string Embedded = "embedded";
    public const string Text = "text";

    public static string Deep(int index) => $"deep.{index}";

    /// <summary>The stream after a block, counted from 1: [n, D]; for looking inside.</summary>
    public static string Stream(int layer) => $"stream.{layer}";

    public static ModelProto Build(ClipWeights weights, int deepPrompts, int deepLength, bool withStreams = false)
    {
        var model = weights.Architecture;
        var width = model.TextWidth;
        var graph = new GraphBuilder();
        var blocks = new ClipBlocks(graph, weights, model.Text);
        var stream = graph.Input(Embedded, -1, width);
        for (var layer = 0; layer < model.TextLayers; layer++)
        {
            if (layer >= 1 && layer <= deepPrompts)
            {
                var deep = graph.Input(Deep(layer - 1), deepLength, width);
                stream = graph.Concat(graph.Slice(stream, 0, 1), deep, graph.Slice(stream, 1 + deepLength, int.MaxValue));
            }
            var block = $"transformer.resblocks.{layer}.";
            var (q, k, v) = blocks.QueriesKeysValues(block, blocks.Norm(block + "ln_1", stream), width);
            stream = graph.Add(stream, blocks.Attend(block, q, k, v, causal: true));
            stream = graph.Add(stream, blocks.Mlp(block, stream));
            if (withStreams)
            {
                graph.Output(graph.Named(Stream(layer + 1), stream));
            }
        }
        var end = blocks.Norm("ln_final", graph.Slice(stream, -1, int.MaxValue));
        graph.Output(graph.Named(Text, blocks.Project(end, "text_projection")));
        return graph.Build();
    }
}
