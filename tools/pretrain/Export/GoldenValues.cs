using System.Runtime.InteropServices;
using System.Text.Json;
using AdClip.Pretrain.Training;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Graphs;
using AdClip.Vision.Imaging;
using AdClip.Vision.Weights;

namespace AdClip.Pretrain.Export;

/// <summary>Two pictures and two texts with every intermediate that a reader of the model has to reproduce, in float32 over the rounded weights.</summary>
internal static class GoldenValues
{
    private const float Temperature = 0.07f;
    private const int FirstTokens = 8;
    private static readonly string[] Prompts = ["object.", "damaged object."];

    /// <param name="path">The safetensors file to write.</param>
    /// <param name="model">Sizes; the pictures are looked at in its own size.</param>
    /// <param name="parameters">As stored in the model's file.</param>
    /// <param name="zeroShotBlocks">Whose mean is the map.</param>
    /// <param name="vocabulary">Of the texts.</param>
    /// <param name="side">Of the pictures.</param>
    /// <param name="pictures">[side, side, 3] each.</param>
    public static void Write(
        string path, ModelShape model, Parameters parameters, IReadOnlyList<int> zeroShotBlocks,
        BytePairVocabulary vocabulary, int side, IReadOnlyList<byte[]> pictures)
    {
        // One text for each kind; the rest of the texts of a batch is filled with the first one.
        var batch = new BatchShape(1, pictures.Count, model.Grid, model.Context, 0);
        var graph = new GraphBuilder();
        var towers = new Towers(graph, new GradientTape(graph), model, batch, parameters);
        var texts = towers.Texts();
        var visual = towers.Visual();
        string[] outputs = [texts, visual.Class, visual.Image, .. visual.Features.OrderBy(one => one.Key).Select(one => one.Value), .. visual.Blocks];
        Array.ForEach(outputs, graph.Output);
        using var session = OnnxSession.Create(graph.Build(), null, new SessionSettings(1));

        var tokenizer = new ClipTokenizer(vocabulary, model.Context);
        var (words, ends) = Towers.Lay([.. Prompts.Select(tokenizer.Sequence)], batch);
        long[] ids = [.. words.Take(Prompts.Length * model.Context).Select(word => (long)word)];
        float[][] tensors = [.. pictures.Select(rgb => Preprocessing.ToTensor(new PixelImage(side, side, rgb), model.ImageSize, PixelScale.Clip))];
        var results = session.Run(
            Towers.Inputs(model, batch, parameters, words, ends, [.. tensors.SelectMany(tensor => Cut(tensor, model))]),
            outputs).Select(result => result.Values).ToArray();
        Save(path, model, batch, zeroShotBlocks, side, pictures, tensors, ids, results);
    }

    private static void Save(
        string path, ModelShape model, BatchShape batch, IReadOnlyList<int> zeroShotBlocks,
        int side, IReadOnlyList<byte[]> pictures, float[][] tensors, long[] ids, float[][] results)
    {
        int[] blocks = [.. model.FeatureBlocks.Order()];
        var (items, patches, embed) = (batch.Items, batch.Patches, model.Embed);
        var features = blocks.Select((block, i) => (block, Values: WithoutClass(results[3 + i], items, batch.Tokens, embed)))
            .ToDictionary(one => one.block, one => one.Values);
        float[] texts = results[0][..(Prompts.Length * embed)];
        var probability = new float[items * patches];
        foreach (var block in zeroShotBlocks)
        {
            for (var i = 0; i < probability.Length; i++)
            {
                var (normal, abnormal) = (
                    Cosine(features[block].AsSpan(i * embed, embed), texts.AsSpan(0, embed)),
                    Cosine(features[block].AsSpan(i * embed, embed), texts.AsSpan(embed, embed)));
                probability[i] += 1 / (1 + MathF.Exp((normal - abnormal) / Temperature)) / zeroShotBlocks.Count;
            }
        }
        List<TensorSource> all = [];
        void Add(string name, float[] values, params long[] shape)
            => all.Add(new TensorSource(name, ElementType.F32, shape, stream => stream.Write(MemoryMarshal.AsBytes<float>(values))));
        for (var i = 0; i < pictures.Count; i++)
        {
            var rgb = pictures[i];
            all.Add(new TensorSource($"input_{i}_uint8", ElementType.U8, [side, side, 3], stream => stream.Write(rgb)));
        }
        Add("preprocessed", [.. tensors.SelectMany(tensor => tensor)], items, 3, model.ImageSize, model.ImageSize);
        Add("class_feature", results[1], items, embed);
        Add("clip_image_feature", results[2], items, embed);
        all.Add(new TensorSource("token_ids", ElementType.I64, [Prompts.Length, model.Context], stream => stream.Write(MemoryMarshal.AsBytes<long>(ids))));
        Add("text_features", texts, Prompts.Length, embed);
        Add("patch_probability", probability, items, patches);
        foreach (var (block, values) in features)
        {
            Add($"patch_features.{block}", values, items, patches, embed);
        }
        for (var block = 0; block < model.Blocks; block++)
        {
            Add($"block_output.{block + 1}", First(results[3 + blocks.Length + block], items, batch.Tokens, model.Width), items, FirstTokens, model.Width);
        }
        // Enlarged with pixel centres aligned, edges repeated, nothing blurred.
        Add(
            "anomaly_map",
            [.. Enumerable.Range(0, items).SelectMany(item => Enlarge(probability.AsSpan(item * patches, patches), model.Grid, model.ImageSize))],
            items,
            model.ImageSize,
            model.ImageSize);
        SafetensorsWriter.Write(path, all, new Dictionary<string, string>
        {
            ["prompts"] = JsonSerializer.Serialize(Prompts),
            ["layers"] = JsonSerializer.Serialize(blocks),
            ["zero_shot_layers"] = JsonSerializer.Serialize(zeroShotBlocks),
            ["note"] = $"inputs are RGB, row by row; block_output.N = tokens 1 to {FirstTokens} of "
                + "the ordinary path after block N; anomaly_map = bilinear enlargement of patch_probability, no blur",
        });
    }

    private static float[] Enlarge(ReadOnlySpan<float> grid, int from, int to)
    {
        var map = new float[to * to];
        (int Low, int High, float Share) At(int place)
        {
            var source = Math.Clamp(((place + 0.5f) * from / to) - 0.5f, 0, from - 1);
            var low = (int)source;
            return (low, Math.Min(low + 1, from - 1), source - low);
        }
        for (var y = 0; y < to; y++)
        {
            var (top, bottom, down) = At(y);
            for (var x = 0; x < to; x++)
            {
                var (left, right, across) = At(x);
                var above = grid[(top * from) + left] + (across * (grid[(top * from) + right] - grid[(top * from) + left]));
                var below = grid[(bottom * from) + left] + (across * (grid[(bottom * from) + right] - grid[(bottom * from) + left]));
                map[(y * to) + x] = above + (down * (below - above));
            }
        }
        return map;
    }

    /// <summary>A preprocessed image [3, S, S] as rows of patches, the class token's empty row first.</summary>
    public static float[] Cut(float[] tensor, ModelShape model)
    {
        var (grid, patch, side) = (model.Grid, model.Patch, model.ImageSize);
        var rows = new float[((grid * grid) + 1) * model.PatchValues];
        for (var cell = 0; cell < grid * grid; cell++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                for (var y = 0; y < patch; y++)
                {
                    var from = (channel * side * side) + (((cell / grid * patch) + y) * side) + (cell % grid * patch);
                    tensor.AsSpan(from, patch).CopyTo(rows.AsSpan(((cell + 1) * model.PatchValues) + (channel * patch * patch) + (y * patch)));
                }
            }
        }
        return rows;
    }

    private static float[] WithoutClass(float[] values, int items, int tokens, int width) =>
        [.. Enumerable.Range(0, items).SelectMany(item => values[(((item * tokens) + 1) * width)..((item + 1) * tokens * width)])];

    private static float[] First(float[] values, int items, int tokens, int width) =>
        [.. Enumerable.Range(0, items).SelectMany(item => values[(((item * tokens) + 1) * width)..(((item * tokens) + 1 + FirstTokens) * width)])];

    private static float Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => System.Numerics.Tensors.TensorPrimitives.CosineSimilarity(a, b);
}
