using AdClip.Portal.Features.Inspectors.Gate;
using AdClip.Portal.Features.Review.Teaching;

namespace AdClip.Portal.Tests.Features.Review.Teaching;

public sealed class GoldenComparisonTests
{
    [Fact]
    public void Of_VerdictsThatChange_WorseFirstAndQuietOnesCounted()
    {
        (GoldenImage, double, double)[] scores =
        [
            (Image("same", true), 2, 2),
            (Image("quiet", false), 0.2, 0.3),
            (Image("better", false), 1.5, 0.5),
            (Image("worse", true), 1.2, 0.8),
        ];

        var golden = GoldenComparison.Of(GoldenSource.Marked, scores, 1, 1.0, GoldenThreshold.Saved);

        Assert.Equal((4, 1, 3), (golden.Images, golden.Unreadable, golden.Changed));
        Assert.Equal(["worse", "better", "quiet"], golden.Changes.Select(change => change.FileName));
        Assert.Equal("worse", Assert.Single(golden.Worse).FileName);
        Assert.Equal("better", Assert.Single(golden.Better).FileName);
        var read = GoldenComparison.Parse(golden.ToJson());
        Assert.Equal(golden.Changes, read.Changes);
        Assert.Equal((golden.Threshold, golden.ThresholdSource, golden.Source), (read.Threshold, read.ThresholdSource, read.Source));
    }

    [Fact]
    public void Of_WithoutAThreshold_NoVerdictChanges()
    {
        var golden = GoldenComparison.Of(GoldenSource.Labelled, [(Image("a", true), 1, 0)], 0, null, GoldenThreshold.None);

        Assert.Empty(golden.Worse);
        Assert.Null(Assert.Single(golden.Changes).WasRight);
    }

    private static GoldenImage Image(string name, bool isAnomaly) => new(Guid.NewGuid(), name, name, isAnomaly, 400, 400);
}
