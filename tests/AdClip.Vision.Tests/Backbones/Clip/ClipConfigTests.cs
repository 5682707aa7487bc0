using System.Text.Json.Nodes;
using AdClip.Testing;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Detection;
using AdClip.Vision.Graphs;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Backbones.Clip;

public sealed class ClipConfigTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-config").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("hf", "config.json")]
    [InlineData("open_clip.safetensors", "open_clip_config.json")]
    [InlineData("openai_jit.pt", null)]
    public void Open_GoldenContainer_SettingsFromTheFileBesideIt(string name, string? configFile)
    {
        using var detector = DetectionModel.Open(SharedFolder.Require($"golden/tiny-clip/{name}"), new DetectorOptions(56));

        Assert.Equal(configFile, detector.Model.ConfigFile);
        Assert.Equal(new ClipTower(ClipActivation.QuickGelu, 2, 1e-5f), detector.RequireWords().Architecture.Vision);
        Assert.Equal(new ClipTower(ClipActivation.QuickGelu, 1, 1e-5f), detector.RequireWords().Architecture.Text);
    }

    [Fact]
    public void Open_EmbeddedModel_SettingsFromItsOwnConfig()
    {
        using var detector = DetectionModel.Open(Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini"));

        Assert.Equal("config.json", detector.Model.ConfigFile);
        Assert.Equal(3, detector.RequireWords().Architecture.VisionHeads);
    }

    [Fact]
    public void Encode_HuggingFaceModelWithGelu_DiffersFromQuickGelu()
        => AssertExactGelu(HuggingFace(config =>
        {
            config["vision_config"]!["hidden_act"] = "gelu";
            config["text_config"]!["hidden_act"] = "gelu";
        }), SharedFolder.Require("golden/tiny-clip/hf"));

    [Fact]
    public void Encode_OpenClipModelWithoutQuickGelu_DiffersFromQuickGelu()
        => AssertExactGelu(
            OpenClip(config => config["model_cfg"]!.AsObject().Remove("quick_gelu")), SharedFolder.Require("golden/tiny-clip/open_clip.safetensors"));

    [Fact]
    public void Gelu_KnownPoints_TheNormalDistributionTimesTheValue()
    {
        var graph = new GraphBuilder();
        graph.Output(graph.Named("out", graph.Gelu(graph.Input("in", 4))));
        using var session = OnnxSession.Create(graph.Build(), null, new SessionSettings());

        var values = session.Run([new GraphTensor("in", [-1, 0, 1, 2], 4)], ["out"])[0].Values;

        // v times the area of the normal distribution below v, from its tables.
        Golden.AssertClose([-0.1586553f, 0, 0.8413447f, 1.9544997f], values, 1e-6, "gelu");
    }

    [Fact]
    public void Open_HeadsAndEpsilonStated_Used()
    {
        using var wide = DetectionModel.Open(OpenClip(config => config["model_cfg"]!["vision_cfg"]!["head_width"] = 32), new DetectorOptions(56));
        using var fine = DetectionModel.Open(HuggingFace(config => config["vision_config"]!["layer_norm_eps"] = 1e-6), new DetectorOptions(56));

        Assert.Equal(4, wide.RequireWords().Architecture.VisionHeads);
        Assert.Equal(1e-6f, fine.RequireWords().Architecture.Vision.NormEpsilon);
        // Tokens of other settings must not be taken for these.
        Assert.EndsWith("-QuickGelu-h4-e1E-05", wide.EncoderId, StringComparison.Ordinal);
        Assert.NotEqual(fine.EncoderId.Split('-')[^1], wide.EncoderId.Split('-')[^1]);
    }

    [Theory]
    [InlineData("vision_config", "num_hidden_layers", 24)]
    [InlineData("vision_config", "hidden_size", 768)]
    [InlineData("vision_config", "patch_size", 16)]
    [InlineData("vision_config", "image_size", 224)]
    [InlineData("text_config", "num_hidden_layers", 12)]
    [InlineData("text_config", "vocab_size", 49408)]
    [InlineData("text_config", "max_position_embeddings", 64)]
    public void Open_ConfigOfOtherWeights_Refused(string tower, string key, int value)
    {
        var refusal = Refusal(HuggingFace(config => config[tower]![key] = value));

        Assert.Equal(RefusalCode.ModelConfigContradiction, refusal.Code);
        Assert.Contains($"{tower}.{key} is {value}", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vision_cfg", "layers", 12, RefusalCode.ModelConfigContradiction)]
    [InlineData("text_cfg", "context_length", 64, RefusalCode.ModelConfigContradiction)]
    [InlineData("text_cfg", "heads", 3, RefusalCode.ModelConfigInvalid)] // 64 wide
    [InlineData("vision_cfg", "head_width", 48, RefusalCode.ModelConfigInvalid)]
    [InlineData("vision_cfg", "timm_model_name", "vit_base", RefusalCode.ModelSettingUnsupported)]
    [InlineData("text_cfg", "hf_model_name", "xlm-roberta-base", RefusalCode.ModelSettingUnsupported)]
    [InlineData("text_cfg", "no_causal_mask", true, RefusalCode.ModelSettingUnsupported)]
    [InlineData("vision_cfg", "ls_init_value", 0.1, RefusalCode.ModelSettingUnsupported)]
    public void Open_OpenClipConfigThatDoesNotFit_Refused(string tower, string key, object value, RefusalCode code)
        => Assert.Equal(code, Refusal(OpenClip(config => config["model_cfg"]![tower]![key] = JsonValue.Create(value))).Code);

    [Theory]
    [InlineData("hidden_act", "relu", RefusalCode.ModelSettingUnsupported)]
    [InlineData("hidden_act", 5, RefusalCode.ModelConfigInvalid)]
    [InlineData("num_attention_heads", "two", RefusalCode.ModelConfigInvalid)]
    [InlineData("layer_norm_eps", -1, RefusalCode.ModelConfigInvalid)]
    public void Open_UnusableHuggingFaceConfig_Refused(string key, object value, RefusalCode code)
        => Assert.Equal(code, Refusal(HuggingFace(config => config["vision_config"]![key] = JsonValue.Create(value))).Code);

    [Fact]
    public void Open_ConfigThatIsNoJson_Refused()
    {
        var folder = HuggingFace(_ => { });
        File.WriteAllText(Path.Combine(folder, "config.json"), "{");

        Assert.Equal(RefusalCode.ModelConfigInvalid, Refusal(folder).Code);
    }

    private static void AssertExactGelu(string model, string quickModel)
    {
        using var exact = DetectionModel.Open(model, new DetectorOptions(56, 0, [1]));
        using var quick = DetectionModel.Open(quickModel, new DetectorOptions(56, 0, [1]));
        var pixels = WeightFile.Open(SharedFolder.Require("golden/tiny-clip/truncated_outputs.safetensors")).Require("image").ReadFloats()[..(3 * 56 * 56)];

        Assert.Equal(ClipActivation.Gelu, exact.RequireWords().Architecture.Vision.Activation);
        Assert.Equal(ClipActivation.Gelu, exact.RequireWords().Architecture.Text.Activation);
        Assert.NotEqual(quick.EncoderId, exact.EncoderId);
        var (a, b) = (exact.Encode(pixels).Layers[0].Values, quick.Encode(pixels).Layers[0].Values);
        var difference = a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
        // The two functions differ by at most 0.02: near, but not the same model.
        Assert.InRange(difference, 1e-4, 0.5);
    }

    private static RefusedInputException Refusal(string model)
        => Assert.Throws<RefusedInputException>(() => DetectionModel.Open(model, new DetectorOptions(56)).Dispose());

    private string HuggingFace(Action<JsonNode> change) => Model("hf", "model.safetensors", "hf/model.safetensors", "config.json", "hf/config.json", change);

    private string OpenClip(Action<JsonNode> change)
        => Model("open", "open_clip_model.safetensors", "open_clip.safetensors", "open_clip_config.json", "open_clip_config.json", change);

    private string Model(string name, string weights, string sourceWeights, string config, string sourceConfig, Action<JsonNode> change)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        File.CreateSymbolicLink(Path.Combine(folder, weights), SharedFolder.Require($"golden/tiny-clip/{sourceWeights}"));
        var json = JsonNode.Parse(File.ReadAllText(SharedFolder.Require($"golden/tiny-clip/{sourceConfig}")))!;
        change(json);
        File.WriteAllText(Path.Combine(folder, config), json.ToJsonString());
        return folder;
    }
}
