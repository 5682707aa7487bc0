using AdClip.Vision.Metrics;

namespace AdClip.Vision.Detection.Thresholds;

/// <summary>What is promised of a threshold that was set by counting.</summary>
public enum ThresholdProof
{
    /// <summary>On average over sets of images like this one the error rate is at most the one asked for (split conformal).</summary>
    OnAverage,

    /// <summary>With 95 % confidence in this very set, the error rate is at most the one asked for; takes many more images.</summary>
    Confident,
}

/// <summary>A threshold that lets through a stated share of errors of one kind, and what its images prove of it.</summary>
/// <remarks>
/// The k-th of n sorted scores leaves a share of future ones outside that is distributed Beta(k, n - k + 1), whatever the scores'
/// distribution: its mean and its 95 % point are <see cref="ExpectedRate"/> and <see cref="UpperBound95"/>. Both hold only for
/// images of which the detector has seen none, drawn as future ones will be. Sources: Vovk, Gammerman and Shafer, Algorithmic
/// Learning in a Random World, 2005 (split conformal); Wilks, 1941 (tolerance limits).
/// </remarks>
/// <param name="Threshold">An image is called anomalous when its score is at least this.</param>
/// <param name="Budget">The error rate asked for.</param>
/// <param name="IsReached">Whether the images can promise the budget; else this is the safest threshold that they give.</param>
/// <param name="Errors">Of these images on the wrong side.</param>
/// <param name="Images">It was set on.</param>
/// <param name="ExpectedRate">Mean error rate of future images.</param>
/// <param name="UpperBound95">With 95 % confidence the true error rate is at most this.</param>
/// <param name="ImagesNeeded">Fewest images that could promise the budget.</param>
public sealed record BudgetThreshold(
    double Threshold, double Budget, bool IsReached, int Errors, int Images, double ExpectedRate, double UpperBound95, long ImagesNeeded)
{
    /// <summary>The smallest threshold at which the share of good images called anomalous keeps to a budget.</summary>
    /// <param name="goodScores">Scores of good images that the detector has not seen; at least one.</param>
    /// <param name="budget">Share of good images that may be rejected, above 0 and below 1.</param>
    /// <param name="proof">On average or with confidence.</param>
    /// <exception cref="RefusedInputException">There is no score, one is not finite, or the budget is outside its range.</exception>
    public static BudgetThreshold ForFalseRejects(IReadOnlyList<double> goodScores, double budget, ThresholdProof proof = ThresholdProof.OnAverage)
    {
        var sorted = Sorted(goodScores, budget, "good");
        Array.Reverse(sorted);
        var (errors, isReached) = MostErrors(sorted.Length, budget, proof);
        // Just above the highest score that has to pass; those tied with it pass too.
        var highestThatPasses = sorted[errors];
        return Of(Math.BitIncrement(highestThatPasses), sorted.Count(score => score > highestThatPasses), errors, sorted.Length, budget, isReached, proof);
    }

    /// <summary>The largest threshold at which the share of anomalous images found keeps to a target.</summary>
    /// <param name="anomalyScores">Scores of anomalous images that the detector has not seen; at least one.</param>
    /// <param name="recall">Share of anomalous images that have to be found, above 0 and below 1.</param>
    /// <param name="proof">On average or with confidence.</param>
    /// <returns>Its rates are those of escapes: 1 - recall.</returns>
    /// <exception cref="RefusedInputException">There is no score, one is not finite, or the target is outside its range.</exception>
    public static BudgetThreshold ForRecall(IReadOnlyList<double> anomalyScores, double recall, ThresholdProof proof = ThresholdProof.OnAverage)
    {
        // Brings 1 - 0.95 to 0.05 and not a last bit beside it, so that the same image counts decide.
        var budget = Math.Round(1 - recall, 12);
        var sorted = Sorted(anomalyScores, budget, "anomalous");
        var (errors, isReached) = MostErrors(sorted.Length, budget, proof);
        return Of(sorted[errors], sorted.Count(score => score < sorted[errors]), errors, sorted.Length, budget, isReached, proof);
    }

    private static BudgetThreshold Of(double threshold, int errors, int place, int images, double budget, bool isReached, ThresholdProof proof) => new(
        threshold,
        budget,
        isReached,
        errors,
        images,
        (place + 1.0) / (images + 1),
        // Clopper-Pearson's bound for `place` errors is the very 95 % point of the Beta distribution of that order statistic.
        RateInterval.UpperBound(place, images),
        proof == ThresholdProof.Confident ? RateInterval.SamplesToProve(budget) : (long)Math.Ceiling((1 / budget) - 1 - 1e-9));

    /// <summary>How many of n images may be on the wrong side; none, and not reached, where even that promises too little.</summary>
    private static (int Errors, bool IsReached) MostErrors(int images, double budget, ThresholdProof proof)
    {
        // The rate promised rises with the number of errors, so the largest that keeps to the budget is found by halving.
        bool Keeps(int errors) => proof == ThresholdProof.OnAverage
            ? errors + 1 <= (budget * (images + 1)) + 1e-9
            : RateInterval.UpperBound(errors, images) <= budget;
        if (!Keeps(0))
        {
            return (0, false);
        }
        int kept = 0, broken = images;
        while (broken - kept > 1)
        {
            var middle = (kept + broken) / 2;
            (kept, broken) = Keeps(middle) ? (middle, broken) : (kept, middle);
        }
        return (kept, true);
    }

    private static double[] Sorted(IReadOnlyList<double> scores, double budget, string kind)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (!(budget > 0 && budget < 1))
        {
            throw new RefusedInputException(
                RefusalCode.ThresholdBudgetInvalid, $"A share of {budget} cannot be promised; ask for one above 0 and below 1, such as 0.05.", budget);
        }
        if (scores.Count == 0)
        {
            throw new RefusedInputException(
                RefusalCode.ThresholdWithoutImages, $"There is no {kind} image to set this threshold on; label some.", kind);
        }
        for (var i = 0; i < scores.Count; i++)
        {
            if (!double.IsFinite(scores[i]))
            {
                throw new RefusedInputException(
                    RefusalCode.ScoreNotFinite,
                    $"Score {i + 1} is {scores[i]}, so no threshold can be compared with it; repeat the run that made it.",
                    i + 1,
                    scores[i]);
            }
        }
        return [.. scores.Order()];
    }
}
