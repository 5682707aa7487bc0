using AdClip.Vision.Training;

namespace AdClip.Vision.Tests.Training;

public sealed class DataAdvisorTests
{
    private const int Side = 224;
    private const int Patch = 16;

    [Fact]
    public void Advise_PlentyOfEverything_SaysNothing()
    {
        AdvisedImage[] images =
        [
            .. Enumerable.Range(0, 40).Select(i => Good(i)),
            .. Enumerable.Range(0, 40).Select(i => Bad(i, 100 + i) with { Classes = [i % 2 == 0 ? "dent" : "scratch"] }),
        ];
        Assert.Empty(Advise(images));
    }

    [Fact]
    public void Advise_FourGoodNoAnomaly_SaysWhatSoManyProve()
    {
        var advice = Advise([.. Enumerable.Range(0, 4).Select(i => Good(i))]);
        Assert.Equal([AdviceCode.GoodImagesTooFew, AdviceCode.AnomaliesMissing], advice.Select(one => one.Code));
        Assert.Equal([4, 0.527, 29], advice[0].Numbers.Select(number => Math.Round(number, 3)));
    }

    [Fact]
    public void Advise_ImagesToJudgeOn_DoNotCountAsLearntFrom()
    {
        AdvisedImage[] images =
            [.. Enumerable.Range(0, 40).Select(i => Good(i) with { Split = DataSplit.Test }), Bad(0, 1) with { Split = DataSplit.Training }];
        var advice = Advise(images);
        Assert.Equal([0, 1, 29], Only(advice, AdviceCode.GoodImagesTooFew).Numbers);
        Assert.Equal([1, 0.05, 29], Only(advice, AdviceCode.AnomaliesTooFew).Numbers.Select(number => Math.Round(number, 6)));
    }

    [Fact]
    public void Advise_OneClassTenTimesAnother_NamesTheImagesOfTheRarer()
    {
        AdvisedImage[] images =
        [
            .. Enumerable.Range(0, 20).Select(i => Bad(i, i) with { Classes = ["dent"] }),
            .. Enumerable.Range(20, 2).Select(i => Bad(i, i) with { Classes = ["crack"] }),
        ];
        var advice = Only(Advise(images), AdviceCode.ClassesUnbalanced);
        Assert.Equal([20, 2, 10], advice.Numbers);
        Assert.Equal(["bad20", "bad21"], advice.Images);
    }

    [Fact]
    public void Advise_CopySavedAgain_IsFoundWithinAndAcrossSplitsAndAlikeImagesAreNot()
    {
        // Images of one product: all alike (cosine about 0.99), and two copies that differ by compression only.
        var random = new Random(1);
        float[] product = [.. Enumerable.Range(0, 64).Select(_ => (float)random.NextDouble())];
        float[] Near(float[] of, double by) => [.. of.Select(value => (float)(value + (by * (random.NextDouble() - 0.5))))];
        List<AdvisedImage> images = [.. Enumerable.Range(0, 30).Select(i => Good(i) with { ClassToken = Near(product, 0.2), Split = DataSplit.Training })];
        Assert.DoesNotContain(Advise(images), one => one.Code is AdviceCode.NearDuplicates or AdviceCode.NearDuplicatesAcrossSplits);

        images.Add(Good(100) with { ClassToken = Near(images[3].ClassToken!, 0.01), Split = DataSplit.Test });
        images.Add(Good(101) with { ClassToken = [.. images[5].ClassToken!.Select(value => value * 2)], Split = DataSplit.Training });
        var advice = Advise(images);
        Assert.Equal(["good3", "good100"], Only(advice, AdviceCode.NearDuplicatesAcrossSplits).Images);
        Assert.Equal(["good5", "good101"], Only(advice, AdviceCode.NearDuplicates).Images);
        Assert.Equal(1, Only(advice, AdviceCode.NearDuplicates).Numbers[0]);
    }

    [Fact]
    public void Advise_GoodFromOneCameraAnomaliesFromAnother_SaysThatTruthFollowsTheSource()
    {
        AdvisedImage[] images =
            [.. Enumerable.Range(0, 40).Select(i => Good(i) with { Camera = "A" }), .. Enumerable.Range(0, 40).Select(i => Bad(i, i) with { Camera = "B" })];
        var advice = Advise(images);
        Assert.Equal([2, 40, 40], Only(advice, AdviceCode.CamerasMixed).Numbers);
        Assert.Equal([40, 0], Only(advice, AdviceCode.TruthFollowsSource).Numbers);
        // Mixed, but both truths in either group: no more than mixed.
        AdvisedImage[] mixed = [.. images.Select((image, i) => image with { Camera = i % 2 == 0 ? "A" : "B" })];
        Assert.DoesNotContain(Advise(mixed), one => one.Code == AdviceCode.TruthFollowsSource);
    }

    [Fact]
    public void Advise_OneImageOfAnotherSize_IsNamed()
    {
        AdvisedImage[] images = [.. Enumerable.Range(0, 40).Select(i => Good(i)), Bad(7, 7) with { Width = 640 }];
        var advice = Only(Advise(images), AdviceCode.SizesMixed);
        Assert.Equal([2, 40, 1], advice.Numbers);
        Assert.Equal(["bad7"], advice.Images);
    }

    [Fact]
    public void Advise_SmallDefects_NamesATileSideAtWhichTheySpanTwoPatches()
    {
        // On 2240 x 2240 two patches are 320 pixels: 100 is below, 400 is not. At a tile of 700, 100 pixels are 32 of 224.
        AdvisedImage[] images =
            [Bad(0, 0) with { Width = 2240, Height = 2240, Defects = [(100, 20), (400, 400)] }, Bad(1, 1) with { Width = 2240, Height = 2240, Defects = [] }];
        var advice = Advise(images);
        Assert.Equal([1, 2, 700, 100], Only(advice, AdviceCode.DefectsBelowTwoPatches).Numbers);
        Assert.Equal(["bad0"], Only(advice, AdviceCode.DefectsBelowTwoPatches).Images);
        Assert.Equal([1, 2], Only(advice, AdviceCode.AnomaliesWithoutMasks).Numbers);
        Assert.Equal(["bad1"], Only(advice, AdviceCode.AnomaliesWithoutMasks).Images);
    }

    [Theory]
    [InlineData(400, 7)]
    [InlineData(400, 31.9)]
    [InlineData(5000, 7)]
    [InlineData(5000, 33)]
    [InlineData(5000, 300)]
    public void Advise_DefectOfAnySize_NeverNamesATileBelowTheModelsInput(int imageSide, double defectSide)
    {
        AdvisedImage[] images = [Bad(0, 0) with { Width = imageSide, Height = imageSide, Defects = [(defectSide, defectSide)] }];
        var advice = Advise(images);

        // Below two patches at one pixel for one pixel, tiles do not help, and the advice does not say that they do.
        var isHelped = defectSide >= 2 * Patch;
        Assert.Equal(isHelped, advice.Any(one => one.Code == AdviceCode.DefectsBelowTwoPatches));
        Assert.Equal(!isHelped, advice.Any(one => one.Code == AdviceCode.DefectsOfTooFewPixels));
        Assert.All(advice.Where(one => one.Code == AdviceCode.DefectsBelowTwoPatches), one => Assert.InRange(one.Numbers[2], Side, imageSide));
        Assert.All(
            advice.Where(one => one.Code == AdviceCode.DefectsOfTooFewPixels),
            one => Assert.Equal([1, 1, Math.Floor(defectSide), 2 * Patch], one.Numbers));
    }

    private static IReadOnlyList<Advice> Advise(IReadOnlyList<AdvisedImage> images) =>
        DataAdvisor.Advise(images, Side, Patch, TestContext.Current.CancellationToken);

    private static Advice Only(IReadOnlyList<Advice> advice, AdviceCode code) => Assert.Single(advice, one => one.Code == code);

    private static AdvisedImage Good(int i) => new() { Id = $"good{i}", Width = 224, Height = 224, IsAnomaly = false, ClassToken = Token(i) };

    private static AdvisedImage Bad(int i, int token)
        => new() { Id = $"bad{i}", Width = 224, Height = 224, IsAnomaly = true, Defects = [(60, 60)], Classes = ["dent"], ClassToken = Token(1000 + token) };

    private static float[] Token(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 16).Select(_ => (float)random.NextDouble())];
    }
}
