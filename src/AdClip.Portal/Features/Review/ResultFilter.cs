using AdClip.Portal.Features.Evaluation;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.GroundTruth;

namespace AdClip.Portal.Features.Review;

/// <summary>Which results of a run are shown.</summary>
public enum ResultFilter
{
    All,
    TruePositive,
    FalsePositive,
    TrueNegative,
    FalseNegative,
    GoodForReview,
    AnomalyForReview,
    Unlabelled,

    /// <summary>Neither passed nor failed: a person has to look.</summary>
    ForReview,

    /// <summary>Without a verdict.</summary>
    Undecided,
}

/// <summary>In which order.</summary>
public enum ResultOrder
{
    ScoreDescending,
    ScoreAscending,
    Name,
}

/// <summary>Filters and orders results; the page of a run and "previous / next" on a result agree because both ask here.</summary>
public static class ResultList
{
    public static IReadOnlyList<ScoredImage> Of(
        IEnumerable<ScoredImage> images, ResultFilter filter, ResultOrder order, VerdictBand? band, IReadOnlyDictionary<Guid, StandingVerdict> verdicts)
    {
        var chosen = images.Where(image => filter switch
        {
            ResultFilter.All => true,
            ResultFilter.Unlabelled => image.Label == ImageLabel.Unlabelled,
            ResultFilter.ForReview => band?.Of(image.Score) == Verdict.Review,
            ResultFilter.Undecided => !verdicts.ContainsKey(image.ImageId),
            _ => band is { } known && image.Label != ImageLabel.Unlabelled && ImageEvaluation.OutcomeOf(image, known).ToString() == filter.ToString(),
        });
        return order switch
        {
            ResultOrder.ScoreAscending =>
                [.. chosen.OrderBy(image => image.Score).ThenBy(image => image.FileName, StringComparer.Ordinal).ThenBy(image => image.ImageId)],
            ResultOrder.Name => [.. chosen.OrderBy(image => image.FileName, StringComparer.Ordinal).ThenBy(image => image.ImageId)],
            _ => [.. chosen.OrderByDescending(image => image.Score).ThenBy(image => image.FileName, StringComparer.Ordinal).ThenBy(image => image.ImageId)],
        };
    }
}
