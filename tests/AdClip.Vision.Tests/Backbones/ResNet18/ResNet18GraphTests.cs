using System.Runtime.InteropServices;
using AdClip.ResNet18;
using AdClip.Testing;
using AdClip.Vision.Backbones;
using AdClip.Vision.Backbones.ResNet18;
using AdClip.Vision.Detection;
using AdClip.Vision.Graphs;
using AdClip.Vision.Imaging;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Backbones.ResNet18;

/// <summary>The graph says what the package's network says, and makes the tokens of the recipe of it.</summary>
public sealed class ResNet18GraphTests
{
    private static readonly string Tokens = EncoderValues.Patches(ResNet18Graph.Layer);

    public static TheoryData<int, int> Sizes => new() { { 224, 224 }, { 320, 320 }, { 448, 448 }, { 32, 32 }, { 96, 256 }, { 352, 160 } };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Stages_SyntheticPixels_AreThoseOfTheOriginal(int height, int width)
    {
        using var original = OpenOriginal(1);
        using var ours = Open(height, width, withStages: true);
        foreach (var pixels in (float[][])[Smooth(height, width, 1), Rough(height, width, 2)])
        {
            AssertSameStages(original, ours, pixels, 1, height, width);
        }
    }

    [Theory]
    [InlineData("magnetic_tile")]
    [InlineData("elpv_mono")]
    [InlineData("deeppcb")]
    public void Stages_RealPictures_AreThoseOfTheOriginal(string set)
    {
        var folder = Path.Combine(SharedFolder.Require($"data/{set}"), "test");
        using var original = OpenOriginal(1);
        using var ours = Open(320, 320, withStages: true);
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) is ".png" or ".jpg")
            .Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(files);
        foreach (var file in files.Where((_, i) => i % (files.Count / 3) == 0))
        {
            AssertSameStages(original, ours, ResNet18Backbone.Input.Apply(ImageDecoder.DecodeResized(file, 320, 320)), 1, 320, 320);
        }
    }

    [Fact]
    public void Stages_ABatch_AreThoseOfTheOriginal()
    {
        using var original = OpenOriginal(-1);
        using var ours = Open(96, 128, withStages: true, isBatched: true);

        AssertSameStages(original, ours, [.. Smooth(96, 128, 3), .. Rough(96, 128, 4), .. Smooth(96, 128, 5)], 3, 96, 128);
    }

    [Theory]
    [InlineData(96, 160)]
    [InlineData(160, 96)]
    [InlineData(224, 224)]
    public void Tokens_OfTheStages_AreThoseOfAPlainComputation(int height, int width)
    {
        using var session = Open(height, width, withStages: true);

        var results = Run(session, Rough(height, width, 6), 1, height, width, Tokens, ResNet18Graph.Stage(2), ResNet18Graph.Stage(3));

        var (h, w) = (height / 16, width / 16);
        var fine = Directions(results[1].Values, 128, 2 * h, 2 * w);
        var coarse = Directions(results[2].Values, 256, h, w);
        Assert.Equal([1 + (h * w), 384L], results[0].Shape);
        var tokens = results[0].Values.AsSpan(384).ToArray();
        for (var y = 0; y < h; y++)
        {
            for (var x = 0; x < w; x++)
            {
                for (var c = 0; c < 384; c++)
                {
                    var expected = c < 128
                        ? (fine[c, 2 * y, 2 * x] + fine[c, 2 * y, (2 * x) + 1] + fine[c, (2 * y) + 1, 2 * x] + fine[c, (2 * y) + 1, (2 * x) + 1]) / 4
                        : coarse[c - 128, y, x];
                    Assert.Equal(expected / Math.Sqrt(2), tokens[(((y * w) + x) * 384) + c], 2e-6);
                }
            }
        }
        for (var c = 0; c < 384; c++)
        {
            Assert.Equal(Enumerable.Range(0, h * w).Average(place => tokens[(place * 384) + c]), results[0].Values[c], 2e-6);
        }
    }

    [Fact]
    public void Tokens_OfABatch_AreThoseOfEachPicture()
    {
        using var single = Open(96, 128);
        using var batched = Open(96, 128, isBatched: true);
        float[][] pictures = [Smooth(96, 128, 7), Rough(96, 128, 8), Smooth(96, 128, 9)];

        var together = Run(batched, [.. pictures.SelectMany(pixels => pixels)], 3, 96, 128, Tokens)[0];

        Assert.Equal([3 * 49L, 384], together.Shape);
        Assert.Equal(pictures.SelectMany(pixels => Run(single, pixels, 1, 96, 128, Tokens)[0].Values), together.Values, (a, b) => Math.Abs(a - b) < 1e-6f);
    }

    [Fact]
    public void Tokens_SeveralThreads_SameBits()
    {
        using var one = Open(224, 224);
        using var three = Open(224, 224, threads: 3);
        var pixels = Rough(224, 224, 10);

        Assert.Equal(Run(one, pixels, 1, 224, 224, Tokens)[0].Values, Run(three, pixels, 1, 224, 224, Tokens)[0].Values);
    }

    [Fact]
    public void Tokens_OfNothingButZeros_StayZero()
    {
        // Weights of zero: every map is zero, and no token has a direction.
        var folder = Directory.CreateTempSubdirectory("adclip-test-").FullName;
        try
        {
            var path = Copy(folder, ElementType.F32, tensor => new float[tensor.Count]);
            using var session = OnnxSession.Create(
                ResNet18Graph.Build(ResNet18Weights.From(WeightFile.Open(path)), 32, 32), folder, new SessionSettings());

            Assert.All(Run(session, Rough(32, 32, 11), 1, 32, 32, Tokens)[0].Values, value => Assert.Equal(0, value));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Tokens_WeightsOrAllIn16Bits_StayClose(bool isAll)
    {
        var folder = Directory.CreateTempSubdirectory("adclip-test-").FullName;
        try
        {
            var path = Copy(folder, ElementType.F16, tensor => tensor.ReadFloats());
            var model = ResNet18Graph.Build(ResNet18Weights.From(WeightFile.Open(path)), 96, 96);
            using var half = OnnxSession.Create(isAll ? HalfPrecision.Convert(model) : model, folder, new SessionSettings());
            using var full = Open(96, 96);
            var pixels = Smooth(96, 96, 12);

            var (expected, close) = (Run(full, pixels, 1, 96, 96, Tokens)[0].Values, Run(half, pixels, 1, 96, 96, Tokens)[0].Values);

            Assert.NotEqual(expected, close);
            Assert.Equal(expected, close, (a, b) => Math.Abs(a - b) < 2e-3f);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(300)]
    [InlineData(16)]
    [InlineData(0)]
    [InlineData(2080)]
    public void Open_ASideThatDoesNotFit_IsRefused(int side)
    {
        var refused = Assert.Throws<RefusedInputException>(() => DetectionModel.Open(ResNet18Files.Folder, new DetectorOptions(ImageSize: side)));

        Assert.Equal((RefusalCode.EncoderSettingInvalid, side, 32), (refused.Code, refused.Arguments[0], refused.Arguments[1]));
    }

    [Fact]
    public void Encode_ThePicture_GivesTheGraphsTokensInHalfPrecision()
    {
        using var model = DetectionModel.Open(ResNet18Files.Folder, new DetectorOptions(ImageSize: 96));
        using var session = Open(96, 96);
        var pixels = Smooth(96, 96, 13);

        var tokens = model.Encode(pixels);

        Assert.Null(model.Words);
        Assert.Equal((6, 384, 1), (tokens.Grid, tokens.Width, Assert.Single(tokens.Layers).Layer));
        Assert.Equal(Run(session, pixels, 1, 96, 96, Tokens)[0].Values.Select(value => (float)(Half)value), tokens.Layers[0].Values);
        Assert.Equal(tokens.ClassToken, tokens.Layers[0].Values[..384]);
    }

    [Fact]
    public void Normalise_APicture_IsBlueGreenRedMinusTheMean()
    {
        var tensor = ResNet18Backbone.Input.Apply(new PixelImage(2, 1, [10, 20, 30, 200, 100, 0]));

        Assert.Equal([30 - 103.063f, 0 - 103.063f, 20 - 115.903f, 100 - 115.903f, 10 - 123.152f, 200 - 123.152f], tensor);
    }

    private static OnnxSession Open(int height, int width, bool withStages = false, bool isBatched = false, int threads = 1) => OnnxSession.Create(
        ResNet18Graph.Build(ResNet18Files.Weights(), height, width, withStages, isBatched), ResNet18Files.Folder, new SessionSettings(threads));

    /// <summary>The package's network up to the end of stage 3, for any size.</summary>
    private static OnnxSession OpenOriginal(long batch) => OnnxSession.Create(
        ResNet18Package.Cut(ResNet18Files.RequirePackage().ReadNetwork(), [Folding.StageEnd(2), Folding.StageEnd(3)], batch, 3, -1, -1),
        null, new SessionSettings());

    private static GraphTensor[] Run(OnnxSession session, float[] pixels, long batch, int height, int width, params string[] outputs)
        => session.Run([new GraphTensor(EncoderValues.Pixels, pixels, batch, 3, height, width)], outputs);

    private static void AssertSameStages(OnnxSession original, OnnxSession ours, float[] pixels, long batch, int height, int width)
    {
        var expected = original.Run([new GraphTensor("Input247", pixels, batch, 3, height, width)], [Folding.StageEnd(2), Folding.StageEnd(3)]);
        var seen = Run(ours, pixels, batch, height, width, ResNet18Graph.Stage(2), ResNet18Graph.Stage(3));
        for (var i = 0; i < 2; i++)
        {
            var stage = 2 + i;
            Assert.Equal([batch, 32L << stage, height >> (stage + 1), width >> (stage + 1)], seen[i].Shape);
            Assert.Equal(expected[i].Shape, seen[i].Shape);
            var largest = expected[i].Values.Max();
            Assert.True(largest > 0.1f);
            var difference = expected[i].Values.Zip(seen[i].Values, (a, b) => Math.Abs(a - b)).Max();
            TestContext.Current.TestOutputHelper?.WriteLine($"stage {stage}: {difference:E2} of {largest:F2}");
            Assert.True(difference < 1e-5f * largest, $"stage {stage} differs by {difference}, its largest value is {largest}");
        }
    }

    /// <summary>Means over 3 x 3 places as far as they are there, then unit length over the channels.</summary>
    private static double[,,] Directions(float[] map, int channels, int height, int width)
    {
        var means = new double[channels, height, width];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var squares = 0.0;
                for (var c = 0; c < channels; c++)
                {
                    var (sum, count) = (0.0, 0);
                    for (var v = Math.Max(0, y - 1); v <= Math.Min(height - 1, y + 1); v++)
                    {
                        for (var u = Math.Max(0, x - 1); u <= Math.Min(width - 1, x + 1); u++, count++)
                        {
                            sum += map[(((c * height) + v) * width) + u];
                        }
                    }
                    means[c, y, x] = sum / count;
                    squares += means[c, y, x] * means[c, y, x];
                }
                for (var c = 0; c < channels; c++)
                {
                    means[c, y, x] /= Math.Sqrt(squares);
                }
            }
        }
        return means;
    }

    /// <summary>Waves in the range of pixels less their mean.</summary>
    private static float[] Smooth(int height, int width, int seed)
        => Pixels(height, width, (c, y, x) => (70 * Math.Sin((x * 0.11) + (c * 0.7) + seed)) + (40 * Math.Cos((y * 0.07) - (x * 0.02))));

    /// <summary>Noise over the whole range of pixels: hard edges everywhere, at the border too.</summary>
    private static float[] Rough(int height, int width, int seed)
    {
        var random = new Random(seed);
        return Pixels(height, width, (c, _, _) => random.Next(256) - ResNet18Backbone.Input.Mean[2 - c]);
    }

    private static float[] Pixels(int height, int width, Func<int, int, int, double> value)
    {
        var pixels = new float[3 * height * width];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (float)value(i / (height * width), i / width % height, i % width);
        }
        return pixels;
    }

    /// <summary>The shipped weights, changed and stored in another way.</summary>
    private static string Copy(string folder, ElementType type, Func<StoredTensor, float[]> values)
    {
        var path = Path.Combine(folder, "copy.safetensors");
        var tensors = WeightFile.Open(ResNet18Files.WeightsFile).Tensors.Values.Select(tensor => new TensorSource(
            tensor.Name, type, tensor.Shape, stream => stream.Write(type == ElementType.F16
                ? MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values(tensor), value => (Half)value))
                : MemoryMarshal.AsBytes<float>(values(tensor)))));
        SafetensorsWriter.Write(path, [.. tensors]);
        return path;
    }
}
