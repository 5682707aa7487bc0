using AdClip.Testing;
using AdClip.Vision.Detection;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Imaging;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Tests.Detection;

/// <summary>The embedded model with an inspection area, on pictures whose only oddity lies outside it.</summary>
public sealed class InspectedScoreTests
{
    private const int Side = 256;

    private static readonly InspectionRegions LeftHalf = new()
    {
        Width = Side,
        Height = Side,
        Regions = [new(RegionUse.Include, new BoxShape { Id = "left", ClassName = "include", Box = new(0, 0, 120.5, Side) })],
    };

    [Fact]
    public void Score_WholeImageIncluded_SameSetOfPatchesAsWithoutRegions()
    {
        using var detector = Open();
        var tokens = detector.Encode(Plate(spotX: 60, seed: 1));
        Reference[] good = [new("g", detector.Encode(Plate(spotX: null, seed: 2)))];
        var whole = LeftHalf with { Regions = [new(RegionUse.Include, new BoxShape { Id = "all", ClassName = "include", Box = new(0, 0, Side, Side) })] };

        var with = detector.CreateScorer(new PromptSettings(), good, whole).Score(tokens, null);
        var without = detector.CreateScorer(new PromptSettings(), good).Score(tokens, null);

        Assert.Equal(without.FewShotScore!.Value, with.FewShotScore!.Value, 1e-6f);
        Assert.Equal(without.ClassProbability, with.ClassProbability);
        Assert.Equal(without.Map.Values, with.Map.Values, (want, got) => Math.Abs(want - got) < 1e-5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Score_OddityOutside_AsTheSlowWay(bool hasReference)
    {
        using var detector = Open();
        var tokens = detector.Encode(Plate(spotX: 200, seed: 1));
        Reference[] good = hasReference ? [new("g", detector.Encode(Plate(spotX: null, seed: 2)))] : [];
        var plain = detector.CreateScorer(new PromptSettings(), good).Score(tokens, null);

        var detection = detector.CreateScorer(new PromptSettings(), good, LeftHalf).Score(tokens, null);

        var inside = LeftHalf.Rasterize(224, 224);
        var largest = 0f;
        for (var i = 0; i < 224 * 224; i++)
        {
            if (inside[i % 224, i / 224])
            {
                largest = Math.Max(largest, detection.Map.Values[i]);
            }
            else
            {
                Assert.Equal(0, detection.Map.Values[i]);
            }
        }
        Assert.Equal(detection.Map.Values.Max(), largest);
        Assert.True(detection.Score < plain.Score, $"{detection.Score} with the spot outside, {plain.Score} with it inside");
        Assert.Equal(SlowScore(detector, tokens, good), detection.Score, 1e-5f);
    }

    [Fact]
    public void Score_WhateverLiesOutside_SameBitsFromTheSameInsideTokens()
    {
        using var detector = Open();
        var tokens = detector.Encode(Plate(spotX: 60, seed: 1));
        Reference[] good = [new("g", detector.Encode(Plate(spotX: null, seed: 2)))];
        var coverage = InspectedArea.CoverageOf(LeftHalf, tokens.Grid, tokens.Grid);
        var random = new Random(5);
        // The same image but for wild tokens on every patch outside, in the image and in the reference.
        ImageTokens Disturbed(ImageTokens from) => new(from.EncoderId, from.Grid, from.Width, from.ClassToken, [.. from.Layers.Select(layer => new LayerTokens(
            layer.Layer,
            [.. layer.Values.Select((value, i) => i < from.Width || coverage[(i / from.Width) - 1] > 0 ? value : (float)(random.NextDouble() - 0.5) * 50)]))]);

        var scorer = detector.CreateScorer(new PromptSettings(), good, LeftHalf);
        var disturbed = detector.CreateScorer(new PromptSettings(), [new Reference("g", Disturbed(good[0].Tokens))], LeftHalf);
        var (want, got) = (scorer.Score(tokens, null), disturbed.Score(Disturbed(tokens), null));

        Assert.Equal(want.Score, got.Score);
        Assert.Equal(want.ZeroShotScore, got.ZeroShotScore);
        Assert.Equal(want.Map.Values, got.Map.Values);
    }

    [Fact]
    public void CreateScorer_AreaOfLessThanAPixelOfTheMap_Refused()
    {
        using var detector = Open();
        var tiny = LeftHalf with
        {
            Width = 8000,
            Height = 8000,
            Regions = [new(RegionUse.Include, new BoxShape { Id = "a", ClassName = "include", Box = new(10, 10, 3, 3) })],
        };

        Assert.Equal(RefusalCode.RegionsTooSmall, Assert.Throws<RefusedInputException>(() => detector.CreateScorer(new PromptSettings(), [], tiny)).Code);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.2)]
    [InlineData(1)]
    public void TopMean_Weights_AsLayingOutTheLargest(double fraction)
    {
        var random = new Random(7);
        float[] values = [.. Enumerable.Range(0, 150).Select(_ => (float)random.NextDouble())];
        // Weights in 256ths, so that the slow way can lay out each value that many times.
        int[] parts = [.. Enumerable.Range(0, 150).Select(i => i % 3 == 0 ? 256 : random.Next(257))];

        var laidOut = values.SelectMany((value, i) => Enumerable.Repeat(value, parts[i])).OrderDescending().ToArray();
        var count = (int)Math.Min(laidOut.Length, 256 * Math.Max(1, Math.Round(fraction * laidOut.Length / 256.0)));
        Assert.Equal(laidOut.Take(count).Average(value => (double)value), PatchPooling.TopMean(values, [.. parts.Select(part => part / 256f)], fraction), 1e-6);
        Assert.Equal(PatchPooling.TopMean(values, fraction), PatchPooling.TopMean(values, [.. values.Select(_ => 1f)], fraction), 1e-6f);
    }

    // Every layer's distance by comparing all with all, then the mean of the largest 1 % of the inspected patches by area.
    private static float SlowScore(DetectionModel detector, ImageTokens tokens, Reference[] good)
    {
        var coverage = InspectedArea.CoverageOf(LeftHalf, tokens.Grid, tokens.Grid);
        var patches = new double[coverage.Length];
        var texts = detector.RequireWords().EncodePrompts(new PromptSettings());
        int[] layers = good.Length == 0 ? [4, 6, 8] : [.. Layers(detector)];
        foreach (var layer in layers)
        {
            var rows = UnitVectors.Normalise(tokens.Patches(layer), tokens.Width);
            for (var patch = 0; patch < coverage.Length; patch++)
            {
                var row = rows.AsSpan(patch * tokens.Width, tokens.Width).ToArray();
                patches[patch] += (good.Length == 0 ? texts.AbnormalProbability(row, 0.07f)[0] : good.Min(reference => Nearest(row, reference.Tokens, layer)))
                    / layers.Length;
            }
        }
        var laidOut = patches.SelectMany((value, i) => Enumerable.Repeat(value, (int)(coverage[i] * 256))).OrderDescending().ToArray();
        return (float)laidOut.Take((int)(256 * Math.Max(1, Math.Round(0.01 * laidOut.Length / 256)))).Average();

        double Nearest(float[] row, ImageTokens reference, int layer)
        {
            var bank = UnitVectors.Normalise(reference.Patches(layer), reference.Width);
            return Enumerable.Range(0, coverage.Length).Where(patch => coverage[patch] > 0)
                .Min(patch => 1 - row.Select((value, d) => (double)value * bank[(patch * row.Length) + d]).Sum());
        }
    }

    private static int[] Layers(DetectionModel detector)
    {
        using var config = System.Text.Json.JsonDocument
            .Parse(File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(detector.Model.WeightFile)!, "config.json")));
        return [.. config.RootElement.GetProperty("feature_layers").GetProperty("few_shot").EnumerateArray().Select(layer => layer.GetInt32())];
    }

    private static DetectionModel Open() => DetectionModel.Open(Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini"));

    // Grey with a little noise; the spot is what the model should find.
    private static PixelImage Plate(int? spotX, int seed)
    {
        var random = new Random(seed);
        var pixels = new byte[3 * Side * Side];
        for (var i = 0; i < Side * Side; i++)
        {
            var (x, y) = (i % Side, i / Side);
            var isSpot = spotX is { } at && ((x - at) * (x - at)) + ((y - 128) * (y - 128)) < 14 * 14;
            pixels.AsSpan(3 * i, 3).Fill((byte)((isSpot ? 20 : 140) + random.Next(12)));
        }
        return new PixelImage(Side, Side, pixels);
    }
}
