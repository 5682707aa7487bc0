using AdClip.Portal.Features.Inspectors.Gate;
using AdClip.Vision.Detection.Thresholds;

namespace AdClip.Portal.Tests.Features.Inspectors;

public sealed class GateReportTests
{
    private static readonly VerdictBand Band = new(0.4, 0.6);

    [Theory]
    [InlineData(false, 0.1, 0.5, true)]
    [InlineData(false, 0.1, 0.9, true)]
    [InlineData(false, 0.5, 0.9, true)]
    [InlineData(false, 0.9, 0.5, false)]
    [InlineData(true, 0.9, 0.5, true)]
    [InlineData(true, 0.5, 0.1, true)]
    [InlineData(true, 0.9, 0.1, true)]
    [InlineData(true, 0.1, 0.5, false)]
    public void Changes_OutcomeMoves_IsWorseWhereItMovesAwayFromTheTruth(bool isAnomaly, double before, double after, bool isWorse)
    {
        var change = Assert.Single(GateReport.ChangesOf([(Image("a", isAnomaly), before, after)], Band, Band));
        Assert.Equal(isWorse, change.IsWorse);
    }

    [Fact]
    public void Changes_EachByItsOwnBand_AnotherScaleIsNoChange() =>
        Assert.Empty(GateReport.ChangesOf([(Image("a", true), 0.7, 700), (Image("b", false), 0.1, 100)], Band, new VerdictBand(400, 600)));

    [Fact]
    public void Parity_EightBits_IsTheLargestDifferenceAgainstItsLimit()
    {
        GoldenImage[] images = [Image("a", false), Image("b", true), Image("c", true)];
        var parity = GateJob.ParityOf(ParityKind.EightBit, images, [0.1, 0.5, null], [0.12, 0.41, 9]);
        Assert.Equal((2, 0.09, false), (parity.Images, Math.Round(parity.Value!.Value, 9), parity.IsKept));
    }

    [Fact]
    public void Parity_Tiles_ComparesTheOrderAndNotTheScale()
    {
        GoldenImage[] images = [Image("a", false), Image("b", false), Image("c", true), Image("d", true)];
        Assert.True(GateJob.ParityOf(ParityKind.Tiles, images, [0.1, 0.2, 0.3, 0.4], [10, 20, 30, 40]) is { Value: 0, IsKept: true });
        Assert.True(GateJob.ParityOf(ParityKind.Tiles, images, [0.1, 0.2, 0.3, 0.4], [10, 35, 30, 40]) is { Value: 0.25, IsKept: false });
        Assert.Null(GateJob.ParityOf(ParityKind.Tiles, images[..2], [0.1, 0.2], [1, 2]).Value);
    }

    [Fact]
    public void Report_WrittenAndRead_SaysTheSame()
    {
        var report = new GateReport(
            GoldenSource.Marked, 2, 1, new GateSide(2, new(1, 0, 0), new(0, 1, 0), 1, 12.5, 1 << 20), new GateSide(1, default, default, 0, null, 0),
            GateReport.ChangesOf([(Image("a", true), 0.7, 0.5)], Band, Band), [new GateParity(ParityKind.EightBit, 2, 0.1, 0.05)]);
        var read = GateReport.Parse(report.ToJson());
        Assert.Equal((1, false, report.Candidate, report.Parity[0]), (read.Worse.Count, read.Passes, read.Candidate, read.Parity[0]));
    }

    private static GoldenImage Image(string name, bool isAnomaly) => new(Guid.NewGuid(), name, name, isAnomaly, 10, 10);
}
