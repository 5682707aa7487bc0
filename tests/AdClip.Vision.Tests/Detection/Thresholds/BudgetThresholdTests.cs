using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Metrics;

namespace AdClip.Vision.Tests.Detection.Thresholds;

public sealed class BudgetThresholdTests
{
    [Theory]
    [InlineData(4, 0.1, 0, false, 0.2, 0.527)]
    [InlineData(9, 0.1, 0, true, 0.1, 0.283)]
    [InlineData(110, 0.05, 4, true, 0.045, 0.081)]
    public void ForFalseRejects_NGoodImages_PromisesWhatTheyCanProve(int images, double budget, int errors, bool isReached, double expected, double upper)
    {
        double[] scores = [.. Enumerable.Range(1, images).Select(i => (double)i)];
        var threshold = BudgetThreshold.ForFalseRejects(scores, budget);
        Assert.Equal((errors, isReached, images), (threshold.Errors, threshold.IsReached, threshold.Images));
        Assert.Equal(Math.BitIncrement((double)(images - errors)), threshold.Threshold);
        Assert.Equal(expected, threshold.ExpectedRate, 0.001);
        Assert.Equal(upper, threshold.UpperBound95, 0.001);
        Assert.Equal((long)Math.Round((1 / budget) - 1), threshold.ImagesNeeded);
    }

    [Theory]
    [InlineData(58, false)]
    [InlineData(59, true)]
    public void ForFalseRejects_Confident_TakesAsManyAsTheZeroErrorBound(int images, bool isReached)
    {
        var threshold = BudgetThreshold.ForFalseRejects([.. Enumerable.Range(0, images).Select(i => i / 100.0)], 0.05, ThresholdProof.Confident);
        Assert.Equal((isReached, 59L), (threshold.IsReached, threshold.ImagesNeeded));
        Assert.Equal(isReached, threshold.UpperBound95 <= 0.05);
    }

    [Fact]
    public void ForFalseRejects_ManyDraws_RatesAreThoseReported()
    {
        // Uniform scores: the true false reject rate of a threshold is 1 - threshold.
        var random = new Random(11);
        var rates = Enumerable.Range(0, 4000).Select(_ =>
            1 - BudgetThreshold.ForFalseRejects([.. Enumerable.Range(0, 39).Select(_ => random.NextDouble())], 0.1).Threshold).Order().ToList();
        var reported = BudgetThreshold.ForFalseRejects([.. Enumerable.Range(0, 39).Select(i => i / 39.0)], 0.1);
        Assert.Equal(reported.ExpectedRate, rates.Average(), 0.003);
        Assert.Equal(reported.UpperBound95, rates[(int)(0.95 * rates.Count)], 0.01);
        Assert.True(reported.ExpectedRate <= 0.1);
    }

    [Fact]
    public void BandFailure_OverlappingOrApart_IsTheBandsUpperEnd()
    {
        bool[] anomalous = [.. Enumerable.Range(0, 40).Select(i => i >= 20)];
        var rule = ThresholdRule.BandFailure(budget: 0.1, recall: 0.9);

        // Anomalies from 10 on among good scores up to 19: what passes is below 11, what fails at 19 or more, two of twenty erring each way.
        double[] overlapping = [.. Enumerable.Range(0, 20).Select(i => (double)i), .. Enumerable.Range(10, 20).Select(i => (double)i)];
        Assert.Equal(BudgetThreshold.ForFalseRejects(overlapping[..20], 0.1).Threshold, rule.Choose(overlapping, anomalous));
        Assert.Equal(Math.BitIncrement(18.0), rule.Choose(overlapping, anomalous));

        double[] apart = [.. Enumerable.Range(0, 20).Select(i => (double)i), .. Enumerable.Range(100, 20).Select(i => (double)i)];
        Assert.InRange(rule.Choose(apart, anomalous), 19, 101);
    }

    [Fact]
    public void BothRules_RandomScoresWithTies_EqualTrialOfEveryThreshold()
    {
        var random = new Random(4);
        for (var round = 0; round < 200; round++)
        {
            var n = 1 + random.Next(60);
            double[] scores = [.. Enumerable.Range(0, n).Select(_ => Math.Round(random.NextDouble(), 1))];
            var budget = new[] { 0.02, 0.1, 0.3 }[round % 3];
            var proof = round % 2 == 0 ? ThresholdProof.OnAverage : ThresholdProof.Confident;
            bool Keeps(int errors)
                => proof == ThresholdProof.OnAverage ? (errors + 1.0) / (n + 1) <= budget + 1e-12 : RateInterval.UpperBound(errors, n) <= budget;

            var rejects = BudgetThreshold.ForFalseRejects(scores, budget, proof);
            var candidates = scores.Select(Math.BitIncrement).Where(t => Keeps(scores.Count(score => score >= t))).ToList();
            Assert.Equal(candidates.Count > 0, rejects.IsReached);
            Assert.Equal(candidates.Count > 0 ? candidates.Min() : Math.BitIncrement(scores.Max()), rejects.Threshold);
            Assert.Equal(scores.Count(score => score >= rejects.Threshold), rejects.Errors);

            var recall = BudgetThreshold.ForRecall(scores, 1 - budget, proof);
            var finding = scores.Where(t => Keeps(scores.Count(score => score < t))).ToList();
            Assert.Equal(finding.Count > 0 ? finding.Max() : scores.Min(), recall.Threshold);
            Assert.Equal(scores.Count(score => score < recall.Threshold), recall.Errors);
        }
    }

    [Fact]
    public void ForFalseRejects_WrongQuestions_AreRefused()
    {
        Assert.Equal(RefusalCode.ThresholdBudgetInvalid, Assert.Throws<RefusedInputException>(() => BudgetThreshold.ForFalseRejects([1], 0)).Code);
        Assert.Equal(RefusalCode.ThresholdBudgetInvalid, Assert.Throws<RefusedInputException>(() => BudgetThreshold.ForRecall([1], double.NaN)).Code);
        Assert.Equal(RefusalCode.ThresholdWithoutImages, Assert.Throws<RefusedInputException>(() => BudgetThreshold.ForFalseRejects([], 0.1)).Code);
        Assert.Equal(RefusalCode.ScoreNotFinite, Assert.Throws<RefusedInputException>(() => BudgetThreshold.ForRecall([double.NaN], 0.9)).Code);
    }

    [Fact]
    public void Band_OverlappingScores_LeavesTheOverlapToAPerson()
    {
        double[] good = [.. Enumerable.Range(0, 100).Select(i => i / 100.0)], bad = [.. Enumerable.Range(0, 100).Select(i => 0.5 + (i / 100.0))];
        var (recall, rejects) = (BudgetThreshold.ForRecall(bad, 0.95), BudgetThreshold.ForFalseRejects(good, 0.05));
        var band = VerdictBand.Of(recall, rejects);
        Assert.Equal((recall.Threshold, rejects.Threshold), (band.ReviewFrom, band.FailFrom));
        var (passes, fails) = (band.Count(good), band.Count(bad));
        Assert.Equal(100, passes.Passed + passes.Reviewed + passes.Failed);
        Assert.True(passes.Failed <= 5 && fails.Passed <= 5 && passes.Reviewed > 0);
        Assert.Equal((Verdict.Pass, Verdict.Review, Verdict.Fail), (band.Of(0.1), band.Of(band.ReviewFrom), band.Of(band.FailFrom)));
    }

    [Fact]
    public void Band_SeparateScores_NeedsNoReview()
    {
        double[] good = [.. Enumerable.Range(0, 40).Select(i => i / 100.0)], bad = [.. Enumerable.Range(0, 40).Select(i => 2 + (i / 100.0))];
        var band = VerdictBand.Of(BudgetThreshold.ForRecall(bad, 0.95), BudgetThreshold.ForFalseRejects(good, 0.05));
        Assert.Equal(band.ReviewFrom, band.FailFrom);
        Assert.Equal((new VerdictCounts(40, 0, 0), new VerdictCounts(0, 0, 40)), (band.Count(good), band.Count(bad)));
    }

    [Fact]
    public void Sum_OfSeveralCounts_AddsEachOutcome()
    {
        Assert.Equal(new VerdictCounts(11, 22, 33), VerdictCounts.Sum(new(1, 2, 3), new(10, 20, 30)));
        Assert.Equal(default, VerdictCounts.Sum());
    }
}
