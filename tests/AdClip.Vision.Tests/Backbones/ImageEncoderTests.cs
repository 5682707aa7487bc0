using System.Numerics.Tensors;
using AdClip.Testing;
using AdClip.Vision.Backbones;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Detection;
using AdClip.Vision.Graphs;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Backbones;

public sealed class ImageEncoderTests
{
    [Theory]
    [InlineData("s42-dpam-4")]
    [InlineData("s56-dpam-1")]
    [InlineData("s56-dpam-2")]
    [InlineData("s56-dpam-4")]
    [InlineData("s56-dpam-6")]
    [InlineData("s56-dpam-7")]
    [InlineData("s56-dpam-none")]
    [InlineData("s84-dpam-1")]
    [InlineData("s84-dpam-2")]
    [InlineData("s84-dpam-4")]
    [InlineData("s84-dpam-4-all-layers")]
    [InlineData("s84-dpam-4-ffn")]
    [InlineData("s84-dpam-6")]
    [InlineData("s84-dpam-7")]
    [InlineData("s84-dpam-none")]
    [InlineData("s90-dpam-4")]
    public void Encode_GoldenCase_WithinItsTolerance(string name)
    {
        var golden = Golden.Open($"image-encoder/{name}");
        var side = golden.Config.GetProperty("image_size").GetInt32();
        var dpam = golden.Config.GetProperty("DPAM_layer");
        int[] layers = [.. golden.Config.GetProperty("features_list").EnumerateArray().Select(layer => layer.GetInt32())];
        var settings = new ImageEncoderSettings(
            side, dpam.ValueKind == System.Text.Json.JsonValueKind.Number ? dpam.GetInt32() : 0, layers, golden.Config.GetProperty("ffn").GetBoolean());
        var weights = ClipWeights.From(WeightFile.Open(Golden.TinyClip));
        using var encoder = new ImageEncoder(new ClipBackbone(weights), settings, "test", new SessionSettings());

        for (var image = 0; image < 2; image++)
        {
            var tokens = encoder.Encode(Pixels(side, image));

            golden.AssertClose("class_feature", tokens.ClassToken, image);
            for (var i = 0; i < tokens.Layers.Count; i++)
            {
                golden.AssertClose($"patch_{i}", tokens.Layers[i].Values, image);
            }
        }
    }

    [Theory]
    [InlineData(56)]
    [InlineData(84)]
    public void Encode_PlainClip_TokensOfTheOriginalPath(int side)
    {
        var golden = Golden.Open("image-encoder/plain-clip");
        var weights = ClipWeights.From(WeightFile.Open(Golden.TinyClip));
        using var encoder = new ImageEncoder(new ClipBackbone(weights), new ImageEncoderSettings(side, 0, [6]), "test", new SessionSettings());

        golden.AssertClose($"tokens_{side}", encoder.Encode(Pixels(side, 1)).Layers[0].Values, batchIndex: 1);
    }

    [Fact]
    public void Encode_OriginalKept_BothPathsInOneRun()
    {
        var weights = ClipWeights.From(WeightFile.Open(Golden.TinyClip));
        var settings = new ImageEncoderSettings(84, 4, [2, 4, 6]);
        using var dual = new ImageEncoder(new ClipBackbone(weights), settings, "test", new SessionSettings());
        using var plain = new ImageEncoder(new ClipBackbone(weights), settings with { Dpam = 0 }, "test", new SessionSettings());
        using var both = new ImageEncoder(new ClipBackbone(weights), settings with { KeepsOriginal = true }, "test", new SessionSettings());
        var pixels = Pixels(84, 0);

        var tokens = both.Encode(pixels);

        Assert.Empty(dual.Encode(pixels).OriginalLayers);
        Assert.Equal([2, 4, 6], tokens.OriginalLayers.Select(layer => layer.Layer));
        Assert.Equal(dual.Encode(pixels).Layers.Select(layer => layer.Values), tokens.Layers.Select(layer => layer.Values));
        foreach (var (expected, actual) in plain.Encode(pixels).Layers.Zip(tokens.OriginalLayers))
        {
            Golden.AssertClose(expected.Values, actual.Values, 1e-5, $"layer {expected.Layer}");
        }
    }

    [Fact]
    public void Build_WithStreams_EveryBlockAsInTheDebugCase()
    {
        var golden = Golden.Open("image-encoder/debug", "activations.safetensors");
        var tolerance = golden.Case.GetProperty("tolerances").GetProperty("atol").GetDouble();
        var weights = ClipWeights.From(WeightFile.Open(Golden.TinyClip));
        var graph = ImageEncoderGraph.Build(weights, new ImageEncoderSettings(56, 4, [2, 4, 6]), withStreams: true);
        using var session = OnnxSession.Create(graph, Path.GetDirectoryName(weights.FilePath), new SessionSettings());

        for (var layer = 1; layer <= 6; layer++)
        {
            var outputs = session.Run(
                [new GraphTensor(EncoderValues.Pixels, Pixels(56, 0), 1, 3, 56, 56)],
                [ImageEncoderGraph.Stream(layer, isOriginal: true), ImageEncoderGraph.Stream(layer, isOriginal: false)]);
            var names = layer < 4 ? ((string[])[$"block_{layer}"]) : [$"block_{layer}.ori", $"block_{layer}.new"];
            for (var i = 0; i < names.Length; i++)
            {
                Golden.AssertClose(golden[names[i]].AsSpan(0, outputs[i].Values.Length), outputs[i].Values, tolerance, names[i]);
            }
        }
    }

    [Fact]
    public void Encode_EmbeddedModel_MatchesItsGoldenFile()
    {
        var folder = Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini");
        var golden = WeightFile.Open(Path.Combine(folder, "golden.safetensors"));
        using var detector = DetectionModel.Open(folder);
        using var plain = DetectionModel.Open(folder, new DetectorOptions(Dpam: 0, Layers: [1, 2, 3, 4, 5, 6, 7, 8]));
        const int Values = 3 * 224 * 224;

        for (var image = 0; image < 2; image++)
        {
            var pixels = golden.Require("preprocessed").ReadFloats().AsSpan(image * Values, Values);
            var tokens = detector.EncodeExactly(pixels);

            Close("class_feature", tokens.ClassToken);
            foreach (var layer in (int[])[4, 6, 8])
            {
                Close($"patch_features.{layer}", tokens.Patches(layer).ToArray());
            }
            Close("clip_image_feature", plain.EncodeExactly(pixels).Layers[^1].Values[..128]);

            void Close(string name, float[] actual)
            {
                var expected = golden.Require(name).ReadFloats().AsSpan(image * actual.Length, actual.Length);
                Golden.AssertClose(expected, actual, 1e-5 * Math.Abs(TensorPrimitives.MaxMagnitude(expected)), name);
            }
        }
    }

    [Fact]
    public async Task Encode_FromManyThreads_SameBitsAsAlone()
    {
        using var detector = DetectionModel.Open(Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini"));
        var random = new Random(7);
        float[][] images = [.. Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, 3 * 224 * 224).Select(_ => (float)random.NextDouble()).ToArray())];
        float[][] alone = [.. images.Select(image => detector.Encode(image).Layers[^1].Values)];

        var together = await Task.WhenAll(
            images.Select(image => Task.Run(() => detector.Encode(image).Layers[^1].Values, TestContext.Current.CancellationToken)));

        Assert.Equal(alone, together);
    }

    [Theory]
    [InlineData(13, 4, 6)]
    [InlineData(4096, 4, 6)]
    [InlineData(56, 8, 6)]
    [InlineData(56, -1, 6)]
    [InlineData(56, 4, 0)]
    [InlineData(56, 4, 7)]
    public void Open_ImpossibleSetting_Refused(int side, int dpam, int layer)
    {
        var refusal = Assert.Throws<RefusedInputException>(() => DetectionModel.Open(Golden.TinyClip, new DetectorOptions(side, dpam, [layer])));

        Assert.Equal(RefusalCode.EncoderSettingInvalid, refusal.Code);
    }

    private static float[] Pixels(int side, int image)
    {
        var both = WeightFile.Open(SharedFolder.Require("golden/image-encoder/inputs.safetensors")).Require($"image_{side}").ReadFloats();
        return both[(image * both.Length / 2)..((image + 1) * both.Length / 2)];
    }
}
