using AdClip.Vision.Metrics;

namespace AdClip.Vision.Tests.Metrics;

public sealed class RegionMatchTests
{
    [Fact]
    public void Compare_FoundMissedAndFalseRegions_AreCounted()
    {
        // Columns 0-1: a defect of four pixels, half covered. Columns 4-5: one not covered. Column 8: a false alarm.
        byte[] mask =
        [
            1, 1, 0, 0, 1, 1, 0, 0, 0,
            1, 1, 0, 0, 1, 1, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0,
        ];
        float[] map =
        [
            .9f, .2f, 0, 0, .4f, 0, 0, 0, .7f,
            .9f, .1f, 0, 0, 0, 0, 0, 0, .7f,
            0, .6f, 0, 0, 0, 0, 0, 0, 0,
        ];
        var match = RegionMatch.Compare(map, mask, 9, 3, 0.5);
        Assert.Equal([new RegionOutcome(4, 0.5, true), new RegionOutcome(4, 0, false)], match.Labelled);
        Assert.Equal((1, 1, 2), (match.Found, match.FalseAlarms, match.MapRegions));
        Assert.Equal(0, RegionMatch.Compare(map, mask, 9, 3, 0.5, leastCover: 0.6).Found);
    }

    [Fact]
    public void Compare_NoDefectLabelled_EveryMapRegionIsAFalseAlarm()
    {
        var match = RegionMatch.Compare([1, 0, 1], [0, 0, 0], 3, 1, 0.5);
        Assert.Equal((0, 2), (match.Found, match.FalseAlarms));
    }
}
