using System.Numerics.Tensors;
using AdClip.Testing;
using AdClip.Vision.Backbones;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Graphs;
using AdClip.Vision.Tokens;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Backbones;

/// <summary>However the encoder is run, it says the same.</summary>
public sealed class ImageEncoderDeviceTests
{
    private static readonly string Mini = Path.Combine(SharedFolder.RepositoryRoot, "data", "models", "adclip-mini", "model.safetensors");

    public static TheoryData<string, int, int, int[]> Models => new()
    {
        { "tiny-clip", 56, 4, [2, 4, 6] },
        { "tiny-clip", 84, 0, [6] },
        { "tiny-clip", 56, 7, [3] },
        { "adclip-mini", 224, 4, [4, 6, 8] },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Encode_SeveralThreads_SameBits(string model, int side, int dpam, int[] layers)
    {
        var settings = new ImageEncoderSettings(side, dpam, layers);
        using var one = Open(model, settings, new SessionSettings());
        using var two = Open(model, settings, new SessionSettings(Threads: 2));
        using var three = Open(model, settings, new SessionSettings(Threads: 3));

        var expected = one.Encode(Pixels(side, 1));

        AssertSameBits(expected, two.Encode(Pixels(side, 1)));
        AssertSameBits(expected, three.Encode(Pixels(side, 1)));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Encode_Batches_AsOneByOne(string model, int side, int dpam, int[] layers)
    {
        var settings = new ImageEncoderSettings(side, dpam, layers);
        using var single = Open(model, settings, new SessionSettings());
        using var batched = Open(model, settings, new SessionSettings(), batchBound: 4);
        ReadOnlyMemory<float>[] images = [.. Enumerable.Range(0, 7).Select(seed => Pixels(side, seed).AsMemory())];

        var together = batched.Encode(images);

        Assert.Equal(4, batched.BatchSize);
        Assert.Equal(images.Length, together.Count);
        for (var i = 0; i < images.Length; i++)
        {
            AssertClose(single.Encode(images[i].Span), together[i], 1e-5f);
        }
        // Buffers are used again: what an earlier run left in them must not show.
        AssertSameBits(together[0], batched.Encode(images)[0]);
    }

    [Fact]
    public async Task Encode_ManyCallersOfABatchingEncoder_EachGetsItsOwn()
    {
        var settings = new ImageEncoderSettings(56, 4, [2, 6]);
        using var single = Open("tiny-clip", settings, new SessionSettings());
        using var batched = Open("tiny-clip", settings, new SessionSettings(), batchBound: 4);

        var together = await Task.WhenAll(
            Enumerable.Range(0, 24).Select(seed => Task.Run(() => batched.Encode(Pixels(56, seed)), TestContext.Current.CancellationToken)));

        for (var seed = 0; seed < together.Length; seed++)
        {
            AssertClose(single.Encode(Pixels(56, seed)), together[seed], 1e-5f);
        }
    }

    [Fact]
    public void Encode_BoundBuffers_SameBitsAsWithout()
    {
        var settings = new ImageEncoderSettings(56, 4, [2, 6]);
        var weights = ClipWeights.From(WeightFile.Open(Golden.TinyClip));
        using var session = OnnxSession.Create(ImageEncoderGraph.Build(weights, settings), Path.GetDirectoryName(weights.FilePath), new SessionSettings());
        TensorSlot input = new(EncoderValues.Pixels, 1, 3, 56, 56);
        TensorSlot[] outputs =
        [
            new(EncoderValues.Class, 1, weights.Architecture.EmbedWidth),
            new(
                EncoderValues.Patches(6),
                1 + (56 / weights.Architecture.PatchSize * (56 / weights.Architecture.PatchSize)),
                weights.Architecture.EmbedWidth),
        ];
        using var bound = session.Bind(input, outputs);

        for (var seed = 0; seed < 3; seed++)
        {
            var direct = session.Run(input, Pixels(56, seed), outputs);
            Pixels(56, seed).CopyTo(bound.Input);
            bound.Run();

            Assert.Equal(direct[0], bound.Output(0).ToArray());
            Assert.Equal(direct[1], bound.Output(1).ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Encode_Float16_CloseToFloat32(string model, int side, int dpam, int[] layers)
    {
        var settings = new ImageEncoderSettings(side, dpam, layers);
        using var single = Open(model, settings, new SessionSettings());
        using var half = Open(model, settings, new SessionSettings(Precision: Precision.Float16));

        for (var seed = 0; seed < 2; seed++)
        {
            var (expected, tokens) = (single.Encode(Pixels(side, seed)), half.Encode(Pixels(side, seed)));

            Assert.NotEqual(expected.ClassToken, tokens.ClassToken);
            Assert.All(Rows(expected).Zip(Rows(tokens)), pair =>
                Assert.InRange(TensorPrimitives.CosineSimilarity<float>(pair.First, pair.Second), 0.999f, 1.001f));
        }
    }

    [Fact]
    public void Create_DeviceOfAnotherBuild_RunsOnTheCpuAndSaysWhy()
    {
        var settings = new ImageEncoderSettings(56, 4, [6]);
        using var encoder = Open("tiny-clip", settings, new SessionSettings(Device: DeviceWish.Parse("cuda")));
        using var plain = Open("tiny-clip", settings, new SessionSettings());

        Assert.Equal(Device.Cpu, encoder.Execution.Device);
        Assert.Equal(DeviceFallbackReason.NotInBuild, encoder.Execution.Fallback!.Reason);
        Assert.Null(plain.Execution.Fallback);
        AssertSameBits(plain.Encode(Pixels(56, 0)), encoder.Encode(Pixels(56, 0)));
    }

    [Theory]
    [InlineData("cuda", DeviceKind.Cuda)]
    [InlineData("directml", DeviceKind.DirectMl)]
    public void Create_ProviderThatTheRuntimeCannotLoad_RunsOnTheCpuWithTheRuntimesWords(string wish, DeviceKind claimed)
    {
        var weights = ClipWeights.From(WeightFile.Open(Golden.TinyClip));
        var devices = new List<Device>();

        // As if this build had the provider: the runtime itself then says that it has not.
        using var session = OnnxSession.Create(
            device =>
            {
                devices.Add(device);
                return ImageEncoderGraph.Build(weights, new ImageEncoderSettings(56, 4, [6]));
            },
            Path.GetDirectoryName(weights.FilePath), new SessionSettings(Device: DeviceWish.Parse(wish)), [claimed]);

        Assert.Equal(Device.Cpu, session.Device);
        Assert.Equal(DeviceFallbackReason.SessionFailed, session.Fallback!.Reason);
        Assert.False(string.IsNullOrWhiteSpace(session.Fallback.Detail));
        Assert.DoesNotContain('\n', session.Fallback.Detail);
        Assert.Equal(Device.Cpu, devices[^1]);
    }

    private static ImageEncoder Open(string model, ImageEncoderSettings settings, SessionSettings session, int? batchBound = null) =>
        new(new ClipBackbone(ClipWeights.From(WeightFile.Open(model == "adclip-mini" ? Mini : Golden.TinyClip))), settings, "test", session, batchBound);

    private static float[] Pixels(int side, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 3 * side * side).Select(_ => (random.NextSingle() * 4) - 2)];
    }

    private static IEnumerable<float[]> Rows(ImageTokens tokens) =>
        [tokens.ClassToken, .. tokens.Layers.SelectMany(layer => layer.Values.Chunk(tokens.Width))];

    private static void AssertSameBits(ImageTokens expected, ImageTokens actual)
    {
        Assert.Equal(expected.ClassToken, actual.ClassToken);
        Assert.All(expected.Layers.Zip(actual.Layers), pair => Assert.Equal(pair.First.Values, pair.Second.Values));
    }

    private static void AssertClose(ImageTokens expected, ImageTokens actual, float tolerance) =>
        Assert.All(
            Rows(expected).Zip(Rows(actual)), pair => Assert.All(pair.First.Zip(pair.Second), value => Assert.Equal(value.First, value.Second, tolerance)));
}
