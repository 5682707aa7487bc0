using AdClip.Portal.Features.Inspectors;
using AdClip.Vision.Detection.Thresholds;

namespace AdClip.Portal.Tests.Features.Inspectors;

public sealed class RuledBandTests
{
    [Fact]
    public void Of_SeparableScores_PassesGoodAndFailsAnomalies()
    {
        var band = RuledBand.Of([.. Samples(40, i => i / 100.0, false), .. Samples(40, i => 1 + (i / 100.0), true)]);
        Assert.Equal(BandOrigin.Budgets, band.Origin);
        Assert.False(band.Band.HasReview);
        Assert.True(band.Figures.Good.Failed <= 2);
        Assert.True(band.Figures.Anomalies.Passed <= 2);
        Assert.Equal(40, band.Figures.HeldOut!.Good.Passed + band.Figures.HeldOut.Good.Failed);
    }

    [Fact]
    public void Of_OverlappingScores_LeavesTheOverlapToAPerson()
    {
        var band = RuledBand.Of([.. Samples(100, i => i / 100.0, false), .. Samples(100, i => 0.5 + (i / 100.0), true)]);
        Assert.True(band.Band.HasReview);
        Assert.InRange(band.Figures.Good.Failed, 0, 5);
        Assert.InRange(band.Figures.Anomalies.Passed, 0, 5);
    }

    [Fact]
    public void Of_GoodAlone_KeepsToTheRejectBudgetAndSaysSo()
    {
        var band = RuledBand.Of(Samples(100, i => i / 100.0, false));
        Assert.Equal((BandOrigin.FalseRejects, false), (band.Origin, band.Band.HasReview));
        Assert.InRange(band.Figures.Good.Failed, 0, 5);
        Assert.Equal(default, band.Figures.Anomalies);
    }

    [Fact]
    public void Figures_WrittenAndRead_AreTheSame()
    {
        var figures = RuledBand.Of([.. Samples(20, i => i, false), .. Samples(20, i => 10 + i, true)]).Figures;
        Assert.Equal(figures, BandFigures.Parse(figures.ToJson()));
    }

    private static List<ScoredSample> Samples(int count, Func<int, double> score, bool isAnomaly) =>
        [.. Enumerable.Range(0, count).Select(i => new ScoredSample($"{isAnomaly} {i}", score(i), isAnomaly))];
}
