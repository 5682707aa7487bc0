using System.Numerics.Tensors;
using AdClip.Testing;
using AdClip.Vision.Backbones;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Detection;
using AdClip.Vision.Graphs;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Backbones.Clip;

public sealed class EightBitTests : IDisposable
{
    private const int Values = 3 * 224 * 224;

    private static readonly SessionSettings EightBit = new(Precision: Precision.Int8);

    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-8bit-test").FullName;

    private static string Mini => Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Encode_EightBits_CloseToFloatButNotTheSame()
    {
        using var exact = DetectionModel.Open(Mini);
        using var coarse = DetectionModel.Open(Mini, new DetectorOptions(Session: EightBit));
        var pixels = WeightFile.Open(Path.Combine(Mini, "golden.safetensors")).Require("preprocessed").ReadFloats().AsSpan(0, Values);

        var (expected, actual) = (exact.Encode(pixels), coarse.Encode(pixels));

        Assert.NotEqual(exact.EncoderId, coarse.EncoderId);
        foreach (var layer in exact.Model.Layers)
        {
            for (var at = 0; at < expected.Patches(layer).Length; at += expected.Width)
            {
                var cosine = TensorPrimitives.CosineSimilarity(
                    expected.Patches(layer).Slice(at, expected.Width), actual.Patches(layer).Slice(at, expected.Width));
                Assert.InRange(cosine, 0.99f, 1.0001f);
            }
            Assert.NotEqual(expected.Patches(layer).ToArray(), actual.Patches(layer).ToArray());
        }
    }

    [Fact]
    public void Encode_OtherPathKept_ThatPathInEightBitsToo()
    {
        var weights = ClipWeights.From(WeightFile.Open(Path.Combine(Mini, "model.safetensors")));
        var settings = new ImageEncoderSettings(112, 4, [8]);
        using var plain = new ImageEncoder(new ClipBackbone(weights), settings with { Dpam = 0 }, "test", EightBit);
        using var both = new ImageEncoder(new ClipBackbone(weights), settings with { KeepsOriginal = true }, "test", EightBit);
        float[] pixels = [.. Enumerable.Range(0, 3 * 112 * 112).Select(i => MathF.Sin(i * 0.01f))];

        Golden.AssertClose(plain.Encode(pixels).Layers[0].Values, both.Encode(pixels).OriginalLayers[0].Values, 1e-4, "original path");
    }

    [Fact]
    public void Open_FolderGiven_WeightsMadeOnceAndDamagedOnesAgain()
    {
        var weights = ClipWeights.From(WeightFile.Open(Path.Combine(Mini, "model.safetensors")));
        var path = Path.Combine(_folder, "kept", "mini.safetensors");

        EightBitWeights.Open(weights, path).Dispose();
        var bytes = File.ReadAllBytes(path);
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        EightBitWeights.Open(weights, path).Dispose();
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(path));

        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        EightBitWeights.Open(weights, path).Dispose();
        Assert.Equal(bytes, File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void Open_NoFolder_NothingLeftBehind()
    {
        var weights = ClipWeights.From(WeightFile.Open(Path.Combine(Mini, "model.safetensors")));

        var open = EightBitWeights.Open(weights, null);
        var file = open.File.FilePath;
        Assert.True(File.Exists(file));
        open.Dispose();

        Assert.False(Directory.Exists(Path.GetDirectoryName(file)));
    }

    [Fact]
    public void Open_EveryLinearLayer_WithinHalfAStepOfItsWeights()
    {
        var weights = ClipWeights.From(WeightFile.Open(Path.Combine(Mini, "model.safetensors")));
        using var open = EightBitWeights.Open(weights, null);
        const string Block = "visual.transformer.resblocks.3.";
        var gain = weights[Block + "ln_2.weight"].ReadFloats();
        var expected = weights[Block + "mlp.c_fc.weight"].ReadFloats();
        var quantised = open.File.Require(Block + "mlp.c_fc.weight");
        var (steps, scales) = (quantised.ReadFloats(), open.File.Require(EightBitWeights.Scale(Block + "mlp.c_fc.weight")).ReadFloats());
        var smoothedGain = open.File.Require(Block + "ln_2.weight").ReadFloats();
        var (inputs, outputs) = ((int)quantised.Shape[0], (int)quantised.Shape[1]);

        for (var output = 0; output < outputs; output++)
        {
            for (var input = 0; input < inputs; input++)
            {
                // Layer norm and weights together are what they were.
                var restored = steps[(input * outputs) + output] * scales[output] * smoothedGain[input];
                var allowed = 0.501 * scales[output] * Math.Abs(smoothedGain[input]);
                Assert.True(Math.Abs(restored - (expected[(output * inputs) + input] * gain[input])) <= allowed, $"weight ({output}, {input})");
            }
        }
    }

    [Theory]
    [InlineData(768, 12, 197, Precision.Float32, Prepacking.Always)]
    [InlineData(768, 12, 1025, Precision.Float32, Prepacking.Never)]
    [InlineData(1024, 24, 257, Precision.Float32, Prepacking.Never)]
    [InlineData(1024, 24, 1370, Precision.Float32, Prepacking.Never)]
    [InlineData(1024, 24, 1370, Precision.Int8, Prepacking.Always)]
    [InlineData(256, 8, 1025, Precision.Float32, Prepacking.Always)]
    public void Decide_ModelAndRows_PackedWhereItPays(int width, int layers, int rows, Precision precision, Prepacking expected)
    {
        var model = ClipWeights.From(WeightFile.Open(Path.Combine(Mini, "model.safetensors"))).Architecture with { VisionWidth = width, VisionLayers = layers };

        Assert.Equal(expected, PackingRule.Decide(model, rows, precision));
    }
}
