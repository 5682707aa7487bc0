using AdClip.Vision.Detection;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Tests.Detection;

public sealed class FidelityCheckTests
{
    private const int Width = 4;
    private const int Side = 6;

    [Fact]
    public void Report_SameNumbers_PassesWithPerfectFigures()
    {
        var check = new FidelityCheck();
        for (var image = 0; image < 8; image++)
        {
            check.Add(Tokens(image), Scored(image), Tokens(image), Scored(image));
        }

        var report = check.Report();

        Assert.True(report.Passed);
        Assert.Equal(8, report[FidelityMeasure.Images]);
        Assert.Equal(0, report[FidelityMeasure.MapDifference]);
        Assert.Equal(0, report[FidelityMeasure.ScoreDifference]);
        Assert.Equal(1, report[FidelityMeasure.RankCorrelation], 9);
        Assert.Equal(1, report[FidelityMeasure.MapCorrelation], 9);
        Assert.Equal([3, 6], report.Layers.Select(layer => layer.Layer));
        Assert.All(report.Layers, layer => Assert.Equal(1, layer.LeastCosine, 5));
    }

    [Fact]
    public void Report_TooFewImages_FailsForThatAlone()
    {
        var check = new FidelityCheck();
        for (var image = 0; image < 7; image++)
        {
            check.Add(Tokens(image), Scored(image), Tokens(image), Scored(image));
        }

        Assert.Equal([FidelityMeasure.Images], Failing(check));
    }

    [Fact]
    public void Report_OnePatchTurned_LeastCosineOfThatLayerFails()
    {
        var check = new FidelityCheck();
        for (var image = 0; image < 100; image++)
        {
            var turned = Tokens(image);
            if (image == 50)
            {
                var patch = turned.Layers[1].Values.AsSpan(2 * Width, Width);
                patch.Reverse();
            }
            check.Add(Tokens(image), Scored(image), turned, Scored(image));
        }

        Assert.Equal([FidelityMeasure.LeastPatchCosine], Failing(check));
        var report = check.Report();
        Assert.Equal(1, report.Layers[0].LeastCosine, 5);
        Assert.InRange(report.Layers[1].LeastCosine, -1, 0.9);
    }

    [Fact]
    public void Report_ScoresShuffled_RankAndScoresFail()
    {
        var check = new FidelityCheck();
        for (var image = 0; image < 10; image++)
        {
            check.Add(Tokens(image), Scored(image), Tokens(image), Scored(image) with { Score = Scored(9 - image).Score });
        }

        Assert.Equal([FidelityMeasure.ScoreDifference, FidelityMeasure.RankCorrelation], Failing(check));
        Assert.Equal(-1, check.Report()[FidelityMeasure.RankCorrelation], 9);
    }

    [Fact]
    public void Report_MapOfOneImageShiftedByAFifth_MapDifferenceIsThat()
    {
        var check = new FidelityCheck();
        for (var image = 0; image < 200; image++)
        {
            var map = image == 3 ? Scored(image).Map with { Values = [.. Scored(image).Map.Values.Select(value => value + 0.2f)] } : Scored(image).Map;
            check.Add(Tokens(image), Scored(image), Tokens(image), Scored(image) with { Map = map });
        }

        Assert.Equal([FidelityMeasure.MapDifference], Failing(check));
        Assert.Equal(0.2, check.Report()[FidelityMeasure.MapDifference], 6);
    }

    [Fact]
    public void Report_NotANumber_Fails()
    {
        var check = new FidelityCheck();
        for (var image = 0; image < 9; image++)
        {
            var broken = Tokens(image);
            broken.ClassToken[0] = image == 0 ? float.NaN : broken.ClassToken[0];
            check.Add(Tokens(image), Scored(image), broken, Scored(image));
        }

        Assert.Equal([FidelityMeasure.MeanClassCosine, FidelityMeasure.LeastClassCosine], Failing(check));
    }

    [Fact]
    public void Add_OtherLayers_Throws()
        => Assert.Throws<ArgumentException>(
            () => new FidelityCheck().Add(Tokens(0), Scored(0), new ImageTokens("test", 1, Width, [1, 0, 0, 0], []), Scored(0)));

    private static FidelityMeasure[] Failing(FidelityCheck check)
        => [.. check.Report().Figures.Where(figure => !figure.Passed).Select(figure => figure.Measure)];

    private static ImageTokens Tokens(int image)
    {
        var random = new Random(image);
        float[] Floats(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() + 0.01f)];
        return new ImageTokens("test", 2, Width, Floats(Width), [new LayerTokens(3, Floats(5 * Width)), new LayerTokens(6, Floats(5 * Width))]);
    }

    private static AdClip.Vision.Detection.Detection Scored(int image)
    {
        var random = new Random(image + 1000);
        float[] map = [.. Enumerable.Range(0, Side * Side).Select(_ => random.NextSingle() * 0.5f)];
        return new AdClip.Vision.Detection.Detection(0.1f + (0.08f * image), 0.5f, null, 0.5f, new AnomalyMap(Side, Side, map));
    }
}
