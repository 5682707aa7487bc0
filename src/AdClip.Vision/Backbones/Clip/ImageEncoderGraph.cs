using AdClip.Vision.Graphs;
using AdClip.Vision.Graphs.Onnx;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>The image transformer of CLIP with AnomalyCLIP's second, value-value path (DPAM).</summary>
/// <remarks>
/// Input <c>pixels</c> [B, 3, S, S]. Outputs <c>class</c> [B, E] and, for each layer, <c>patches.L</c> [B · (1 + g·g), E], image
/// after image, the class position first, and if asked for <c>original.L</c>, the same of the original path. B is 1 unless the
/// graph is made for batches, whose B is free. Source: Zhou et al., AnomalyCLIP, ICLR 2024, section 4; none of the outputs is
/// normalised.
/// </remarks>
internal static class ImageEncoderGraph
{
    /// <summary>The stream after a block, on the original or the value-value path: [1 + g·g, D]; for looking inside.</summary>
    public static string Stream(int layer, bool isOriginal) => $"stream.{layer}.{(isOriginal ? "original" : "values")}";

    /// <param name="weights">The model.</param>
    /// <param name="settings">Checked settings.</param>
    /// <param name="withStreams">Also gives every <see cref="Stream"/> as an output.</param>
    /// <param name="isBatched">Takes any number of images in one run. For one image the other graph is simpler, hence faster.</param>
    /// <param name="eightBit">The model's <see cref="EightBitWeights"/>, to be used instead of its own.</param>
    public static ModelProto Build(
        ClipWeights weights, ImageEncoderSettings settings, bool withStreams = false, bool isBatched = false, WeightFile? eightBit = null)
    {
        var model = weights.Architecture;
        var (width, side) = (model.VisionWidth, settings.ImageSize);
        var grid = side / model.PatchSize;
        var firstDual = settings.Dpam < 2 ? model.VisionLayers + 1 : model.VisionLayers - settings.Dpam + 2;
        var graph = new GraphBuilder();
        var rows = 1 + (grid * grid);
        var blocks = new ClipBlocks(graph, weights, model.Vision, isBatched ? (rows, width) : null, eightBit);

        var patches = graph.Convolution(
            graph.Input(EncoderValues.Pixels, isBatched ? -1 : 1, 3, side, side), blocks.Place("visual.conv1.weight"), model.PatchSize);
        var classToken = graph.Reshape(blocks.Place("visual.class_embedding"), 1, width);
        var positions = PositionTable.Resize(weights["visual.positional_embedding"].ReadFloats(), model.Grid, grid, width);
        var table = graph.Constant("positions", positions, rows, width);
        var embedded = isBatched
            ? graph.Reshape(graph.Add(graph.PrependEach(classToken, graph.TransposeEach(graph.Reshape(patches, -1, width, rows - 1)), width), table), -1, width)
            : graph.Add(graph.Concat(classToken, graph.Transpose(graph.Reshape(patches, width, rows - 1))), table);

        var original = blocks.Norm("visual.ln_pre", embedded);
        string? values = null;
        var isClassAlone = false;
        for (var layer = 1; layer <= model.VisionLayers; layer++)
        {
            var block = $"visual.transformer.resblocks.{layer - 1}.";
            var isDual = layer >= firstDual;
            var normed = blocks.Norm(block + "ln_1", original);

            // After the last block only the class token of the original stream is used, unless its patches are asked for.
            var isClassOnly = layer == model.VisionLayers && !withStreams && ((isDual && !settings.KeepsOriginal) || !settings.Layers.Contains(layer));
            var (q, k, v) = isClassOnly
                ? blocks.FirstQueryKeysValues(block, normed, width)
                : blocks.QueriesKeysValues(block, normed, width);
            if (isDual)
            {
                var attended = blocks.Attend(block, v, v, v);
                var isRestarted = values is null || settings.HasFeedForward;
                var hasMlp = values is not null && settings.HasFeedForward;
                values = graph.Add(isRestarted ? original : values!, attended);
                values = hasMlp ? graph.Add(values, blocks.Mlp(block, values)) : values;
            }
            original = isClassOnly
                ? graph.Add(blocks.FirstRows(original), blocks.AttendFirst(block, q, k, v))
                : graph.Add(original, blocks.Attend(block, q, k, v));
            isClassAlone = isClassOnly;
            original = graph.Add(original, blocks.Mlp(block, original));

            if (settings.Layers.Contains(layer))
            {
                var tokens = blocks.Project(blocks.Norm("visual.ln_post", values ?? original), "visual.proj");
                graph.Output(graph.Named(EncoderValues.Patches(layer), tokens));
                if (settings.KeepsOriginal)
                {
                    var originals = values is null ? tokens : blocks.Project(blocks.Norm("visual.ln_post", original), "visual.proj");
                    graph.Output(graph.Named(EncoderValues.OriginalPatches(layer), originals));
                }
            }
            if (withStreams)
            {
                graph.Output(graph.Named(Stream(layer, isOriginal: true), original));
                graph.Output(graph.Named(Stream(layer, isOriginal: false), values ?? original));
            }
        }
        graph.Output(graph.Named(EncoderValues.Class, blocks.Project(isClassAlone ? original : blocks.FirstRows(original), "visual.proj")));
        return graph.Build();
    }
}
