using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Pages;
using AdClip.Vision.GroundTruth;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Evaluation.Comparison;

/// <summary>Runs side by side, as the API shows them; differences are to the first run.</summary>
public sealed record ComparisonAnswer
{
    public required Guid ProjectId { get; init; }

    public required int Images { get; init; }

    public required int Good { get; init; }

    public required int Anomalies { get; init; }

    public required int ReferenceImages { get; init; }

    public required LeftOutImages LeftOut { get; init; }

    public required double AllPositiveF1 { get; init; }

    public required IReadOnlyList<ComparedRunAnswer> Runs { get; init; }

    public required IReadOnlyList<DisputedImageAnswer> Disputed { get; init; }

    /// <summary>What is counted: "test", "train" or "all" images of the runs.</summary>
    public required string Split { get; init; }

    /// <summary>The operating point, the same for all runs: bestF1, falseRejects (5 %), recall (95 %) or saved; null: nothing is counted.</summary>
    public required string? At { get; init; }

    /// <summary>Whether every image is judged at a threshold that was chosen without it.</summary>
    public required bool IsHeldOut { get; init; }

    public static ComparisonAnswer Of(Guid projectId, RunComparison comparison, IStringLocalizer<RunsText> text) => new()
    {
        ProjectId = projectId,
        Images = comparison.Images.Count,
        Good = comparison.Good,
        Anomalies = comparison.Anomalies,
        ReferenceImages = comparison.ReferenceCount,
        LeftOut = comparison.LeftOut,
        AllPositiveF1 = comparison.AllPositiveF1,
        Runs = [.. comparison.Runs.Select(run => ComparedRunAnswer.Of(run, comparison.Point, text))],
        Disputed = [.. comparison.Disputed.Select(image => DisputedImageAnswer.Of(image, comparison.Runs))],
        At = comparison.Point is { } point ? OperatingPoints.Name(point) : null,
        IsHeldOut = comparison.IsHeldOut,
        Split = EvaluationSplits.NameOf(comparison.Split),
    };
}

/// <summary>One run among them.</summary>
public sealed record ComparedRunAnswer
{
    public required Guid RunId { get; init; }

    public required string Name { get; init; }

    /// <summary>Chosen on all counted images, or saved; null: nothing is counted.</summary>
    public required double? Threshold { get; init; }

    /// <summary>The operating point: "bestF1", "falseRejects", "recall" or "saved".</summary>
    public required string? ThresholdSource { get; init; }

    /// <summary>The numbers are of the images that the threshold was chosen on; false where they are held out.</summary>
    public required bool ThresholdFromSameImages { get; init; }

    /// <summary>Lower end of a saved band; null: none.</summary>
    public required double? ReviewFrom { get; init; }

    public required string GroundTruthStamp { get; init; }

    /// <summary>By name: image_auroc, image_ap, f1, precision, recall, escape, overkill, review_load.</summary>
    public required IReadOnlyDictionary<string, FigureAnswer> Figures { get; init; }

    /// <summary>By name: pixel_auroc, pixel_ap, aupro_0.3; null: not computed yet for this state of the ground truth.</summary>
    public required IReadOnlyDictionary<string, BoundedAnswer?>? Pixel { get; init; }

    /// <summary>The pixel numbers are of other images than are counted here, or of another inspection area than the first run's.</summary>
    public required bool PixelOfOtherImages { get; init; }

    /// <summary>Passed, to review and failed, as the figures count them.</summary>
    public required OutcomesAnswer Outcomes { get; init; }

    public static ComparedRunAnswer Of(ComparedRun run, OperatingPoint? point, IStringLocalizer<RunsText> text) => new()
    {
        RunId = run.Id,
        Name = RunTitle.InFull(run.Source.Summary, text),
        Threshold = run.Band?.FailFrom,
        ThresholdSource = point is { } known ? OperatingPoints.Name(known) : null,
        ThresholdFromSameImages = run.IsThresholdFromTheseImages,
        ReviewFrom = run.Band is { HasReview: true } band ? band.ReviewFrom : null,
        GroundTruthStamp = run.Source.Scores.Stamp,
        Figures = run.Figures.ToDictionary(figure => figure.Key, figure => FigureAnswer.Of(figure.Value)),
        Pixel = run.Source.Pixels is { } report
            ? ComparisonPixelMetric.All.ToDictionary(metric => metric.Key, metric => BoundedAnswer.Of(metric.Value(report)))
            : null,
        PixelOfOtherImages = run.HasOtherPixels,
        Outcomes = OutcomesAnswer.Of(run.Outcomes),
    };
}

/// <summary>A number with its 95 % interval, and its difference to the first run with its own.</summary>
public sealed record FigureAnswer(double? Value, IntervalAnswer? Interval, double? Difference, IntervalAnswer? DifferenceInterval, DifferenceFinding Finding)
{
    public static FigureAnswer Of(ComparedFigure figure) => new(
        figure.Value, IntervalAnswer.Of(figure.Interval), figure.Difference, IntervalAnswer.Of(figure.DifferenceInterval), figure.Finding);
}

/// <summary>A counted image on which the verdicts differ.</summary>
/// <param name="Label">"good" or "anomaly".</param>
public sealed record DisputedImageAnswer(Guid ImageId, string FileName, string Label, IReadOnlyList<RunVerdictAnswer> Verdicts)
{
    public static DisputedImageAnswer Of(ComparedImage image, IReadOnlyList<ComparedRun> runs) => new(
        image.First.ImageId, image.First.FileName, image.First.Label == ImageLabel.Anomaly ? "anomaly" : "good",
        [.. runs.Select((run, i) => new RunVerdictAnswer(run.Id, image.Seen[i].ResultId, image.Seen[i].Score, VerdictNames.Of(image.Verdicts[i])))]);
}

/// <summary>What one run says of the image: "good", "review" or "anomaly".</summary>
public sealed record RunVerdictAnswer(Guid RunId, Guid ResultId, float Score, string Verdict);
