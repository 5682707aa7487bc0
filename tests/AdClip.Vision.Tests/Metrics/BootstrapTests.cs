using AdClip.Vision.Metrics;

namespace AdClip.Vision.Tests.Metrics;

public sealed class BootstrapTests
{
    [Fact]
    public void Interval_AreaUnderRoc_IsNearDeLongsStandardError()
    {
        var random = new Random(3);
        const int Each = 150;
        double[] scores = [.. Enumerable.Range(0, 2 * Each).Select(i => Gaussian(random) + (i < Each ? 0 : 1))];
        bool[] truth = [.. Enumerable.Range(0, 2 * Each).Select(i => i >= Each)];
        var interval = Bootstrap.Interval(scores, truth, curve => curve.AreaUnderRoc)!.Value;
        var area = PrecisionRecallCurve.FromScores(scores, truth).AreaUnderRoc!.Value;
        // DeLong et al., Biometrics 1988: variance from each sample's share of won pairs.
        double[] wins = [.. Enumerable.Range(0, 2 * Each)
            .Select(i => Enumerable.Range(0, Each).Average(j => truth[i] ? (scores[i] > scores[j] ? 1.0 : 0) : (scores[Each + j] > scores[i] ? 1.0 : 0)))];
        var deviation = Math.Sqrt((Variance(wins[..Each]) / Each) + (Variance(wins[Each..]) / Each));
        Assert.Equal(area - (1.96 * deviation), interval.Low, 0.008);
        Assert.Equal(area + (1.96 * deviation), interval.High, 0.008);
    }

    [Fact]
    public void Interval_SameSeed_IsTheSame()
    {
        double[] scores = [0.1, 0.5, 0.4, 0.8, 0.9];
        bool[] truth = [false, false, true, true, true];
        Assert.Equal(Bootstrap.Interval(scores, truth, curve => curve.BestF1?.Counts.F1), Bootstrap.Interval(scores, truth, curve => curve.BestF1?.Counts.F1));
    }

    [Fact]
    public void Interval_OneClassOnly_IsUndefined()
        => Assert.Null(Bootstrap.Interval([0.1, 0.2], [false, false], curve => curve.AreaUnderRoc));

    [Fact]
    public void Intervals_TiedScores_EqualCurvesOfDrawnSamplesBuiltFromScratch()
    {
        var random = new Random(9);
        double[] scores = [.. Enumerable.Range(0, 40).Select(_ => Math.Round(random.NextDouble(), 1))];
        bool[] truth = [.. Enumerable.Range(0, 40).Select(i => i % 3 == 0)];
        Func<PrecisionRecallCurve, double?>[] numbers = [curve => curve.AreaUnderRoc, curve => curve.AveragePrecision, curve => curve.BestF1?.Counts.F1];
        var intervals = Bootstrap.Intervals(scores, truth, numbers, draws: 1, seed: 4, TestContext.Current.CancellationToken);
        var drawing = new Random(4);
        double[] Drawn(bool of)
        {
            double[] pool = [.. scores.Where((_, i) => truth[i] == of)];
            return [.. pool.Select(_ => pool[drawing.Next(pool.Length)])];
        }
        var (good, bad) = (Drawn(false), Drawn(true));
        var slow = PrecisionRecallCurve.FromScores([.. good, .. bad], [.. good.Select(_ => false), .. bad.Select(_ => true)]);
        for (var i = 0; i < numbers.Length; i++)
        {
            Assert.Equal(numbers[i](slow), intervals[i]!.Value.Low);
        }
    }

    [Fact]
    public void F1Interval_AtAThreshold_IsThatOfTheScoresBehindIt()
    {
        double[] scores = [.. Enumerable.Range(0, 60).Select(i => i % 4 == 0 ? 0.9 : 0.1)];
        bool[] truth = [.. Enumerable.Range(0, 60).Select(i => i % 5 == 0 || i % 4 == 0 && i % 3 != 0)];
        var counts = PrecisionRecallCurve.FromScores(scores, truth).At(0.5);
        var (fast, slow) = (Bootstrap.F1Interval(counts, 4000)!.Value, Bootstrap.Interval(scores, truth, curve => curve.At(0.5).F1, 4000)!.Value);
        Assert.Equal(slow.Low, fast.Low, 0.03);
        Assert.Equal(slow.High, fast.High, 0.03);
        Assert.InRange(counts.F1, fast.Low, fast.High);
        Assert.Null(Bootstrap.F1Interval(new Confusion(0, 3, 4, 0)));
    }

    private static double Gaussian(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Variance(double[] values)
    {
        var mean = values.Average();
        return values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1);
    }
}
