using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Metrics;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>A run's image scores against the labels: exact, for every threshold. Pure numbers, no database.</summary>
public sealed class ImageEvaluation
{
    public ImageEvaluation(IReadOnlyList<ScoredImage> images)
    {
        Labelled = [.. images.Where(image => image.Label != ImageLabel.Unlabelled && !image.IsTrainedOn)];
        TrainedOnCount = images.Count(image => image.IsTrainedOn);
        UnlabelledCount = images.Count(image => image.Label == ImageLabel.Unlabelled);
        ReferenceCount = Labelled.Count(image => image.IsReference);
        Samples = [.. Labelled.Select(image => new ScoredSample($"{image.ImageId:N}", image.Score, image.Label == ImageLabel.Anomaly, image.Origin))];
        Curve = PrecisionRecallCurve.FromScores(
            [.. Labelled.Select(image => (double)image.Score)],
            [.. Labelled.Select(image => image.Label == ImageLabel.Anomaly)]);
    }

    /// <summary>The images that count.</summary>
    public IReadOnlyList<ScoredImage> Labelled { get; }

    /// <summary>Images of the run that nobody has labelled; they do not count.</summary>
    public int UnlabelledCount { get; }

    /// <summary>Images that the trained detector or the learned prompts of the run learned from; they do not count, since their scores flatter.</summary>
    public int TrainedOnCount { get; }

    /// <summary>Labelled images that served as references; each was compared with the other references only.</summary>
    public int ReferenceCount { get; }

    /// <summary><see cref="Labelled"/> as thresholds are chosen from them.</summary>
    public IReadOnlyList<ScoredSample> Samples { get; }

    public PrecisionRecallCurve Curve { get; }

    /// <summary>Whether a choice can be judged on images that it was not made on.</summary>
    public bool HasHeldOut => Curve.Positives >= 2 && Curve.Negatives >= 2;

    public static Outcome OutcomeOf(ScoredImage image, VerdictBand band) => (image.Label == ImageLabel.Anomaly, band.Of(image.Score)) switch
    {
        (true, Verdict.Fail) => Outcome.TruePositive,
        (false, Verdict.Fail) => Outcome.FalsePositive,
        (true, Verdict.Review) => Outcome.AnomalyForReview,
        (false, Verdict.Review) => Outcome.GoodForReview,
        (true, _) => Outcome.FalseNegative,
        (false, _) => Outcome.TrueNegative,
    };

    /// <summary>Whether images of this outcome are looked at from the highest score down: those that a lower score would have spared.</summary>
    public static bool IsHighestFirst(Outcome outcome) => outcome is Outcome.TruePositive or Outcome.FalsePositive or Outcome.GoodForReview;

    /// <summary>The labelled images with this outcome, those farthest on their side of the threshold first.</summary>
    public IReadOnlyList<ScoredImage> With(Outcome outcome, VerdictBand band)
    {
        var images = Labelled.Where(image => OutcomeOf(image, band) == outcome);
        return IsHighestFirst(outcome)
            ? [.. images.OrderByDescending(image => image.Score).ThenBy(image => image.FileName, StringComparer.Ordinal)]
            : [.. images.OrderBy(image => image.Score).ThenBy(image => image.FileName, StringComparer.Ordinal)];
    }
}
