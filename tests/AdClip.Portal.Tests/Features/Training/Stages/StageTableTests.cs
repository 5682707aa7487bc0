using AdClip.Portal.Features.Training.Stages;
using AdClip.Vision.Datasets;

namespace AdClip.Portal.Tests.Features.Training.Stages;

public sealed class StageTableTests
{
    private static readonly StageMetric Auroc = StageMetric.Of("image_auroc");
    private static readonly StagePlan Plan = new(
        [new(0, 4), new(0, 10), new(10, 4), new(10, 10)], [StageDetector.Bank, StageDetector.Fitted],
        [new("mini", "Mini", "aa")], 4, "plate", new StageSupply(40, 30));

    [Theory]
    [InlineData("0+10", "0+4")]
    [InlineData("10+10", "10+4")]
    [InlineData("0+4", null)]
    [InlineData("10+4", null)]
    public void Before_OfAStage_IsTheLargestWithinItOfTheSameKind(string stage, string? before) =>
        Assert.Equal(before, StageTable.BeforeOf(Stage.Parse(stage)!, Plan.Stages)?.ToString());

    [Fact]
    public void Rows_ClearGain_IsToldFromNoiseAndMarkedBest()
    {
        // The fitted detector gains 0.1 in each draw, however good or bad the draw; the bank moves to and fro.
        double[] draws = [0.6, 0.7, 0.5, 0.65];
        double[] noise = [0.02, -0.02, 0.01, -0.01];
        var table = Table((detector, stage, seed) => draws[seed - 1]
            + (detector == StageDetector.Fitted && stage == new Stage(10, 10) ? 0.1 + (noise[seed - 1] / 10)
                : detector == StageDetector.Bank ? noise[seed - 1] * stage.Good / 10
                : 0));

        var gained = table.Rows.Single(row => row.Detector == StageDetector.Fitted && row.Stage == new Stage(10, 10));
        Assert.Equal(0.1, gained.AgainstBefore[Auroc.Key].Mean, 9);
        Assert.True(gained.AgainstBefore[Auroc.Key].IsClear);
        Assert.Contains(Auroc.Key, gained.IsBest);
        // Draws differ by far more than the gain: unpaired, nothing could be told.
        Assert.True(gained.Values[Auroc.Key].Deviation > 0.08);
        Assert.All(table.Rows.Where(row => row != gained), row => Assert.Empty(row.IsBest));
        Assert.False(table.Rows.Single(row => row.Detector == StageDetector.Bank && row.Stage == new Stage(10, 10)).AgainstBefore[Auroc.Key].IsClear);
    }

    [Fact]
    public void Rows_TwoEquallyGood_NoneIsBest()
    {
        var table = Table((_, stage, seed) => 0.5 + (seed / 100.0) + (stage.Good == 10 ? 0.2 : 0));
        Assert.All(table.Rows, row => Assert.Empty(row.IsBest));
    }

    [Fact]
    public void Rows_HalfDone_CompareOnlySeedsThatBothHave()
    {
        var cells = Cells((_, stage, seed) => stage.Good == 10 ? 0.8 : 0.6);
        foreach (var missing in cells.Keys.Where(key => key is { Seed: > 2, Stage: { Anomalies: 10, Good: 10 } }).ToList())
        {
            cells.Remove(missing);
        }
        var row = new StageTable(Plan, cells).Rows.First(row => row.Stage == new Stage(10, 10));
        Assert.Equal((2, 2), (row.Values[Auroc.Key].Seeds, row.AgainstBefore[Auroc.Key].Pairs));
    }

    [Fact]
    public void Supply_Stages_KeepsTwoOfEitherKindForTheTest()
    {
        var supply = new StageSupply(12, 6);
        Assert.Equal(new StageGap(0, 0), supply.Missing(new Stage(4, 10)));
        Assert.Equal(new StageGap(1, 6), supply.Missing(new Stage(10, 11)));
        Assert.Equal(new StageSupply(2, 2), supply.Tested([new Stage(4, 4), new Stage(0, 10)]));
        Assert.Null(supply.Tested([]));
    }

    private static StageTable Table(Func<StageDetector, Stage, int, double> auroc) => new(Plan, Cells(auroc));

    private static Dictionary<StageCellKey, StageFigures> Cells(Func<StageDetector, Stage, int, double> auroc) =>
        Plan.Cells().ToDictionary(
            key => key,
            key => new StageFigures
            {
                F1OutOfFold = null,
                AllPositiveF1OutOfFold = null,
                Threshold = null,
                AreaUnderRoc = auroc(key.Detector, key.Stage, key.Seed),
                AveragePrecision = null,
                F1 = null,
                AllPositiveF1 = 0.5,
                PixelAreaUnderRoc = null,
                PixelAveragePrecision = null,
                Aupro = null,
                Aupro05 = null,
                IsPixelExact = true,
                Seconds = 1,
                TestedGood = 20,
                TestedAnomalies = 20,
                TestedDrawn = 0,
            });
}
