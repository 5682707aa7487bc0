using AdClip.Portal.Features.Training;

namespace AdClip.Portal.Features.Evaluation.OutOfFold;

/// <summary>A trained detector on the images that it learned from, each judged by a fit that had not seen it.</summary>
public sealed record OutOfFoldAnswer
{
    public required Guid DetectorId { get; init; }

    public required Guid ProjectId { get; init; }

    public required int Number { get; init; }

    /// <summary>Images with a score out of fold.</summary>
    public required int Images { get; init; }

    public required int Good { get; init; }

    public required int Anomalies { get; init; }

    /// <summary>The one of the request, else what the detector suggests; null without either.</summary>
    public required double? Threshold { get; init; }

    /// <summary>True: the threshold has the largest F1 on these very scores, so F1 at it flatters.</summary>
    public required bool ThresholdFromSameImages { get; init; }

    /// <summary>Null without a threshold.</summary>
    public required ConfusionAnswer? AtThreshold { get; init; }

    /// <summary>F1 of thresholds that were chosen on other images than they judge; null where there are too few.</summary>
    public required Figure? F1HeldOut { get; init; }

    public required double? AreaUnderRoc { get; init; }

    public required double? AveragePrecision { get; init; }

    /// <summary>The curve, thresholds ascending.</summary>
    public required IReadOnlyList<CurvePointAnswer> Points { get; init; }

    /// <summary>Every image, highest score first.</summary>
    public required IReadOnlyList<OutOfFoldScoreAnswer> Scores { get; init; }

    public static OutOfFoldAnswer Of(OutOfFoldJudgement judgement, double? asked)
    {
        var threshold = asked ?? judgement.Suggested;
        return new OutOfFoldAnswer
        {
            DetectorId = judgement.Version.Id,
            ProjectId = judgement.Version.ProjectId,
            Number = judgement.Version.Number,
            Images = judgement.Images.Count,
            Good = judgement.Images.Count(image => !image.IsAnomaly),
            Anomalies = judgement.Images.Count(image => image.IsAnomaly),
            Threshold = threshold,
            ThresholdFromSameImages = threshold is not null && threshold == judgement.Suggested,
            AtThreshold = threshold is { } value ? ConfusionAnswer.Of(judgement.Curve.At(value)) : null,
            F1HeldOut = judgement.Report.F1,
            AreaUnderRoc = judgement.Curve.AreaUnderRoc,
            AveragePrecision = judgement.Curve.AveragePrecision,
            Points = [.. judgement.Curve.Points.Select(CurvePointAnswer.Of)],
            Scores =
            [
                .. judgement.Images
                    .OrderByDescending(image => image.Score)
                    .ThenBy(image => image.Sha256, StringComparer.Ordinal)
                    .Select(image => OutOfFoldScoreAnswer.Of(image, threshold)),
            ],
        };
    }
}

/// <summary>One image.</summary>
/// <param name="ImageId">Null: it is not in the project any more.</param>
/// <param name="LearnedAs">good or anomaly.</param>
/// <param name="Outcome">found, falseAlarm, passed or escape; null without a threshold.</param>
public sealed record OutOfFoldScoreAnswer(Guid? ImageId, string Sha256, string FileName, string LearnedAs, double Score, string? Outcome)
{
    public static OutOfFoldScoreAnswer Of(OutOfFoldImage image, double? threshold) => new(
        image.ImageId, image.Sha256, image.FileName, image.IsAnomaly ? "anomaly" : "good", image.Score,
        threshold is { } value ? NameOf(image.OutcomeAt(value)) : null);

    private static string NameOf(Outcome outcome) => outcome switch
    {
        Evaluation.Outcome.TruePositive => "found",
        Evaluation.Outcome.FalsePositive => "falseAlarm",
        Evaluation.Outcome.TrueNegative => "passed",
        _ => "escape",
    };
}
