using AdClip.Testing;
using AdClip.Vision.Backbones;
using AdClip.Vision.Backbones.DinoV2;
using AdClip.Vision.Detection;
using AdClip.Vision.Graphs;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Backbones.DinoV2;

public sealed class DinoV2BackboneTests
{
    [Theory]
    [InlineData("hf-dinov2", 0)]
    [InlineData("hf-dinov2-with-registers", 4)]
    public void Encode_HuggingFaceFolder_ClassAndPatchesOfTheGoldenOutput(string name, int registers)
    {
        var golden = Golden.Open($"dinov2/containers/{name}", "expected.safetensors");
        var folder = SharedFolder.Require($"golden/dinov2/containers/{name}");
        var pixels = WeightFile.Open(SharedFolder.Require("golden/dinov2/inputs.safetensors")).Require("image_98x98").ReadFloats();
        var expected = golden["98x98.last_hidden_state"];
        var last = golden.Config.GetProperty("depth").GetInt32();
        // The folder's golden files are weight files too.
        using var model = DetectionModel.Open(Path.Combine(folder, "model.safetensors"), new DetectorOptions(98, Layers: [last]));

        var tokens = model.EncodeExactly(pixels);

        Assert.Equal(("dinov2", "config.json", false), (model.Model.Shape.Kind, model.Model.ConfigFile, model.Model.Shape.HasWords));
        Assert.Equal((7, 64), (tokens.Grid, tokens.Width));
        float[] kept = [.. expected[..64], .. expected[((1 + registers) * 64)..]];
        Golden.AssertClose(kept, tokens.Layers[0].Values, golden.Tolerance("98x98.last_hidden_state"), name);
        Golden.AssertClose(kept.AsSpan(0, 64), tokens.ClassToken, golden.Tolerance("98x98.last_hidden_state"), "class");
        Assert.Equal(RefusalCode.ModelHasNoWords, Assert.Throws<RefusedInputException>(model.RequireWords).Code);
    }

    [Fact]
    public void Open_MadeModel_SettingsThatFitIt()
    {
        using var made = new MadeDinoV2(registers: 2);
        var backbone = Open(made);

        Assert.Equal((12, 0), (backbone.Recommended.ImageSize, backbone.Recommended.Dpam));
        Assert.Equal([2], backbone.Recommended.Layers);
        Assert.Equal(RefusalCode.EncoderSettingInvalid, Refusal(() => backbone.Checked(new ImageEncoderSettings(14, 0, [1]))).Code);
        Assert.Equal(RefusalCode.EncoderSettingInvalid, Refusal(() => backbone.Checked(new ImageEncoderSettings(16, 2, [1]))).Code);
        Assert.Equal(RefusalCode.EightBitUnsupported, Refusal(() => backbone.OpenEightBit(null)).Code);
    }

    [Fact]
    public void IdOf_WhatChangesTokens_AnotherId()
    {
        using var made = new MadeDinoV2(registers: 0);
        var settings = new ImageEncoderSettings(12, 0, [2]);
        string[] configs = ["{}", """{"model_type": "dinov2", "num_attention_heads": 4}""", """{"model_type": "dinov2", "layer_norm_eps": 1e-5}""",
            """{"architecture": "vit_small_patch14_dinov2"}"""];

        string[] ids = [.. configs.Select(config => Open(made, config).IdOf(settings)), Open(made).IdOf(settings with { Layers = [3] })];

        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Theory]
    [InlineData(40, 23, 29)]
    [InlineData(24, 14, 17)]
    [InlineData(12, 7, 9)]
    [InlineData(1, 1, 1)]
    public void MiddleLayers_Depth_SameShareAsInThePaper(int depth, int first, int last)
    {
        using var made = new MadeDinoV2(registers: 0);

        Assert.Equal(Enumerable.Range(first, last - first + 1), (Open(made).Weights.Architecture with { Layers = depth }).MiddleLayers);
    }

    [Fact]
    public void Encode_BatchOfABackbone_AsOneByOne()
    {
        using var made = new MadeDinoV2(registers: 2);
        var backbone = Open(made);
        var settings = new ImageEncoderSettings(16, 0, [1, 3]);
        using var single = new ImageEncoder(backbone, settings, "test", new SessionSettings());
        using var batched = new ImageEncoder(backbone, settings, "test", new SessionSettings(), batchBound: 4);
        ReadOnlyMemory<float>[] images = [.. Enumerable.Range(0, 3).Select(i => (ReadOnlyMemory<float>)MadeDinoV2.Random(3 * 16 * 16, 50 + i))];

        foreach (var (image, tokens) in images.Zip(batched.Encode(images)))
        {
            var alone = single.Encode(image.Span);
            Golden.AssertClose(alone.ClassToken, tokens.ClassToken, 1e-5, "class");
            Golden.AssertClose(alone.Layers[0].Values, tokens.Layers[0].Values, 1e-5, "first");
            Golden.AssertClose(alone.Layers[1].Values, tokens.Layers[1].Values, 1e-5, "last");
        }
    }

    private static DinoV2Backbone Open(MadeDinoV2 made, string? config = null)
        => Assert.IsType<DinoV2Backbone>(BackboneKinds.Open(ModelFolder.Find(made.Write(config))));

    private static RefusedInputException Refusal(Func<object> act) => Assert.Throws<RefusedInputException>(act);
}
