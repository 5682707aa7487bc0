using AdClip.Portal.Features.Review.Teaching;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.GroundTruth;

namespace AdClip.Portal.Tests.Features.Review.Teaching;

public sealed class FeedbackRegionTests
{
    // 4 x 4 patches of 2 x 2 map pixels over an image of 400 x 200.
    private const int Grid = 4;
    private static readonly AnomalyMap Map = new(
        8, 8, [.. Enumerable.Range(0, 64).Select(i => i / 8 is 2 or 3 && i % 8 is >= 4 and <= 6 ? 0.9f : i == 63 ? 0.8f : 0.1f)]);

    [Fact]
    public void Resolve_BoxOverTwoPatches_ThoseTwo()
    {
        var (patches, bounds) = Resolve(new FeedbackRegion(Box: new ImageRectangle(100, 50, 200, 50)));

        Assert.Equal([5, 6], patches);
        Assert.Equal(new ImageRectangle(100, 50, 200, 50), bounds);
    }

    [Fact]
    public void Resolve_TinyBox_ThePatchThatItIsIn()
    {
        var (patches, bounds) = Resolve(new FeedbackRegion(Box: new ImageRectangle(310, 160, 3, 3)));

        Assert.Equal([15], patches);
        Assert.Equal(new ImageRectangle(310, 160, 3, 3), bounds);
    }

    [Fact]
    public void Resolve_BoxPartlyOutside_CutAtTheEdge() =>
        Assert.Equal(new ImageRectangle(0, 0, 50, 20), Resolve(new FeedbackRegion(Box: new ImageRectangle(-50, -10, 100, 30))).Bounds);

    [Fact]
    public void Resolve_HotPoint_TheConnectedRegionAndNothingElse()
    {
        var (patches, bounds) = Resolve(new FeedbackRegion(Point: new ImagePoint(210, 60), Level: 0.5));

        Assert.Equal([6, 7], patches);
        Assert.Equal(new ImageRectangle(200, 50, 150, 50), bounds);
    }

    [Theory]
    [InlineData(400, 0, 10, 10)]
    [InlineData(10, 10, 0, 5)]
    [InlineData(10, 10, double.NaN, 5)]
    public void Resolve_BoxOffTheImageOrEmpty_Refused(double x, double y, double width, double height) =>
        Assert.Equal(RefusalCode.FeedbackRegionOutside, Refused(new FeedbackRegion(Box: new ImageRectangle(x, y, width, height))));

    [Fact]
    public void Resolve_ColdPointOrNothing_Refused()
    {
        Assert.Equal(RefusalCode.FeedbackRegionCold, Refused(new FeedbackRegion(Point: new ImagePoint(10, 10), Level: 0.5)));
        Assert.Equal(RefusalCode.FeedbackRegionCold, Refused(new FeedbackRegion(Point: new ImagePoint(-10, 10), Level: 0)));
        Assert.Equal(RefusalCode.FeedbackRegionInvalid, Refused(new FeedbackRegion()));
        Assert.Equal(RefusalCode.FeedbackRegionInvalid, Refused(new FeedbackRegion(Point: new ImagePoint(10, 10))));
    }

    private static (IReadOnlyList<int> Patches, ImageRectangle Bounds) Resolve(FeedbackRegion region) => region.Resolve(Map, Grid, 400, 200);

    private static RefusalCode Refused(FeedbackRegion region) => Assert.Throws<RefusedInputException>(() => Resolve(region)).Code;
}
