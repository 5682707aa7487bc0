using AdClip.Vision.Detection.Thresholds;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>The threshold that a run is looked at with before anybody moves it. Pure: every page and answer asks here.</summary>
/// <param name="Band">Pass, review and fail.</param>
/// <param name="Origin">Why this one.</param>
public sealed record StartingThreshold(VerdictBand Band, ThresholdOrigin Origin)
{
    /// <summary>
    /// Saved for such scores, else suggested by the trained detector, else of the largest F1 on these images, else by the usual budget of
    /// false rejects (good images alone), else by the usual recall (anomalous ones alone); null where nothing of it is there.
    /// </summary>
    public static StartingThreshold? Of(ImageEvaluation images, ThresholdChoice? saved, double? suggested) =>
        saved is not null ? new(saved.Band, ThresholdOrigin.Saved)
        : suggested is { } value ? new(new(value, value), ThresholdOrigin.Trained)
        : ByRule(images);

    private static StartingThreshold? ByRule(ImageEvaluation images)
    {
        if (images.Curve.BestF1 is { } best)
        {
            return At(best.Threshold, ThresholdOrigin.BestF1);
        }
        var targets = ThresholdTargets.Of(images, ThresholdTargets.UsualFalseRejects, ThresholdTargets.UsualRecall);
        return targets.ByFalseRejects is { } rejects ? At(rejects.Threshold, ThresholdOrigin.FalseRejects)
            : targets.ByRecall is { } recall ? At(recall.Threshold, ThresholdOrigin.Recall)
            : null;
    }

    private static StartingThreshold At(double threshold, ThresholdOrigin origin) => new(new(threshold, threshold), origin);
}
