using AdClip.Vision.Datasets;

namespace AdClip.Vision.Tests.Datasets;

public sealed class NestedDrawTests
{
    private static readonly Stage[] Stages = [new(0, 4), new(0, 10), new(10, 4), new(10, 10), new(10, 30)];
    private static readonly string[] Good = [.. Enumerable.Range(0, 40).Select(i => $"good {i}")];
    private static readonly string[] Anomalies = [.. Enumerable.Range(0, 20).Select(i => $"{"abcd"[i % 4]} {i}")];

    [Fact]
    public void Of_AnySeed_LargerStagesHoldSmallerOnesAndNoneIsJudged()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var draw = NestedDraw.Of(Good, Anomalies, image => image[..1], Stages, seed);
            for (var larger = 0; larger < Stages.Length; larger++)
            {
                Assert.Equal(Stages[larger].Good, draw.Learned[larger].Count(image => image.StartsWith("good", StringComparison.Ordinal)));
                Assert.Equal(Stages[larger].Anomalies + Stages[larger].Good, draw.Learned[larger].Distinct().Count());
                for (var smaller = 0; smaller < Stages.Length; smaller++)
                {
                    if (Stages[smaller].Anomalies <= Stages[larger].Anomalies && Stages[smaller].Good <= Stages[larger].Good)
                    {
                        Assert.Subset(draw.Learned[larger].ToHashSet(), draw.Learned[smaller].ToHashSet());
                    }
                }
                Assert.Empty(draw.Judged.Intersect(draw.Learned[larger]));
            }
            Assert.Equal(20, draw.Judged.Count);
        }
    }

    [Fact]
    public void Of_SameSeed_SameImagesAndOtherSeedOthers()
    {
        var first = NestedDraw.Of(Good, Anomalies, image => image[..1], Stages, 1);
        Assert.Equal(first.Judged, NestedDraw.Of(Good, Anomalies, image => image[..1], Stages, 1).Judged);
        Assert.NotEqual(first.Judged, NestedDraw.Of(Good, Anomalies, image => image[..1], Stages, 2).Judged);
    }

    [Fact]
    public void Of_FewAnomalies_ClassesTakeTurns()
    {
        var draw = NestedDraw.Of(Good, Anomalies, image => image[..1], [new Stage(4, 1)], 3);
        Assert.Equal(["a", "b", "c", "d"], draw.Learned[0].Take(4).Select(image => image[..1]).Order());
    }

    [Fact]
    public void Of_MoreThanThereAre_Refused()
    {
        var refused = Assert.Throws<RefusedInputException>(() => NestedDraw.Of(Good, Anomalies, image => image[..1], [new Stage(10, 41)], 1));
        Assert.Equal(RefusalCode.StageImagesTooFew, refused.Code);
    }
}
