using AdClip.Vision.Detection;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Tests.Detection.FewShot;

/// <summary>Detectors fitted to an inspection area: the upper four of six rows of patches.</summary>
public sealed class FittedAreaTests
{
    private const int FirstOutside = 4 * MadeImages.Grid;
    private static readonly FitContext Upper = MadeImages.Model.At(Region(0, 0, 480, 320));

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    public void Fit_OtherThingsOutside_SameBits(int anomalies)
    {
        var one = Fit(MadeImages.Set(8, anomalies, ["dent", "stain"]), noise: 1);
        var other = Fit(MadeImages.Set(8, anomalies, ["dent", "stain"]), noise: 2);

        Assert.Equal(one.Report.Scores, other.Report.Scores);
        Assert.Equal(one.Report.Parts, other.Report.Parts);
        foreach (var seed in (int[])[700, 701])
        {
            var (a, b) = (one.Score(Outside(MadeImages.Tokens(seed, 0), 3), null), other.Score(Outside(MadeImages.Tokens(seed, 0), 4), null));
            Assert.Equal((a.Score, a.ZeroShotScore, a.FewShotScore, a.Probability), (b.Score, b.ZeroShotScore, b.FewShotScore, b.Probability));
            Assert.Equal(a.ClassProbabilities, b.ClassProbabilities);
            Assert.Equal(a.Map.Values, b.Map.Values);
        }
    }

    [Fact]
    public void Score_DefectInside_ShownThereAndZeroOutside()
    {
        var detector = Fit(MadeImages.Set(8, 8), noise: 1);

        var found = detector.Score(Outside(MadeImages.Tokens(700, 0), 5), null);
        var good = detector.Score(Outside(MadeImages.Tokens(702, null), 6), null);

        Assert.True(found.Score > good.Score);
        Assert.All(found.Map.Values.Skip(32 * MadeImages.Side), value => Assert.Equal(0, value));
        Assert.Equal(FirstOutside, MadeImages.Grid * 32 / 8);
        Assert.InRange(Array.IndexOf(found.Map.Values, found.Map.Values.Max()) / MadeImages.Side, 16, 24);
    }

    [Fact]
    public void Fit_DefectDrawnOutside_NeitherGoodNorDefective()
    {
        var away = MadeImages.Model.At(Region(0, 240, 480, 240));

        var images = MadeImages.Set(8, 3);
        var report = FittedDetector.Fit(
            MadeImages.Texts, away, [.. images, images[^1] with { Sha256 = "undrawn", Mask = null }], new FitOptions(), null, CancellationToken.None).Report;

        Assert.Equal(9, report.Scores.Count);
        Assert.Contains(report.Scores, score => score.Sha256 == "undrawn");
    }

    [Fact]
    public void Read_Written_LooksAtTheSameArea()
    {
        var detector = Fit(MadeImages.Set(8, 6), noise: 1);
        using var file = new MemoryStream();
        detector.Write(file);
        file.Position = 0;

        var read = FittedDetector.Read(file, MadeImages.Model);

        Assert.Equal(InspectionRegionsJson.Write(detector.Regions), InspectionRegionsJson.Write(read.Regions));
        var tokens = Outside(MadeImages.Tokens(800, 1), 7);
        Assert.Equal(detector.Score(tokens, null).Map.Values, read.Score(tokens, null).Map.Values);
        Assert.Equal(detector.Score(tokens, null).Score, read.Score(tokens, null).Score);
    }

    [Fact]
    public void At_AreaSmallerThanAPixelOfTheMap_Refused()
        => Assert.Equal(RefusalCode.RegionsTooSmall, Assert.Throws<RefusedInputException>(() => MadeImages.Model.At(Region(1, 1, 2, 2))).Code);

    private static FittedDetector Fit(LabelledTokens[] images, int noise)
        => FittedDetector.Fit(
            MadeImages.Texts, Upper, [.. images.Select((image, i) => image with { Tokens = Outside(image.Tokens, (100 * noise) + i) })],
            new FitOptions(), null, CancellationToken.None);

    // Another class token, and other patches outside the area.
    private static ImageTokens Outside(ImageTokens tokens, int seed)
    {
        var random = new Random(seed);
        return new ImageTokens(
            tokens.EncoderId, tokens.Grid, tokens.Width, Noise(tokens.ClassToken, 0),
            [.. tokens.Layers.Select(layer => layer with { Values = Noise(layer.Values, (1 + FirstOutside) * tokens.Width) })]).RoundedToHalf();

        float[] Noise(float[] values, int from) => [.. values.Select((value, i) => i < from ? value : (float)(random.NextDouble() - 0.5))];
    }

    private static InspectionRegions Region(int x, int y, int width, int height) => new()
    {
        Width = 480,
        Height = 480,
        Regions = [new InspectionRegion(RegionUse.Include, new BoxShape { Id = "area", ClassName = "", Box = new ImageRectangle(x, y, width, height) })],
    };
}
