using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Evaluation.Comparison;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.GroundTruth;

namespace AdClip.Portal.Tests.Features.Evaluation;

/// <summary>Runs are compared at one and the same operating point, whatever people saved for one of them.</summary>
public sealed class OperatingPointTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Compare_SameScoresAndABandSavedForOneRun_AreTheSame()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var images = MadeScores.Random(seed);
            // A band that leaves nearly everything to a person.
            var comparison = await RunComparison.ComputeAsync([MadeScores.Run(images), MadeScores.Run(images, new VerdictBand(0.05, 2))], cancel: Cancel);

            Assert.Equal((OperatingPoint.BestF1, true), (comparison.Point, comparison.IsHeldOut));
            Assert.DoesNotContain(OperatingPoint.Saved, comparison.Points);
            Assert.All(comparison.Runs[1].Figures.Values, figure => Assert.Contains(figure.Finding, new[] { DifferenceFinding.Same, DifferenceFinding.None }));
            Assert.Empty(comparison.Disputed);
        }
    }

    [Theory]
    [InlineData(OperatingPoint.BestF1)]
    [InlineData(OperatingPoint.FalseRejects)]
    [InlineData(OperatingPoint.Recall)]
    public async Task Compare_AtARule_EqualsTheHeldOutOutcomesOfThatRule(OperatingPoint point)
    {
        var images = MadeScores.Random(4);
        var comparison = await RunComparison.ComputeAsync([MadeScores.Run(images), MadeScores.Run(images)], point, Cancel);
        var evaluation = new ImageEvaluation(images);
        var judged = ThresholdJudgement.Of(evaluation.Samples, OperatingPoints.Rule(point)!);

        Assert.Equal((point, true), (comparison.Point, comparison.IsHeldOut));
        Assert.All(comparison.Runs, run => Assert.Equal((judged.Threshold, false), (run.Band!.Value.FailFrom, run.IsThresholdFromTheseImages)));
        // Dealt in another order, the parts are others; the images are the same, and each is counted once.
        var outcomes = comparison.Runs[0].Outcomes;
        Assert.Equal((evaluation.Curve.Negatives, evaluation.Curve.Positives), (outcomes.Good.Total, outcomes.Anomalies.Total));
        Assert.Equal((0, 0), (outcomes.Good.Reviewed, outcomes.Anomalies.Reviewed));
        Assert.Equal(outcomes.Anomalies.Failed / (double)outcomes.Anomalies.Total, comparison.Runs[0].Figures["recall"].Value);
        Assert.Equal(outcomes.Escape, comparison.Runs[0].Figures["escape"].Value);
        Assert.Equal(outcomes.Overkill, comparison.Runs[0].Figures["overkill"].Value);
    }

    [Fact]
    public async Task Compare_AsSaved_CountsThreeWaysAndLessIsBetter()
    {
        List<ScoredImage> images = [.. Enumerable.Range(0, 40).Select(i => MadeScores.Image(i / 40.0, i < 20 ? ImageLabel.Good : ImageLabel.Anomaly))];
        var strict = MadeScores.Run(images, new VerdictBand(0.5, 0.5));
        var lax = MadeScores.Run(images, new VerdictBand(0.625, 0.75));
        var comparison = await RunComparison.ComputeAsync([strict, lax], OperatingPoint.Saved, Cancel);

        Assert.Equal((OperatingPoint.Saved, false), (comparison.Point, comparison.IsHeldOut));
        Assert.Equal(new BandOutcomes(new VerdictCounts(20, 0, 0), new VerdictCounts(5, 5, 10)), comparison.Runs[1].Outcomes);
        var figures = comparison.Runs[1].Figures;
        Assert.Equal((0.25, 0.5, 0.125), (figures["escape"].Value, figures["recall"].Value, figures["review_load"].Value));
        Assert.Equal((DifferenceFinding.Worse, DifferenceFinding.Worse, DifferenceFinding.Worse),
            (figures["escape"].Finding, figures["recall"].Finding, figures["review_load"].Finding));
        Assert.Equal(DifferenceFinding.Better,
            (await RunComparison.ComputeAsync([lax, strict], OperatingPoint.Saved, Cancel)).Runs[1].Figures["escape"].Finding);
    }

    [Fact]
    public async Task Compare_ImagesOfOneTruth_TakesARuleThatTheyAllow()
    {
        List<ScoredImage> good = [.. Enumerable.Range(0, 6).Select(i => MadeScores.Image(i / 6.0, ImageLabel.Good))];
        var comparison = await RunComparison.ComputeAsync([MadeScores.Run(good), MadeScores.Run(good)], OperatingPoint.BestF1, Cancel);

        Assert.Equal([OperatingPoint.FalseRejects], comparison.Points);
        Assert.Equal((OperatingPoint.FalseRejects, false), (comparison.Point, comparison.IsHeldOut));
        Assert.Equal((0.0, null, null),
            (comparison.Runs[0].Figures["overkill"].Value, comparison.Runs[0].Figures["f1"].Value, comparison.Runs[0].Figures["escape"].Value));
        Assert.Null((await RunComparison.ComputeAsync([MadeScores.Run([]), MadeScores.Run([])], cancel: Cancel)).Point);
    }
}
