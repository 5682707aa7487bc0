using AdClip.Testing;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.GoodImages;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Imaging;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Tests.Detection.GoodImages;

/// <summary>Comparison with good images alone, by both models that come with the program, against a plain computation.</summary>
public sealed class GoodScorerTests : IDisposable
{
    private const int Side = 160;
    private const string ResNet = "resnet18-imagenet";
    private const string Mini = "adclip-mini";
    private readonly Dictionary<string, DetectionModel> _models = [];

    public void Dispose()
    {
        foreach (var model in _models.Values)
        {
            model.Dispose();
        }
    }

    [Theory]
    [InlineData(ResNet, 7, 1000)]
    [InlineData(Mini, 16, 1000)]
    public void Score_FewGoodImages_AsThePlainComputation(string name, int components, int mostPatches)
    {
        var model = Open(name);
        var good = Good(model, 3);
        var scorer = model.CreateGoodScorer(good, new GoodOptions(OrientationChoice.None, components, mostPatches), cancel: Cancel);
        var tokens = model.Encode(Plate(50, seed: 9));

        var detection = scorer.Score(tokens, null);

        // All good rows, in order of the hashes; with the scorer's own components, which GoodSubspaceTests look at.
        double[][] bank = [.. good.OrderBy(image => image.Sha256).SelectMany(image => Rows(model, image.Upright)).Select(row => Place(scorer, row))];
        double[] distances = [.. Rows(model, tokens).Select(row => bank.Min(other => Distance(Place(scorer, row), other)))];
        var largest = distances.OrderDescending().Take(Math.Max(1, (int)Math.Round(0.01 * distances.Length))).Average();
        Assert.Equal(largest, detection.Score, 1e-4);
        Assert.Equal(detection.Score, detection.FewShotScore);
        Assert.Equal((0f, 0f), (detection.ZeroShotScore, detection.ClassProbability));
        Assert.Equal((components, 3, bank.Length), (scorer.Report.Components, scorer.Report.Images, scorer.Report.PatchesKept));
        var shown = distances.Select(distance => (float)(1 / (1 + Math.Pow(scorer.Report.UsualDistance / distance, scorer.Report.Steepness)))).ToArray();
        var map = new MapOperator(model.Grid, model.Grid, Side, Side, 4.0 / 224 * Side).Apply(shown);
        if (name == ResNet)
        {
            Assert.Equal(map, detection.Map.Values, (want, got) => Math.Abs(want - got) < 1e-3);
        }
    }

    [Fact]
    public void Score_AnOddPlate_IsFartherThanAGoodOneAndShownAtItsPlace()
    {
        var model = Open(ResNet);
        var scorer = model.CreateGoodScorer(Good(model, 4), new GoodOptions(), cancel: Cancel);

        var odd = scorer.Score(model.Encode(Plate(110, seed: 20)), null);
        var good = scorer.Score(model.Encode(Plate(null, seed: 21)), null);

        Assert.True(odd.Score > 1.2 * good.Score, $"{odd.Score} and {good.Score}");
        var peak = odd.Map.Values.Index().MaxBy(pixel => pixel.Item).Index;
        Assert.InRange(peak % Side, 90, 130);
        Assert.InRange(odd.Map.Values.Max(), 0.5f, 1f);
    }

    [Fact]
    public void Score_AGoodImage_IsNotComparedWithItselfInAnyOrientation()
    {
        var model = Open(ResNet);
        var good = Good(model, 3);
        var scorer = model.CreateGoodScorer(good, new GoodOptions(OrientationChoice.Flips), cancel: Cancel);
        var without = model.CreateGoodScorer(good[1..], new GoodOptions(OrientationChoice.Flips), cancel: Cancel);

        Assert.InRange(scorer.Score(good[0].Upright, null).Score, 0, 2e-3);
        Assert.InRange(scorer.Score(good[0].Upright, good[0].Sha256.ToUpperInvariant()).Score / without.Score(good[0].Upright, null).Score, 0.9, 1.1);
        Assert.Equal(3 * 4 * 100, scorer.Report.PatchesSeen);
    }

    [Fact]
    public void Score_TheOnlyGoodImage_SaysThatItWasComparedWithNone()
    {
        var model = Open(ResNet);
        var good = Good(model, 1);
        var scorer = model.CreateGoodScorer(good, new GoodOptions(), cancel: Cancel);

        var alone = scorer.Score(good[0].Upright, good[0].Sha256);

        Assert.Null(alone.FewShotScore);
        Assert.Equal(0, alone.Score);
        Assert.All(alone.Map.Values, value => Assert.Equal(0, value));
        Assert.NotNull(scorer.Score(good[0].Upright, "another").FewShotScore);
        Assert.Equal(OrientationReason.OneImage, scorer.Report.Reason);
    }

    [Fact]
    public void Create_OtherOrderRepetitionsAndThreads_SameBytes()
    {
        var model = Open(ResNet);
        var good = Good(model, 4);

        var one = Written(model.CreateGoodScorer(good, new GoodOptions(MostPatches: 300), cancel: Cancel));
        var other = Written(model.CreateGoodScorer([.. good.Reverse(), good[2]], new GoodOptions(MostPatches: 300, Threads: 3), cancel: Cancel));

        Assert.Equal(one, other);
    }

    [Theory]
    [InlineData(ResNet)]
    [InlineData(Mini)]
    public void Read_WhatWasWritten_SameBits(string name)
    {
        var model = Open(name);
        var scorer = model.CreateGoodScorer(Good(model, 3), new GoodOptions(OrientationChoice.Flips, MostPatches: 200), RightHalf, cancel: Cancel);
        var file = Written(scorer);

        var read = model.ReadGoodScorer(new MemoryStream(file));

        Assert.Equal(file, Written(read));
        Assert.Equal(scorer.Report, read.Report);
        Assert.Equal(scorer.Good, read.Good);
        var tokens = model.Encode(Plate(110, seed: 9));
        var (before, after) = (scorer.Score(tokens, scorer.Good[1]), read.Score(tokens, scorer.Good[1]));
        Assert.Equal(before.Score, after.Score);
        Assert.Equal(before.Map.Values, after.Map.Values);
    }

    [Fact]
    public void Read_DamagedCutOrOfAnotherEncoder_IsRefused()
    {
        var model = Open(ResNet);
        var file = Written(model.CreateGoodScorer(Good(model, 2), new GoodOptions(OrientationChoice.None, MostPatches: 50), cancel: Cancel));
        var changed = file.ToArray();
        changed[^100] ^= 1;

        Assert.Equal(RefusalCode.FittedFileInvalid, Assert.Throws<RefusedInputException>(() => model.ReadGoodScorer(new MemoryStream(changed))).Code);
        Assert.Throws<RefusedInputException>(() => model.ReadGoodScorer(new MemoryStream(file[..^50])));
        Assert.Throws<RefusedInputException>(() => model.ReadGoodScorer(new MemoryStream(new byte[100])));
        Assert.Equal(
            RefusalCode.TokensOfAnotherEncoder, Assert.Throws<RefusedInputException>(() => Open(Mini).ReadGoodScorer(new MemoryStream(file))).Code);
    }

    [Fact]
    public void Score_OddityOutsideTheArea_HasNoSay()
    {
        var model = Open(ResNet);
        var good = Good(model, 3);
        var scorer = model.CreateGoodScorer(good, new GoodOptions(OrientationChoice.None), RightHalf, cancel: Cancel);

        var outside = scorer.Score(model.Encode(Plate(30, seed: 9)), null);
        var inside = scorer.Score(model.Encode(Plate(130, seed: 9)), null);

        Assert.True(inside.Score > 1.2 * outside.Score, $"{inside.Score} and {outside.Score}");
        Assert.Equal(3 * 50, scorer.Report.PatchesSeen);
        Assert.All(inside.Map.Values.Index().Where(pixel => pixel.Index % Side < Side / 2), pixel => Assert.Equal(0, pixel.Item));
    }

    [Fact]
    public void Create_NoGoodImages_SaysThatTheModelHasNoWords()
        => Assert.Equal(
            RefusalCode.ModelHasNoWords, Assert.Throws<RefusedInputException>(() => Open(ResNet).CreateGoodScorer([], new GoodOptions(), cancel: Cancel)).Code);

    [Fact]
    public void Score_TokensOfAnotherEncoder_AreRefused()
    {
        var model = Open(ResNet);
        var scorer = model.CreateGoodScorer(Good(model, 2), new GoodOptions(OrientationChoice.None), cancel: Cancel);
        var other = new ImageTokens("another", 1, 384, new float[384], [new LayerTokens(1, new float[768])]);

        Assert.Equal(RefusalCode.TokensOfAnotherEncoder, Assert.Throws<RefusedInputException>(() => scorer.Score(other, null)).Code);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static InspectionRegions RightHalf { get; } = new()
    {
        Width = Side,
        Height = Side,
        Regions = [new(RegionUse.Include, new BoxShape { Id = "right", ClassName = "include", Box = new(Side / 2, 0, Side / 2, Side) })],
    };

    private DetectionModel Open(string name) => _models.TryGetValue(name, out var open) ? open
        : _models[name] = DetectionModel.Open(Path.Combine(SharedFolder.RepositoryRoot, "data/models", name), new DetectorOptions(ImageSize: Side));

    private static GoodImage[] Good(DetectionModel model, int count) => [.. Enumerable.Range(1, count).Select(seed =>
    {
        var plate = Plate(null, seed);
        return new GoodImage($"{9 - seed:x4}", model.Encode(plate), orientation => model.Encode(orientation.Turn(plate)));
    })];

    // Brushed from left to right, with noise, lit from the left; perhaps with a dark spot.
    private static PixelImage Plate(int? spotX, int seed)
    {
        var random = new Random(seed);
        var rgb = new byte[Side * Side * 3];
        for (var y = 0; y < Side; y++)
        {
            var line = random.Next(-12, 13);
            for (var x = 0; x < Side; x++)
            {
                var isSpot = spotX is { } centre && ((x - centre) * (x - centre)) + ((y - 80) * (y - 80)) < 15 * 15;
                rgb.AsSpan(3 * ((y * Side) + x), 3).Fill((byte)(isSpot ? 30 : 120 + line + (x / 4) + random.Next(-6, 7)));
            }
        }
        return new PixelImage(Side, Side, rgb);
    }

    private static byte[] Written(GoodScorer scorer)
    {
        using var stream = new MemoryStream();
        scorer.Write(stream);
        return stream.ToArray();
    }

    private static IEnumerable<double[]> Rows(DetectionModel model, ImageTokens tokens)
    {
        for (var patch = 0; patch < tokens.Grid * tokens.Grid; patch++)
        {
            List<double> row = [];
            foreach (var layer in model.FewShotLayers)
            {
                double[] values = [.. tokens.Patches(layer).Slice(patch * tokens.Width, tokens.Width).ToArray().Select(value => (double)value)];
                var length = model.Model.Shape.HasScaledTokens ? 1 : Math.Sqrt(values.Sum(value => value * value));
                row.AddRange(values.Select(value => value / length / Math.Sqrt(model.FewShotLayers.Count)));
            }
            yield return [.. row];
        }
    }

    private static double[] Place(GoodScorer scorer, double[] row)
    {
        var subspace = scorer.Subspace;
        return [.. Enumerable.Range(0, subspace.Count).Select(
            k => Enumerable.Range(0, row.Length).Sum(i => (row[i] - subspace.Mean[i]) * subspace.Components[(k * row.Length) + i]))];
    }

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());
}
