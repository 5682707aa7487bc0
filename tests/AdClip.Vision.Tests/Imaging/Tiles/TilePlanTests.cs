using AdClip.Vision.Imaging.Tiles;

namespace AdClip.Vision.Tests.Imaging.Tiles;

public sealed class TilePlanTests
{
    [Theory]
    [InlineData(1000, 700, 224, 0.25)]
    [InlineData(2000, 1500, 300, 0.5)]
    [InlineData(225, 224, 224, 0.25)]
    [InlineData(640, 100, 224, 0)]
    [InlineData(10_000, 10_000, 997, 0.75)]
    public void For_LargerThanATile_TilesAreFullAndCoverExactly(int width, int height, int side, double overlap)
    {
        var plan = TilePlan.For(width, height, side, overlap);

        foreach (var (starts, tile, length) in new[] { (plan.Lefts, plan.TileWidth, width), (plan.Tops, plan.TileHeight, height) })
        {
            Assert.Equal(Math.Min(side, Math.Min(width, height)), tile);
            Assert.Equal(0, starts[0]);
            Assert.Equal(length, starts[^1] + tile);
            foreach (var (before, after) in starts.Zip(starts.Skip(1)))
            {
                Assert.True(after > before, $"{after} after {before}");
                Assert.True(before + tile - after >= Math.Floor(overlap * tile), $"only {before + tile - after} pixels in common");
            }
        }
        Assert.Equal(plan.Count, Enumerable.Range(0, plan.Count).Select(i => plan[i].Key).Distinct().Count());
    }

    [Theory]
    [InlineData(224, 224)]
    [InlineData(30, 200)]
    public void For_NoLargerThanATile_OneWholeTile(int width, int height)
    {
        var plan = TilePlan.For(width, height, 224);

        Assert.Equal(1, plan.Count);
        Assert.Equal(new Tile(0, 0, width, height), plan[0]);
    }

    [Theory]
    [InlineData(15, 0.25, RefusalCode.TileSideInvalid)]
    [InlineData(224, -0.1, RefusalCode.TileOverlapInvalid)]
    [InlineData(224, 0.8, RefusalCode.TileOverlapInvalid)]
    [InlineData(224, double.NaN, RefusalCode.TileOverlapInvalid)]
    public void For_UnusableNumbers_Refused(int side, double overlap, RefusalCode code)
        => Assert.Equal(code, Assert.Throws<RefusedInputException>(() => TilePlan.For(1000, 1000, side, overlap)).Code);

    [Fact]
    public void Advice_SmallestDefect_SpansTwoPatches()
    {
        var advice = TileAdvice.For(4000, 3000, smallestDefect: 30, modelSide: 224, patchSize: 16);

        Assert.Equal(TileReason.SmallestDefect, advice.Reason);
        Assert.Equal(210, advice.Side);
        Assert.Equal(2, advice.DefectPatches!.Value, precision: 6);
        Assert.Equal(TilePlan.For(4000, 3000, 210).Count, advice.Tiles);
    }

    [Fact]
    public void Advice_LargeDefect_NoTiles()
    {
        var advice = TileAdvice.For(4000, 3000, smallestDefect: 600, modelSide: 224, patchSize: 16);

        Assert.Equal((TileReason.NotNeeded, 1), (advice.Reason, advice.Tiles));
    }

    [Fact]
    public void Advice_NothingLabelled_PixelForPixel()
        => Assert.Equal((TileReason.NoLabelledDefect, 224), (TileAdvice.For(4000, 3000, null, 224, 16) is var advice ? (advice.Reason, advice.Side) : default));

    [Fact]
    public void Advice_TinyDefectInAGiantImage_AsSmallAsTheNumberOfTilesAllows()
    {
        var advice = TileAdvice.For(10_000, 10_000, smallestDefect: 12, modelSide: 224, patchSize: 16);

        Assert.Equal(TileReason.TooManyTiles, advice.Reason);
        Assert.InRange(advice.Tiles, 1, TileAdvice.MostTiles);
        Assert.True(TilePlan.For(10_000, 10_000, advice.Side - 1).Count > TileAdvice.MostTiles);
    }

    [Fact]
    public void Advice_DefectOfAPixel_NotEnlargedWithoutEnd()
    {
        var advice = TileAdvice.For(500, 500, smallestDefect: 1, modelSide: 224, patchSize: 16);

        Assert.Equal((TileReason.MostEnlarged, 56), (advice.Reason, advice.Side));
    }
}
