using AdClip.Portal.Features.Runs;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Metrics;

namespace AdClip.Portal.Features.Evaluation.Comparison;

/// <summary>What is read of a run before it is compared.</summary>
/// <param name="Saved">The threshold that people saved for such scores; null: none.</param>
/// <param name="Pixels">The kept report on the ground truth as it is now; null: it was not computed yet.</param>
/// <param name="ScaleHighPercent">The largest value in any of its maps, in whole hundredths.</param>
public sealed record RunToCompare(RunSummary Summary, RunScores Scores, ThresholdChoice? Saved, PixelReport? Pixels, int ScaleHighPercent);

/// <summary>A run among others, judged on the images that all of them are judged on.</summary>
public sealed record ComparedRun
{
    public required RunToCompare Source { get; init; }

    /// <summary>Pass, review and fail at the operating point: chosen on all counted images, or saved. Null: nothing is counted.</summary>
    public required VerdictBand? Band { get; init; }

    /// <summary>The numbers are of the very images that the threshold was chosen on, so they flatter; never so where they are held out.</summary>
    public required bool IsThresholdFromTheseImages { get; init; }

    /// <summary>Passed, to review and failed, as the figures count them: each image at a threshold chosen without it where that can be.</summary>
    public required BandOutcomes Outcomes { get; init; }

    /// <summary>Of the counted images.</summary>
    public required PrecisionRecallCurve Curve { get; init; }

    /// <summary>By <see cref="ComparisonMetric.Key"/>.</summary>
    public required IReadOnlyDictionary<string, ComparedFigure> Figures { get; init; }

    /// <summary>The kept report is of other images than are counted here, or of another inspection area than the first run's.</summary>
    public required bool HasOtherPixels { get; init; }

    /// <summary>What people call it on the page: A, B, C, D.</summary>
    public required string Letter { get; init; }

    public Guid Id => Source.Scores.Run.Id;
}

/// <summary>An image as every run saw it, in their order.</summary>
/// <param name="Seen">One of each run.</param>
/// <param name="Verdicts">Likewise.</param>
public sealed record ComparedImage(IReadOnlyList<ScoredImage> Seen, IReadOnlyList<Verdict> Verdicts)
{
    public ScoredImage First => Seen[0];

    public bool IsDisputed => Verdicts.Any(verdict => verdict != Verdicts[0]);
}

/// <summary>Images that are not counted, each for the first reason that holds.</summary>
/// <param name="Unlabelled">Nobody has labelled them.</param>
/// <param name="NotInAll">Not every run scored them.</param>
/// <param name="LearnedFrom">A run's detector or prompts learned from them.</param>
public sealed record LeftOutImages(int Unlabelled, int NotInAll, int LearnedFrom);
