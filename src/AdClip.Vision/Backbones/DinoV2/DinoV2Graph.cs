using System.Numerics.Tensors;
using AdClip.Vision.Graphs;
using AdClip.Vision.Graphs.Onnx;

namespace AdClip.Vision.Backbones.DinoV2;

/// <summary>A DINOv2 vision transformer, with and without registers.</summary>
/// <remarks>
/// Input <c>pixels</c> [B, 3, H, W], normalised, H and W multiples of the patch P. Outputs for each layer asked for, counted from
/// 1, <c>patches.L</c> [B · (1 + h·w), D], h = H / P, w = W / P, image after image, the class position first, then the patches in
/// rows from the top left, registers left out; and <c>class</c> [B, D], the class token of the last block that is run, after the
/// final layer norm. B is 1 unless the graph is made for batches, whose B is free. Inside, registers stand at the end of the
/// stream and not after the class token: all tokens see each other, so their order changes nothing but the last bits.
/// Source: Oquab et al., DINOv2, TMLR 2024; Darcet et al., Vision Transformers Need Registers, ICLR 2024.
/// </remarks>
internal static class DinoV2Graph
{
    /// <summary>The stream after the last block and the final layer norm: [B · (1 + h·w + R), D], registers last; for looking inside.</summary>
    public const string Sequence = "sequence";

    /// <summary>The stream after a block, 0: as it enters the first: [B · (1 + h·w + R), D], registers last; for looking inside.</summary>
    public static string Stream(int layer) => $"stream.{layer}";

    /// <param name="weights">The model.</param>
    /// <param name="settings">What is encoded.</param>
    /// <param name="withStreams">Also gives every <see cref="Stream"/> and <see cref="Sequence"/> as outputs.</param>
    /// <param name="isBatched">Takes any number of images in one run. For one image the other graph is simpler, hence faster.</param>
    /// <exception cref="RefusedInputException">The model cannot run these settings.</exception>
    public static ModelProto Build(DinoV2Weights weights, DinoV2Settings settings, bool withStreams = false, bool isBatched = false)
    {
        var model = weights.Architecture;
        settings = settings.CheckedFor(model);
        var graph = new GraphBuilder();
        var patches = settings.Height / model.PatchSize * (settings.Width / model.PatchSize);
        var blocks = new DinoV2Blocks(graph, weights, isBatched ? 1 + patches + model.Registers : null);
        var stream = Embed(graph, blocks, weights, settings, isBatched);
        Look(0);

        var isClassAlone = false;
        var last = settings.IsWhole || withStreams ? model.Layers : settings.Layers[^1];
        for (var layer = 1; layer <= last; layer++)
        {
            // After the last block only the class token is used, unless its patches are asked for.
            isClassAlone = layer == last && !withStreams && !settings.Layers.Contains(layer);
            var block = $"blocks.{layer - 1}.";
            var attended = blocks.Attend(block, blocks.Norm(block + "norm1", stream), isClassAlone);
            stream = graph.Add(isClassAlone ? blocks.First(stream) : stream, attended);
            stream = graph.Add(stream, blocks.FeedForward(block, blocks.Norm(block + "norm2", stream)));
            Look(layer);
            if (settings.Layers.Contains(layer))
            {
                var kept = model.Registers == 0 ? stream : blocks.First(stream, 1 + patches);
                var isNormed = settings.Normed == NormedLayers.All || (settings.Normed == NormedLayers.Last && layer == model.Layers);
                graph.Output(graph.Named(EncoderValues.Patches(layer), isNormed ? blocks.Norm("norm", kept) : kept));
            }
        }
        graph.Output(graph.Named(EncoderValues.Class, blocks.Norm("norm", isClassAlone ? stream : blocks.First(stream))));
        if (withStreams)
        {
            graph.Output(graph.Named(Sequence, blocks.Norm("norm", stream)));
        }
        return graph.Build();

        void Look(int layer)
        {
            if (withStreams)
            {
                graph.Output(graph.Named(Stream(layer), stream));
            }
        }
    }

    // What is the same for every image is added up here: the positions with the convolution's bias, the class token with its position.
    private static string Embed(GraphBuilder graph, DinoV2Blocks blocks, DinoV2Weights weights, DinoV2Settings settings, bool isBatched)
    {
        var model = weights.Architecture;
        var (width, rows, columns) = (model.Width, settings.Height / model.PatchSize, settings.Width / model.PatchSize);
        var table = DinoV2Positions.Resize(weights.ReadPositions(), model.Grid, rows, columns, width, model.Positions);
        var first = weights["cls_token"].ReadFloats();
        TensorPrimitives.Add(first, table.AsSpan(0, width), first);
        var offsets = table[width..];
        var bias = weights["patch_embed.proj.bias"].ReadFloats();
        for (var at = 0; at < offsets.Length; at += width)
        {
            TensorPrimitives.Add(offsets.AsSpan(at, width), bias, offsets.AsSpan(at, width));
        }

        var pixels = graph.Input(EncoderValues.Pixels, isBatched ? -1 : 1, 3, settings.Height, settings.Width);
        var patches = graph.Convolution(pixels, blocks.Place(DinoV2Names.Mark), model.PatchSize);
        var positions = graph.Constant("positions", offsets, rows * columns, width);
        var classToken = graph.Constant("class_token", first, 1, width);
        string[] registers = model.Registers == 0 ? [] : [graph.Constant("registers", weights["register_tokens"].ReadFloats(), model.Registers, width)];
        if (!isBatched)
        {
            return graph.Concat([classToken, graph.Add(graph.Transpose(graph.Reshape(patches, width, rows * columns)), positions), .. registers]);
        }
        var each = graph.Add(graph.TransposeEach(graph.Reshape(patches, -1, width, rows * columns)), positions);
        string[] repeated = [.. registers.Select(tokens => graph.RepeatFor(each, tokens, model.Registers, width))];
        return graph.Reshape(graph.ConcatColumns([graph.RepeatFor(each, classToken, 1, width), each, .. repeated]), -1, width);
    }
}
