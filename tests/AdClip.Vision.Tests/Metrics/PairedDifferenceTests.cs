using AdClip.Vision.Metrics;

namespace AdClip.Vision.Tests.Metrics;

public sealed class PairedDifferenceTests
{
    [Theory]
    [InlineData(1, 12.706205)]
    [InlineData(4, 2.776445)]
    [InlineData(11, 2.200985)]
    [InlineData(19, 2.093024)]
    [InlineData(60, 2.000298)]
    public void Quantile_DegreesOfFreedom_AsInTables(int freedom, double expected) => Assert.Equal(expected, PairedDifference.Quantile(freedom), 4);

    [Fact]
    public void Difference_KnownValues_IntervalByHand()
    {
        // Mean 2, deviation 1, five pairs: half width 2.776445 / sqrt(5).
        var difference = PairedDifference.Of([1, 1.5, 2, 2.5, 3])!;
        Assert.Equal(2, difference.Mean, 12);
        Assert.Equal(Math.Sqrt(0.625), difference.Deviation!.Value, 12);
        Assert.Equal(2 - (2.776445 * Math.Sqrt(0.625 / 5)), difference.Interval!.Value.Low, 5);
        Assert.True(difference.IsClear);
        Assert.False(PairedDifference.Of([-1, 2, 0.5, -0.2, 0.3])!.IsClear);
    }

    [Fact]
    public void Difference_OfOnePair_SaysNothingOfNoise()
    {
        var difference = PairedDifference.Of([0.4])!;
        Assert.Equal((null, false), (difference.Interval, difference.IsClear));
        Assert.Null(PairedDifference.Of([]));
    }
}
