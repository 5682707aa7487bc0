using AdClip.Vision.Metrics.Calibration;

namespace AdClip.Vision.Tests.Metrics.Calibration;

public sealed class ScoreCalibrationTests
{
    [Fact]
    public void Platt_OverlappingScores_MinimisesTheSoftenedCrossEntropy()
    {
        double[] scores = [0.1, 0.2, 0.25, 0.4, 0.5, 0.55, 0.7, 0.9];
        bool[] truth = [false, false, true, false, true, false, true, true];
        var fitted = PlattCalibration.Fit(scores, truth);
        double Loss(double slope, double intercept) => scores.Select((score, i) =>
        {
            var probability = 1 / (1 + Math.Exp(-((slope * score) + intercept)));
            var target = truth[i] ? 5.0 / 6 : 1.0 / 6;
            return -(target * Math.Log(probability)) - ((1 - target) * Math.Log(1 - probability));
        }).Sum();
        var least = Loss(fitted.Slope, fitted.Intercept);
        foreach (var (slope, intercept) in new[] { (0.01, 0.0), (-0.01, 0), (0, 0.01), (0, -0.01), (0.01, -0.005), (-0.01, 0.005) })
        {
            Assert.True(Loss(fitted.Slope + slope, fitted.Intercept + intercept) > least);
        }
        Assert.Equal(fitted.Probability(0.3), 1 / (1 + Math.Exp(-((fitted.Slope * 0.3) + fitted.Intercept))), 12);
    }

    [Fact]
    public void Platt_ScoresOnAnotherScale_GivesTheSameProbabilities()
    {
        double[] scores = [0.1, 0.2, 0.35, 0.4, 0.5];
        bool[] truth = [false, false, true, false, true];
        var (plain, moved) = (PlattCalibration.Fit(scores, truth), PlattCalibration.Fit([.. scores.Select(score => (score * 1e6) - 4e6)], truth));
        Assert.Equal(plain.Probability(0.33), moved.Probability((0.33 * 1e6) - 4e6), 6);
    }

    [Fact]
    public void Platt_ScoresOrderedTheWrongWayRound_SaysTheSameOfEveryScore()
    {
        var fitted = PlattCalibration.Fit([0.1, 0.2, 0.8, 0.9], [true, true, false, false]);
        Assert.Equal((0, 0.5), (fitted.Slope, fitted.Probability(0.1)));
    }

    [Fact]
    public void Isotonic_KnownSamples_PoolsAdjacentViolators()
    {
        // Raw rates 0, 1, 0, 1: the middle two are pooled to 1/2; each pool is softened by half a sample of either truth.
        var fitted = IsotonicCalibration.Fit([1, 2, 3, 4], [false, true, false, true]);
        Assert.Equal([1, 2.5, 4], fitted.Scores);
        Assert.Equal([0.25, 0.5, 0.75], fitted.Probabilities);
        Assert.Equal((0.25, 0.75), (fitted.Probability(-9), fitted.Probability(9)));
        Assert.Equal(0.375, fitted.Probability(1.75));
    }

    [Fact]
    public void Fit_ManyRandomSamples_ProbabilityNeverFalls()
    {
        var random = new Random(5);
        for (var round = 0; round < 40; round++)
        {
            var n = 10 + (round * 3);
            double[] scores = [.. Enumerable.Range(0, n).Select(_ => Math.Round(random.NextDouble(), 2))];
            bool[] truth = [.. scores.Select((score, i) => i switch { 0 => true, 1 => false, _ => random.NextDouble() < score })];
            var fitted = ScoreCalibration.Fit(scores, truth);
            Assert.IsType(n <= 30 ? typeof(PlattCalibration) : typeof(IsotonicCalibration), fitted);
            double[] probabilities = [.. Enumerable.Range(-10, 120).Select(i => fitted.Probability(i / 100.0))];
            Assert.All(probabilities, probability => Assert.InRange(probability, 0, 1));
            Assert.Equal(probabilities.Order(), probabilities);
        }
    }

    [Fact]
    public void OutOfFold_OneSampleChanged_ItsOwnProbabilityDoesNotSeeItsTruth()
    {
        var random = new Random(8);
        double[] scores = [.. Enumerable.Range(0, 40).Select(_ => random.NextDouble())];
        bool[] truth = [.. scores.Select(score => random.NextDouble() < score)];
        var probabilities = ScoreCalibration.OutOfFold(scores, truth);
        // The same images without their own part, fitted by hand, give the same.
        var division = AdClip.Vision.Metrics.Folds.Divide(truth);
        var rest = division.Without(2);
        var fitted = ScoreCalibration.Fit([.. rest.Select(i => scores[i])], [.. rest.Select(i => truth[i])]);
        Assert.All(division.In(2), i => Assert.Equal(fitted.Probability(scores[i]), probabilities[i]));
        Assert.Equal(Enumerable.Range(0, 40), Enumerable.Range(0, division.Count).SelectMany(division.In).Order());
    }

    [Fact]
    public void Error_TrueProbabilities_AreWellCalibratedAndTheirSquaresAreNot()
    {
        var random = new Random(2);
        double[] said = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextDouble())];
        bool[] truth = [.. said.Select(probability => random.NextDouble() < probability)];
        var honest = CalibrationError.Of(said, truth);
        Assert.Equal(10, honest.Bins.Count);
        Assert.All(honest.Bins, bin => Assert.Equal(2000, bin.Samples));
        Assert.InRange(honest.Expected, 0, 0.02);
        // E[p (1 - p)] of a uniform p is 1/6; E|p - p²| is 1/6 as well.
        Assert.Equal(1.0 / 6, honest.Brier, 0.01);
        Assert.Equal(1.0 / 6, CalibrationError.Of([.. said.Select(probability => probability * probability)], truth).Expected, 0.02);
    }

    [Fact]
    public void Error_HandMadeBins_EqualsTheDefinition()
    {
        double[] said = [0.1, 0.1, 0.2, 0.2, 0.2, 0.8, 0.8, 0.9, 0.9, 0.9];
        bool[] truth = [false, false, false, false, true, true, true, true, true, false];
        var error = CalibrationError.Of(said, truth, 2);
        Assert.Equal([5, 5], error.Bins.Select(bin => bin.Samples));
        Assert.Equal((0.5 * Math.Abs(0.16 - 0.2)) + (0.5 * Math.Abs(0.86 - 0.8)), error.Expected, 12);
        Assert.Equal(said.Select((p, i) => (p - (truth[i] ? 1 : 0)) * (p - (truth[i] ? 1 : 0))).Average(), error.Brier, 12);
        Assert.Equal(0.25, error.BrierOfRate, 12);
    }

    [Fact]
    public void Fit_OneKindOnly_IsRefused()
    {
        var refused = Assert.Throws<RefusedInputException>(() => ScoreCalibration.Fit([0.1, 0.2], [false, false]));
        Assert.Equal(RefusalCode.ScoresOneSided, refused.Code);
        Assert.Equal(RefusalCode.HeldOutImagesTooFew, Assert.Throws<RefusedInputException>(() => ScoreCalibration.OutOfFold([0.1, 0.2], [false, true])).Code);
    }
}
