using System.Numerics.Tensors;
using System.Text;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Detection;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Backbones.Clip;

/// <summary>Models of OpenAI's sizes, their weights made from a hash as the golden case says. Slow and large, so run on demand.</summary>
public sealed class FullSizeTests : IDisposable
{
    private const float PromptScale = 0.05f;
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-fullsize").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory(Explicit = true)]
    [InlineData("vit-b-32")]
    [InlineData("vit-l-14-336")]
    public void Encode_FullSizeModel_WithinTolerance(string name)
    {
        var golden = Golden.Open($"fullsize/{name}");
        var (prefix, config) = (golden.Case.GetProperty("weights_by_hash").GetProperty("PREFIX").GetString()!, golden.Config);
        var vision = config.GetProperty("visual");
        var text = config.GetProperty("text");
        var model = Path.Combine(_folder, "weights.safetensors");
        int Number(System.Text.Json.JsonElement parent, string key) => parent.GetProperty(key).GetInt32();
        var (width, textWidth, patch) = (Number(vision, "width"), Number(text, "width"), Number(vision, "patch_size"));
        var grid = Number(vision, "input_resolution") / patch;
        SafetensorsWriter.Write(model, Tensors(
            prefix, Number(config, "embed_dim"), width, Number(vision, "layers"), patch, grid, textWidth, Number(text, "layers"), Number(text, "vocab_size")));
        WritePrompts(prefix, model, textWidth, config.GetProperty("prompt_learner"));
        int[] layers = [.. config.GetProperty("features_list").EnumerateArray().Select(layer => layer.GetInt32())];

        foreach (var side in config.GetProperty("image_sizes").EnumerateArray().Select(size => size.GetInt32()))
        {
            using var detector = DetectionModel.Open(model, new DetectorOptions(side, config.GetProperty("DPAM_layer").GetInt32(), layers));
            var scorer = detector.CreateScorer(new PromptSettings(PromptKind.Learned, CheckpointFile: Path.Combine(_folder, "prompts.safetensors")), []);
            var tokens = detector.EncodeExactly(Values($"{prefix}input.image", 3 * side * side, 1.7f));

            golden.AssertClose("text_features", [.. scorer.Texts.Normal, .. scorer.Texts.Abnormal]);
            golden.AssertClose($"S{side}.class_feature", tokens.ClassToken);
            var kept = golden[$"S{side}.token_indices"].Select(index => (int)index).ToArray();
            for (var i = 0; i < layers.Length; i++)
            {
                var all = tokens.Layers[i].Values;
                golden.AssertClose($"S{side}.patch_{i}", [.. kept.SelectMany(token => all.Skip(token * tokens.Width).Take(tokens.Width))]);
                golden.AssertClose(
                    $"S{side}.anomaly_prob_grid_{i}", scorer.Texts.AbnormalProbability(UnitVectors.Normalise(tokens.Patches(layers[i]), tokens.Width), 0.07f));
            }
            golden.AssertClose($"S{side}.anomaly_prob", [scorer.Score(tokens, null).Score]);
        }
    }

    private static List<(string Name, long[] Shape, float[] Values)> Tensors(
        string prefix, int embed, int width, int layers, int patch, int grid, int textWidth, int textLayers, int vocabulary)
    {
        var tensors = new List<(string Name, long[] Shape, float[] Values)>();
        Add("visual.conv1.weight", Scale(3 * patch * patch), width, 3, patch, patch);
        Add("visual.class_embedding", 0.5f, width);
        Add("visual.positional_embedding", 0.5f, (grid * grid) + 1, width);
        Add("visual.proj", Scale(width), width, embed);
        Norm("visual.ln_pre", width);
        Norm("visual.ln_post", width);
        Blocks("visual.transformer.resblocks.", layers, width);
        Add("positional_embedding", 0.03f, 77, textWidth);
        Add("token_embedding.weight", 0.05f, vocabulary, textWidth);
        Add("text_projection", Scale(textWidth), textWidth, embed);
        Norm("ln_final", textWidth);
        Blocks("transformer.resblocks.", textLayers, textWidth);
        return tensors;

        static float Scale(int inputs) => (float)Math.Sqrt(3.0 / inputs);

        void Add(string name, float scale, params long[] shape)
            => tensors.Add((name, shape, Values(prefix + name, (int)shape.Aggregate((product, length) => product * length), scale)));

        void Norm(string name, int length)
        {
            var weight = Values($"{prefix}{name}.weight", length, 0.1f);
            TensorPrimitives.Add(weight, 1f, weight);
            tensors.Add(($"{name}.weight", [length], weight));
            Add($"{name}.bias", 0.02f, length);
        }

        void Blocks(string group, int count, int blockWidth)
        {
            for (var i = 0; i < count; i++)
            {
                Norm($"{group}{i}.ln_1", blockWidth);
                Norm($"{group}{i}.ln_2", blockWidth);
                Linear($"{group}{i}.attn.in_proj_", 3 * blockWidth, blockWidth);
                Linear($"{group}{i}.attn.out_proj.", blockWidth, blockWidth);
                Linear($"{group}{i}.mlp.c_fc.", 4 * blockWidth, blockWidth);
                Linear($"{group}{i}.mlp.c_proj.", blockWidth, 4 * blockWidth);
            }
        }

        void Linear(string name, int outputs, int inputs)
        {
            Add(name + "weight", Scale(inputs), outputs, inputs);
            Add(name + "bias", 0.02f, outputs);
        }
    }

    private void WritePrompts(string prefix, string model, int width, System.Text.Json.JsonElement learner)
    {
        var (context, deep, length) =
            (learner.GetProperty("n_ctx").GetInt32(), learner.GetProperty("depth").GetInt32() - 1, learner.GetProperty("t_n_ctx").GetInt32());
        var weights = ClipWeights.From(WeightFile.Open(model));
        var tokenizer = new ClipTokenizer(VocabularyFiles.Read(Golden.Vocabulary, "full size", weights.Architecture.VocabularySize), 77);
        var tensors = new List<(string Name, long[] Shape, float[] Values)>();
        foreach (var (side, words) in new[] { ("pos", "object."), ("neg", "damaged object.") })
        {
            int[] ids = tokenizer.Sequence(string.Concat(Enumerable.Repeat("X ", context)) + words);
            ids = [.. ids, .. new int[77 - ids.Length]];
            float[] Rows(Range range) => [.. ids[range].SelectMany(id => weights["token_embedding.weight"].ReadRow(id))];
            tensors.Add(($"ctx_{side}", [1, 1, context, width], Values($"{prefix}prompt_learner.ctx_{side}", context * width, PromptScale)));
            tensors.Add(($"token_prefix_{side}", [1, 1, 1, width], Rows(..1)));
            tensors.Add(($"token_suffix_{side}", [1, 1, 76 - context, width], Rows((1 + context)..)));
            tensors.Add(($"tokenized_prompts_{side}", [1, 1, 77], [.. ids.Select(id => (float)id)]));
        }
        for (var i = 0; i < deep; i++)
        {
            tensors.Add(
                ($"compound_prompts_text.{i}", [length, width], Values($"{prefix}prompt_learner.compound_prompts_text.{i}", length * width, PromptScale)));
        }
        SafetensorsWriter.Write(Path.Combine(_folder, "prompts.safetensors"), tensors);
    }

    private static float[] Values(string name, int count, float scale)
    {
        var seed = 0xcbf29ce484222325UL;
        foreach (var value in Encoding.UTF8.GetBytes(name))
        {
            seed = (seed ^ value) * 0x100000001b3UL;
        }
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            var z = seed + ((ulong)(i + 1) * 0x9E3779B97F4A7C15UL);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            z ^= z >> 31;
            values[i] = scale * ((2f * ((z >> 40) / 16777216f)) - 1f);
        }
        return values;
    }
}
