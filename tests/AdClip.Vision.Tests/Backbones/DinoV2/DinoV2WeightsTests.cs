using AdClip.Testing;
using AdClip.Vision.Backbones;
using AdClip.Vision.Backbones.DinoV2;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Backbones.DinoV2;

public sealed class DinoV2WeightsTests
{
    [Theory]
    [InlineData(0, PositionConvention.Offset)]
    [InlineData(2, PositionConvention.Antialias)]
    public void Open_OriginalNames_ArchitectureFromShapes(int registers, PositionConvention positions)
    {
        using var made = new MadeDinoV2(registers);

        var weights = DinoV2Run.Open(made.Write());

        Assert.Equal(DinoV2Naming.Original, weights.Naming);
        Assert.Equal(
            new DinoV2Architecture
            {
                Width = 64,
                Layers = 3,
                Heads = 1,
                PatchSize = 4,
                Grid = 3,
                Registers = registers,
                HiddenWidth = 256,
                IsGated = false,
                NormEpsilon = 1e-6f,
                Positions = positions,
                Parameters = made.Tensors.Where(tensor => tensor.Key != "mask_token").Sum(tensor => tensor.Value.Values.Length),
            },
            weights.Architecture);
        Assert.Equal(12, weights.Architecture.NativeImageSize);
    }

    [Theory]
    [InlineData("backbone.", false)]
    [InlineData("teacher.backbone.", false)]
    [InlineData("teacher.backbone.", true)]
    [InlineData("", true)]
    public void Open_NamesOfATrainingRun_SameBits(string prefix, bool isChunked)
    {
        using var made = new MadeDinoV2(registers: 2);
        var plain = Tokens(made);
        made.Rename(name => prefix + (isChunked ? Chunked(name) : name));
        made.Add(prefix.Replace("backbone.", "", StringComparison.Ordinal) + "dino_head.mlp.0.weight", 4, 64);

        Assert.Equal(plain, Tokens(made));

        // Two blocks in the first chunk, one in the second, counted through.
        static string Chunked(string name) => name.StartsWith("blocks.", StringComparison.Ordinal)
            ? $"blocks.{(name[7] == '2' ? 1 : 0)}.{name[7..]}"
            : name;
    }

    [Theory]
    [InlineData("", 2)]
    [InlineData("dinov2.", 0)]
    [InlineData("dinov2_with_registers.", 2)]
    public void Open_HuggingFaceNamesWithClassifier_SameTokens(string prefix, int registers)
    {
        using var made = new MadeDinoV2(registers);
        // At the stored size no convention shows.
        var plain = Tokens(made, 12, 12);
        HuggingFace(made, prefix);

        var weights = DinoV2Run.Open(made.Write());

        Assert.Equal(DinoV2Naming.HuggingFace, weights.Naming);
        Assert.Equal(registers == 0 ? PositionConvention.Size : PositionConvention.Antialias, weights.Architecture.Positions);
        Golden.AssertClose(plain, Tokens(made, 12, 12), 1e-5, "tokens");
    }

    [Fact]
    public void Open_WithoutMaskToken_TakenAsTimms()
    {
        using var made = new MadeDinoV2(registers: 0);
        made.Tensors.Remove("mask_token");

        var weights = DinoV2Run.Open(made.Write());

        Assert.Equal((DinoV2Naming.Timm, PositionConvention.Antialias), (weights.Naming, weights.Architecture.Positions));
    }

    [Theory]
    [InlineData("rope_embed.periods")]
    [InlineData("blocks.1.attn.q_norm.weight")]
    [InlineData("blocks.0.1.norm1.weight")]
    [InlineData("norm_pre.weight")]
    public void Open_TensorThatNothingReads_RefusedByName(string name)
    {
        using var made = new MadeDinoV2(registers: 0);
        made.Add(name, 64);

        Refused(made, RefusalCode.TensorUnknown, name, "use the model as it was published");
    }

    [Theory]
    [InlineData("blocks.1.ls2.gamma")]
    [InlineData("blocks.2.mlp.fc2.bias")]
    [InlineData("norm.weight")]
    [InlineData("pos_embed")]
    public void Open_TensorMissing_RefusedByName(string name)
    {
        using var made = new MadeDinoV2(registers: 0);
        made.Tensors.Remove(name);

        Refused(made, RefusalCode.TensorMissing, name, "copy it again");
    }

    [Fact]
    public void Open_HuggingFaceTensorMissing_RefusedByItsOwnName()
    {
        using var made = new MadeDinoV2(registers: 0);
        HuggingFace(made, "dinov2.");
        made.Tensors.Remove("dinov2.encoder.layer.1.attention.attention.key.bias");

        Refused(made, RefusalCode.TensorMissing, "dinov2.encoder.layer.1.attention.attention.key.bias", "copy it again");
    }

    [Theory]
    [InlineData("blocks.1.mlp.fc1.weight", new long[] { 255, 64 }, "[256, 64]")]
    [InlineData("blocks.0.attn.qkv.bias", new long[] { 64 }, "[192]")]
    [InlineData("patch_embed.proj.weight", new long[] { 64, 1, 4, 4 }, "[64, 3, 4, 4]")]
    [InlineData("patch_embed.proj.weight", new long[] { 48, 3, 4, 4 }, "a multiple of 64")]
    [InlineData("pos_embed", new long[] { 1, 9, 64 }, "1 + M * M")]
    [InlineData("cls_token", new long[] { 1, 64 }, "[1, 1, 64]")]
    public void Open_ShapeThatDoesNotFit_RefusedWithBothShapes(string name, long[] shape, string wanted)
    {
        using var made = new MadeDinoV2(registers: 0);
        made.Add(name, shape);

        Refused(made, RefusalCode.TensorShapeWrong, name, string.Join(", ", shape), wanted, "use the model as it was published");
    }

    [Theory]
    [InlineData("""{"model_type": "dinov2", "hidden_size": 384}""", RefusalCode.ModelConfigContradiction, "384", "64")]
    [InlineData("""{"model_type": "dinov2", "num_hidden_layers": 12}""", RefusalCode.ModelConfigContradiction, "12", "3")]
    [InlineData("""{"model_type": "dinov2_with_registers", "num_register_tokens": 4}""", RefusalCode.ModelConfigContradiction, "4", "0")]
    [InlineData("""{"model_type": "dinov2", "use_swiglu_ffn": true}""", RefusalCode.ModelConfigContradiction, "use_swiglu_ffn", "True")]
    [InlineData("""{"model_type": "dinov2", "num_attention_heads": 5}""", RefusalCode.ModelConfigInvalid, "5", "copy it again")]
    [InlineData("""{"model_type": "dinov2", "layer_norm_eps": 0}""", RefusalCode.ModelConfigInvalid, "epsilon", "copy it again")]
    [InlineData("""{"model_type": "dinov2", "hidden_size": "many"}""", RefusalCode.ModelConfigInvalid, "config.json", "copy it again")]
    [InlineData("""{"model_type": "dinov2", "hidden_act": "relu"}""", RefusalCode.ModelSettingUnsupported, "relu", "use a plain DINOv2 model")]
    [InlineData("""{"model_type": "dinov2", "qkv_bias": false}""", RefusalCode.ModelSettingUnsupported, "qkv_bias", "use a plain DINOv2 model")]
    [InlineData("""{"architecture": "vit_base_patch14_dinov2", "num_features": 768}""", RefusalCode.ModelConfigContradiction, "768", "64")]
    public void Open_ConfigOfOtherWeights_Refused(string config, RefusalCode code, params string[] words)
    {
        using var made = new MadeDinoV2(registers: 0);

        Refused(made.Write(config), code, words);
    }

    [Fact]
    public void Open_ConfigWithHeadsAndEpsilon_Taken()
    {
        using var made = new MadeDinoV2(registers: 0);

        var model = DinoV2Run.Open(made.Write("""{"model_type": "dinov2", "num_attention_heads": 4, "layer_norm_eps": 1e-5}""")).Architecture;

        Assert.Equal((4, 1e-5f), (model.Heads, model.NormEpsilon));
    }

    [Fact]
    public void IsKind_EmbeddedClip_OnlyDinoV2Is()
    {
        using var made = new MadeDinoV2(registers: 0);
        var clip = WeightFile.Open(Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini/model.safetensors"));

        Assert.True(DinoV2Weights.IsKind(WeightFile.Open(made.Write())));
        Assert.False(DinoV2Weights.IsKind(clip));
        Assert.Equal(RefusalCode.TensorMissing, Assert.Throws<RefusedInputException>(() => DinoV2Weights.From(clip)).Code);
    }

    private static void Refused(MadeDinoV2 made, RefusalCode code, params string[] words) => Refused(made.Write(), code, words);

    private static void Refused(string path, RefusalCode code, params string[] words)
    {
        var refusal = Assert.Throws<RefusedInputException>(() => DinoV2Run.Open(path));
        Assert.Equal(code, refusal.Code);
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
    }

    private static float[] Tokens(MadeDinoV2 made, int height = 8, int width = 16)
    {
        var weights = DinoV2Run.Open(made.Write());
        var settings = new DinoV2Settings(height, width, [3], NormedLayers.None, IsWhole: false);
        var name = EncoderValues.Patches(3);
        return DinoV2Run.Outputs(weights, settings, MadeDinoV2.Random(3 * height * width, 1), 1, isBatched: false, withStreams: false, [name])[name];
    }

    private static void HuggingFace(MadeDinoV2 made, string prefix)
    {
        foreach (var (name, (shape, values)) in made.Tensors.Where(tensor => tensor.Key.Contains("attn.qkv", StringComparison.Ordinal)).ToList())
        {
            foreach (var (i, part) in ((string[])["query", "key", "value"]).Index())
            {
                var length = values.Length / 3;
                made.Tensors[name.Replace("attn.qkv", $"attention.attention.{part}", StringComparison.Ordinal)] =
                    ([shape[0] / 3, .. shape.Skip(1)], values[(i * length)..((i + 1) * length)]);
            }
            made.Tensors.Remove(name);
        }
        (string, string)[] names =
        [
            ("patch_embed.proj", "embeddings.patch_embeddings.projection"), ("cls_token", "embeddings.cls_token"), ("mask_token", "embeddings.mask_token"),
            ("register_tokens", "embeddings.register_tokens"), ("pos_embed", "embeddings.position_embeddings"), ("blocks.", "encoder.layer."),
            ("attn.proj", "attention.output.dense"), ("ls1.gamma", "layer_scale1.lambda1"), ("ls2.gamma", "layer_scale2.lambda1"),
        ];
        made.Rename(name => prefix + (name.StartsWith("norm.", StringComparison.Ordinal)
            ? $"layer{name}"
            : names.Aggregate(name, (renamed, pair) => renamed.Replace(pair.Item1, pair.Item2, StringComparison.Ordinal))));
        made.Add("classifier.weight", 10, 128);
        made.Add("classifier.bias", 10);
    }
}
