using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Metrics;
using FsCheck;
using FsCheck.Fluent;

namespace AdClip.Vision.Tests.Detection.Thresholds;

public sealed class BandOutcomesTests
{
    [Fact]
    public void Of_AnyBand_CountsEachImageByItsVerdict() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<(int Score, bool IsAnomaly)[]>(),
            ArbMap.Default.ArbFor<int>(),
            ArbMap.Default.ArbFor<byte>(),
            (images, reviewFrom, width) =>
            {
                var band = new VerdictBand(reviewFrom, reviewFrom + width);
                double[] scores = [.. images.Select(image => (double)image.Score)];
                bool[] truths = [.. images.Select(image => image.IsAnomaly)];
                var outcomes = BandOutcomes.Of(band, PrecisionRecallCurve.FromScores(scores, truths));
                return outcomes.Good == band.Count(scores.Where((_, i) => !truths[i])) && outcomes.Anomalies == band.Count(scores.Where((_, i) => truths[i]));
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Rates_ReviewIsNeitherOverkillNorEscape()
    {
        // 60 good and 50 anomalous images; 43 of the 45 anomalies below the fail threshold go to a person.
        var outcomes = new BandOutcomes(new(50, 7, 3), new(2, 43, 5));

        Assert.Equal((0.05, 0.04), (outcomes.Overkill, outcomes.Escape));
        Assert.Equal(50 / 110.0, outcomes.ReviewLoad);
    }

    [Fact]
    public void Rates_NoImage_AreNotNumbers()
    {
        var good = new BandOutcomes(new(1, 0, 1), default);

        Assert.Equal((0.5, null, 0.0), (good.Overkill, good.Escape, good.ReviewLoad));
        Assert.Equal((null, null, null), (default(BandOutcomes).Overkill, default(BandOutcomes).Escape, default(BandOutcomes).ReviewLoad));
    }
}
