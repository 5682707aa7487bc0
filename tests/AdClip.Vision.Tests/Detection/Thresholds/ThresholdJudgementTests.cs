using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Metrics;

namespace AdClip.Vision.Tests.Detection.Thresholds;

public sealed class ThresholdJudgementTests
{
    [Fact]
    public void Of_LargestF1OnNoise_HeldOutIsBelowTheOptimisticNumber()
    {
        // Scores that know nothing: the best F1 on the images themselves still looks like something.
        var (chosen, held) = (0.0, 0.0);
        for (var seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            var samples = Enumerable.Range(0, 40).Select(i => new ScoredSample($"{i}", random.NextDouble(), i % 4 == 0)).ToList();
            var judged = ThresholdJudgement.Of(samples, ThresholdRule.LargestF1, seed: seed);
            chosen += judged.OnChosenImages.F1;
            held += judged.HeldOut!.Counts.F1;
        }
        Assert.True(chosen > held + 1, $"chosen {chosen / 30:F3}, held out {held / 30:F3}");
    }

    [Fact]
    public void Of_Folds_EachPartIsJudgedAtTheThresholdOfTheOthers()
    {
        var random = new Random(6);
        var samples = Enumerable.Range(0, 33).Select(i => new ScoredSample($"{i}", random.NextDouble() + (i % 3 == 0 ? 0.4 : 0), i % 3 == 0)).ToList();
        var held = ThresholdJudgement.Of(samples, ThresholdRule.FalseRejects(0.2), 4, 9).HeldOut!;
        var division = Folds.Divide([.. samples.Select(sample => sample.IsAnomaly)], 4, 9);
        Assert.Equal(4, division.Count);
        var (rejected, found) = (0, 0);
        for (var fold = 0; fold < 4; fold++)
        {
            var threshold = BudgetThreshold.ForFalseRejects(
                [.. division.Without(fold).Where(i => !samples[i].IsAnomaly).Select(i => samples[i].Score)], 0.2).Threshold;
            Assert.Equal(threshold, held.Thresholds[fold]);
            rejected += division.In(fold).Count(i => !samples[i].IsAnomaly && samples[i].Score >= threshold);
            found += division.In(fold).Count(i => samples[i].IsAnomaly && samples[i].Score >= threshold);
        }
        Assert.Equal((rejected, found, 22, 11), (held.Counts.FalsePositives, held.Counts.TruePositives, held.Counts.Negatives, held.Counts.Positives));
    }

    [Fact]
    public void Of_OneAnomalyOnly_HasNoHeldOutNumber()
        => Assert.Null(ThresholdJudgement.Of([new("a", 0.1, false), new("b", 0.2, false), new("c", 0.9, true)], ThresholdRule.LargestF1).HeldOut);

    [Fact]
    public void Of_LeakingScores_AreRefused()
    {
        ScoredSample[] learnt = [new("a", 0.1, false), new("b", 0.9, true, ScoreOrigin.Training)];
        Assert.Equal(
            RefusalCode.ScoresOfTrainingImages, Assert.Throws<RefusedInputException>(() => ThresholdJudgement.Of(learnt, ThresholdRule.LargestF1)).Code);
        ScoredSample[] twice = [new("a", 0.1, false), new("a", 0.1, false), new("b", 0.9, true)];
        Assert.Equal(RefusalCode.ImageCountedTwice, Assert.Throws<RefusedInputException>(() => ThresholdJudgement.Of(twice, ThresholdRule.LargestF1)).Code);
        ScoredSample[] fine = [new("a", 0.1, false, ScoreOrigin.OutOfFold), new("b", 0.9, true)];
        Assert.Equal(1, ThresholdJudgement.Of(fine, ThresholdRule.LargestF1).OutOfFold);
    }

    [Fact]
    public void Report_OnTheImagesChosenOn_IsRefused()
    {
        ScoredSample[] samples = [new("a", 0.1, false), new("b", 0.9, true)];
        Assert.Equal(
            RefusalCode.ThresholdChosenOnTheseImages, Assert.Throws<RefusedInputException>(() => ThresholdJudgement.Report(0.5, ["b", "z"], samples)).Code);
        Assert.Equal(new Confusion(1, 0, 1, 0), ThresholdJudgement.Report(0.5, ["y", "z"], samples));
    }

    [Theory]
    [InlineData(1, 1, null)]
    [InlineData(1, 20, null)]
    [InlineData(30, 1, null)]
    [InlineData(1, 20, 0.01)]
    [InlineData(0, 1, null)]
    public void LeastCost_RandomScores_EqualsTrialOfEveryThreshold(double reject, double escape, double? rate)
    {
        var random = new Random(7);
        double[] scores = [.. Enumerable.Range(0, 50).Select(_ => Math.Round(random.NextDouble(), 2))];
        bool[] truth = [.. scores.Select(score => random.NextDouble() < score)];
        double Cost(double threshold)
        {
            var share = rate ?? truth.Average(t => t ? 1.0 : 0);
            var missed = scores.Where((_, i) => truth[i]).Average(score => score < threshold ? 1.0 : 0);
            var alarms = scores.Where((_, i) => !truth[i]).Average(score => score >= threshold ? 1.0 : 0);
            return (escape * share * missed) + (reject * (1 - share) * alarms);
        }
        var chosen = new ThresholdCosts(reject, escape, rate).Choose(PrecisionRecallCurve.FromScores(scores, truth));
        Assert.Equal(scores.Append(2).Min(Cost), Cost(chosen), 12);
    }

    [Fact]
    public void LeastCost_WrongCosts_AreRefused()
    {
        var curve = PrecisionRecallCurve.FromScores([1.0], [true]);
        Assert.Equal(RefusalCode.ThresholdCostInvalid, Assert.Throws<RefusedInputException>(() => new ThresholdCosts(-1, 2).Choose(curve)).Code);
        Assert.Equal(RefusalCode.ThresholdCostInvalid, Assert.Throws<RefusedInputException>(() => new ThresholdCosts(0, 0).Choose(curve)).Code);
    }
}
