using AdClip.Vision.Detection.Thresholds;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>The thresholds that a budget of rejected good images and a target of found anomalous ones give, and the band between them.</summary>
/// <param name="FalseRejects">Share of good images that may be rejected.</param>
/// <param name="Recall">Share of anomalous images that have to be found.</param>
/// <param name="ByFalseRejects">Null without a good image.</param>
/// <param name="ByRecall">Null without an anomalous image.</param>
/// <param name="Band">Pass below, fail above, review between; null where one of them is missing.</param>
/// <param name="Good">What the band does with the good images.</param>
/// <param name="Anomalies">What it does with the anomalous ones.</param>
public sealed record ThresholdTargets(
    double FalseRejects, double Recall, BudgetThreshold? ByFalseRejects,
    BudgetThreshold? ByRecall, VerdictBand? Band, VerdictCounts Good, VerdictCounts Anomalies)
{
    public const double UsualFalseRejects = 0.05;

    public const double UsualRecall = 0.95;

    /// <summary>Works them out on the images of a run.</summary>
    /// <exception cref="AdClip.Vision.RefusedInputException">A share is not above 0 and below 1.</exception>
    public static ThresholdTargets Of(ImageEvaluation evaluation, double falseRejects, double recall)
    {
        double[] Scores(bool truth) => [.. evaluation.Samples.Where(sample => sample.IsAnomaly == truth).Select(sample => sample.Score)];
        var (good, bad) = (Scores(false), Scores(true));
        var byRejects = good.Length == 0 ? null : BudgetThreshold.ForFalseRejects(good, falseRejects);
        var byRecall = bad.Length == 0 ? null : BudgetThreshold.ForRecall(bad, recall);
        VerdictBand? band = byRejects is null || byRecall is null ? null : VerdictBand.Of(byRecall, byRejects);
        return new(falseRejects, recall, byRejects, byRecall, band, band?.Count(good) ?? default, band?.Count(bad) ?? default);
    }
}
