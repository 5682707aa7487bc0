using AdClip.Vision.Metrics;

namespace AdClip.Vision.Tests.Metrics;

public sealed class PairedBootstrapTests
{
    [Fact]
    public void Difference_DetectorThatIsAlwaysBetterByLittle_DifferenceIsClearThoughIntervalsOverlap()
    {
        var random = new Random(7);
        bool[] truth = [.. Enumerable.Range(0, 120).Select(i => i % 3 == 0)];
        double[] noise = [.. truth.Select(_ => random.NextDouble())];
        double[] weak = [.. noise.Zip(truth, (value, anomalous) => value + (anomalous ? 0.30 : 0))];
        double[] strong = [.. noise.Zip(truth, (value, anomalous) => value + (anomalous ? 0.40 : 0))];
        var draws = PairedBootstrap.Draw([weak, strong], truth, [(_, curve) => curve.AreaUnderRoc], draws: 400, cancel: TestContext.Current.CancellationToken);

        var (ofWeak, ofStrong) = (draws.Interval(0, 0)!.Value, draws.Interval(0, 1)!.Value);
        Assert.True(ofWeak.High > ofStrong.Low);
        Assert.True(draws.Difference(0, than: 0, detector: 1)!.Value.Low > 0);
        Assert.Equal(-draws.Difference(0, than: 1, detector: 0)!.Value.High, draws.Difference(0, than: 0, detector: 1)!.Value.Low, 12);
    }

    [Fact]
    public void Interval_OneDetector_SameIntervalAsTheUnpairedOneUpToDraws()
    {
        var random = new Random(3);
        bool[] truth = [.. Enumerable.Range(0, 90).Select(i => i % 2 == 0)];
        double[] scores = [.. truth.Select(anomalous => random.NextDouble() + (anomalous ? 0.4 : 0))];
        var paired = PairedBootstrap.Draw([scores], truth, [(_, curve) => curve.AreaUnderRoc], cancel: TestContext.Current.CancellationToken)
            .Interval(0, 0)!.Value;
        var single = Bootstrap.Interval(scores, truth, curve => curve.AreaUnderRoc)!.Value;
        Assert.Equal(single.Low, paired.Low, 2);
        Assert.Equal(single.High, paired.High, 2);
    }

    [Fact]
    public void Draw_ThresholdsOfTheirOwn_EachDetectorIsJudgedAtItsOwn()
    {
        bool[] truth = [true, true, true, false, false, false];
        double[] first = [3, 4, 5, 0, 1, 2];
        double[] second = [30, 40, 50, 0, 10, 20];
        double[] thresholds = [3, 30];
        var draws = PairedBootstrap.Draw(
            [first, second], truth, [(detector, curve) => curve.At(thresholds[detector]).F1], draws: 50, cancel: TestContext.Current.CancellationToken);
        Assert.Equal((1.0, 1.0), (draws.Interval(0, 0)!.Value.Low, draws.Interval(0, 1)!.Value.Low));
        Assert.Equal(new ConfidenceInterval(0, 0), draws.Difference(0, 0, 1));
    }
}
