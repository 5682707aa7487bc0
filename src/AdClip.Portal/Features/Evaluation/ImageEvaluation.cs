using AdClip.Portal.Features.Images;
using AdClip.Vision.Metrics;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>A run's image scores against the labels: exact, for every threshold. Pure numbers, no database.</summary>
public sealed class ImageEvaluation
{
    public ImageEvaluation(IReadOnlyList<ScoredImage> images)
    {
        Labelled = [.. images.Where(image => image.Label != ImageLabel.Unlabelled)];
        UnlabelledCount = images.Count(image => image.Label == ImageLabel.Unlabelled);
        ReferenceCount = Labelled.Count(image => image.IsReference);
        Curve = PrecisionRecallCurve.FromScores(
            [.. Labelled.Select(image => (double)image.Score)],
            [.. Labelled.Select(image => image.Label == ImageLabel.Anomaly)]);
    }

    /// <summary>The images that count.</summary>
    public IReadOnlyList<ScoredImage> Labelled { get; }

    /// <summary>Images of the run that nobody has labelled; they do not count.</summary>
    public int UnlabelledCount { get; }

    /// <summary>Labelled images that served as references; each was compared with the other references only.</summary>
    public int ReferenceCount { get; }

    public PrecisionRecallCurve Curve { get; }

    public static Outcome OutcomeOf(ScoredImage image, double threshold) => (image.Label == ImageLabel.Anomaly, image.Score >= threshold) switch
    {
        (true, true) => Outcome.TruePositive,
        (false, true) => Outcome.FalsePositive,
        (false, false) => Outcome.TrueNegative,
        (true, false) => Outcome.FalseNegative,
    };

    /// <summary>The labelled images with this outcome, those farthest on their side of the threshold first.</summary>
    public IReadOnlyList<ScoredImage> With(Outcome outcome, double threshold)
    {
        var images = Labelled.Where(image => OutcomeOf(image, threshold) == outcome);
        return outcome is Outcome.TruePositive or Outcome.FalsePositive
            ? [.. images.OrderByDescending(image => image.Score).ThenBy(image => image.FileName, StringComparer.Ordinal)]
            : [.. images.OrderBy(image => image.Score).ThenBy(image => image.FileName, StringComparer.Ordinal)];
    }
}
