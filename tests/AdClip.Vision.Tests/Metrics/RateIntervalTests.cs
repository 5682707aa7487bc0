using AdClip.Vision.Metrics;

namespace AdClip.Vision.Tests.Metrics;

public class RateIntervalTests
{
    [Theory]
    [InlineData(4, 0.527)]
    [InlineData(10, 0.259)]
    [InlineData(110, 0.027)]
    public void UpperBound_NoFalseAlarm_IsWhatGoodImagesProve(long good, double bound)
    {
        Assert.Equal(bound, RateInterval.UpperBound(0, good), 3);
        Assert.Equal(1 - Math.Pow(0.05, 1.0 / good), RateInterval.UpperBound(0, good), 12);
    }

    [Theory]
    [InlineData(0.10, 29)]
    [InlineData(0.05, 59)]
    [InlineData(0.02, 149)]
    [InlineData(0.01, 299)]
    public void SamplesToProve_Rate_IsSmallestCountWhoseBoundReachesIt(double rate, long needed)
    {
        Assert.Equal(needed, RateInterval.SamplesToProve(rate));
        Assert.InRange(RateInterval.UpperBound(0, needed), 0, rate);
        Assert.True(RateInterval.UpperBound(0, needed - 1) > rate);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 10)]
    [InlineData(10, 10)]
    [InlineData(47, 60)]
    [InlineData(1, 2000)]
    [InlineData(1300, 2500)]
    public void ClopperPearson_Counts_BinomialTailsAreTwoAndAHalfPercent(long hits, long samples)
    {
        var interval = RateInterval.ClopperPearson(hits, samples);

        if (hits > 0)
        {
            Assert.Equal(0.025, 1 - AtMost(hits - 1, samples, interval.Low), 9);
        }
        if (hits < samples)
        {
            Assert.Equal(0.025, AtMost(hits, samples, interval.High), 9);
        }
        Assert.Equal(hits == 0, interval.Low == 0);
        Assert.Equal(hits == samples, interval.High == 1);
    }

    [Fact]
    public void ClopperPearson_NoSample_KnowsNothing() => Assert.Equal(new RateInterval(0, 1), RateInterval.ClopperPearson(0, 0));

    // Sum of binomial probabilities, each as a product of factors so that nothing overflows.
    private static double AtMost(long hits, long samples, double rate)
    {
        var sum = 0.0;
        for (var k = 0L; k <= hits; k++)
        {
            var log = k * Math.Log(rate) + (samples - k) * Math.Log(1 - rate);
            for (var j = 1L; j <= k; j++)
            {
                log += Math.Log((double)(samples - k + j) / j);
            }
            sum += Math.Exp(log);
        }
        return sum;
    }
}
