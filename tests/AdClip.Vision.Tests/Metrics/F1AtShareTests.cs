using AdClip.Vision.Metrics;

namespace AdClip.Vision.Tests.Metrics;

public sealed class F1AtShareTests
{
    private static readonly (double[] Scores, bool[] Truth) Samples = Make(1, good: 40, anomalous: 10);

    [Fact]
    public void Best_AtTheSamplesOwnShare_TheirLargestF1()
    {
        var curve = Curve(Samples);

        var best = F1AtShare.Best(curve, 0.2)!.Value;

        Assert.Equal(curve.BestF1!.Value.Counts.F1, best.F1, 12);
        Assert.Equal(curve.BestF1!.Value.Threshold, best.Threshold);
    }

    // Each anomalous sample four times is what a share of one half would look like.
    [Fact]
    public void Best_AtAnotherShare_AsWithSamplesRepeated()
    {
        var (scores, truth) = Samples;
        var repeated = Enumerable.Range(0, scores.Length).SelectMany(i => Enumerable.Repeat((scores[i], truth[i]), truth[i] ? 4 : 1)).ToArray();
        var slow = Curve(([.. repeated.Select(sample => sample.Item1)], [.. repeated.Select(sample => sample.Item2)])).BestF1!.Value;

        var best = F1AtShare.Best(Curve(Samples), 0.5)!.Value;

        Assert.Equal(slow.Counts.F1, best.F1, 12);
        Assert.Equal(slow.Threshold, best.Threshold);
        Assert.NotEqual(Curve(Samples).BestF1!.Value.Threshold, best.Threshold);
    }

    [Fact]
    public void AllPositive_AnyShare_F1OfTheLowestThreshold()
    {
        foreach (var share in (double[])[0.01, 0.3, 0.5, 0.9])
        {
            Assert.Equal(F1AtShare.Of(Curve(Samples).Points[0].Counts, share), F1AtShare.AllPositive(share), 12);
        }
    }

    [Fact]
    public void Best_OneKindOnly_Null() => Assert.Null(F1AtShare.Best(Curve(([1, 2], [true, true])), 0.5));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.1)]
    public void Best_ShareOutOfRange_Throws(double share) => Assert.Throws<ArgumentOutOfRangeException>(() => F1AtShare.Best(Curve(Samples), share));

    private static PrecisionRecallCurve Curve((double[] Scores, bool[] Truth) samples) => PrecisionRecallCurve.FromScores(samples.Scores, samples.Truth);

    private static (double[], bool[]) Make(int seed, int good, int anomalous)
    {
        var random = new Random(seed);
        bool[] truth = [.. Enumerable.Range(0, good + anomalous).Select(i => i >= good)];
        return ([.. truth.Select(is1 => Math.Round(random.NextDouble() + (is1 ? 0.3 : 0), 2))], truth);
    }
}
