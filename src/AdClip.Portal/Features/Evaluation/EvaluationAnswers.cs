using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Metrics;
using AdClip.Vision.Metrics.Calibration;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>A run against the ground truth as it is now, at one threshold, as the API shows it.</summary>
public sealed record MetricsAnswer
{
    public required Guid RunId { get; init; }

    public required Guid ProjectId { get; init; }

    public required DateTimeOffset EvaluatedAt { get; init; }

    /// <summary>Changes with results and ground truth; equal stamps mean equal numbers.</summary>
    public required string GroundTruthStamp { get; init; }

    /// <summary>An image whose raw score is at least this is called anomalous; null when there is no labelled image and none was given or saved.</summary>
    public required double? Threshold { get; init; }

    /// <summary>The threshold on the scale of people; null without a scale.</summary>
    public required double? ThresholdIndex { get; init; }

    /// <summary>"request", "falseRejects", "recall", "cost", "saved", "trained", "bestF1", or "none" where there is no threshold.</summary>
    public required string ThresholdSource { get; init; }

    /// <summary>From this score on, below the threshold, a person has to look; null unless a band was saved and is used.</summary>
    public required double? ReviewFrom { get; init; }

    /// <summary>Passed, to review and failed, for good and for anomalous images; null without a threshold.</summary>
    public required OutcomesAnswer? Outcomes { get; init; }

    /// <summary>How raw scores become indices; null: no good image is labelled.</summary>
    public required ScoreScale? Scale { get; init; }

    /// <summary>Mean cost of a part at the threshold, in the unit of the costs; null when none were given.</summary>
    public required double? CostPerPart { get; init; }

    /// <summary>True: the threshold was chosen on the images that are counted, so expect somewhat less on new ones.</summary>
    public required bool ThresholdFromSameImages { get; init; }

    /// <summary>What is counted: "test", "train" or "all" images of the run.</summary>
    public required string Split { get; init; }

    /// <summary>Labelled images that count.</summary>
    public required int LabelledImages { get; init; }

    /// <summary>Images that do not count because they were compared with no good image: their scores have another scale.</summary>
    public required int NotComparedImages { get; init; }

    /// <summary>Images of the run without a label.</summary>
    public required int UnlabelledImages { get; init; }

    /// <summary>Those of the labelled images that served as references; each was compared with the other references only.</summary>
    public required int ReferenceImages { get; init; }

    /// <summary>Where the counted scores come from.</summary>
    public required OriginsAnswer Origins { get; init; }

    /// <summary>
    /// The way the threshold was chosen, judged on images that it was not chosen on; null for
    /// a threshold that was given or saved, and with fewer than two images of either truth.
    /// </summary>
    public required HeldOutAnswer? HeldOut { get; init; }

    /// <summary>What the asked share of false rejects gives; null when none was asked for.</summary>
    public required BudgetAnswer? FalseRejects { get; init; }

    /// <summary>What the asked recall gives; null when none was asked for.</summary>
    public required BudgetAnswer? Recall { get; init; }

    /// <summary>With both asked for: pass below, fail above, review between.</summary>
    public required BandAnswer? Band { get; init; }

    public required ImageMetricsAnswer Image { get; init; }

    public required PixelMetricsAnswer Pixel { get; init; }
}

/// <summary>What becomes of the labelled images: the six counts, and the rates that a plant goes by.</summary>
/// <param name="Overkill">Good images failed among all good ones; a review is none. Null without a good image.</param>
/// <param name="Escape">Anomalous images passed among all anomalous ones; a review is none. Null without an anomalous image.</param>
/// <param name="ReviewLoad">Images left to a person among all.</param>
public sealed record OutcomesAnswer(VerdictCounts Good, VerdictCounts Anomalies, double? Overkill, double? Escape, double? ReviewLoad)
{
    public static OutcomesAnswer Of(BandOutcomes outcomes) =>
        new(outcomes.Good, outcomes.Anomalies, outcomes.Overkill, outcomes.Escape, outcomes.ReviewLoad);
}

/// <summary>How the run's detector stands to the counted images.</summary>
/// <param name="Test">It has not seen them.</param>
/// <param name="OutOfFold">It has, but the part that scored them was made without them.</param>
/// <param name="Training">It learnt from them: their scores flatter, so they are left out of every number.</param>
public sealed record OriginsAnswer(int Test, int OutOfFold, int Training)
{
    public static OriginsAnswer Of(IReadOnlyList<ScoredSample> samples, int trainedOn)
    {
        int Count(ScoreOrigin origin) => samples.Count(sample => sample.Origin == origin);
        return new(Count(ScoreOrigin.Test), Count(ScoreOrigin.OutOfFold), trainedOn);
    }
}

/// <summary>Outcomes of all images, each at a threshold chosen by the same rule on parts of the images that it is not in.</summary>
public sealed record HeldOutAnswer(ConfusionAnswer Outcomes, IReadOnlyList<double> Thresholds)
{
    public static HeldOutAnswer? Of(HeldOutOutcomes? held) => held is null ? null : new(ConfusionAnswer.Of(held.Counts), held.Thresholds);
}

/// <summary>A threshold set by counting, and what its images promise; rates are those of errors: good images rejected, or anomalous ones let through.</summary>
public sealed record BudgetAnswer(
    double Threshold, double Budget, bool IsReached, int Errors, int Images, double ExpectedRate, double RateUpper95, long ImagesNeeded)
{
    public static BudgetAnswer? Of(BudgetThreshold? chosen) => chosen is null ? null : new(
        chosen.Threshold, chosen.Budget, chosen.IsReached, chosen.Errors, chosen.Images, chosen.ExpectedRate, chosen.UpperBound95, chosen.ImagesNeeded);
}

/// <summary>Scores below ReviewFrom pass, scores from FailFrom on fail; counts are pass, review, fail.</summary>
public sealed record BandAnswer(double ReviewFrom, double FailFrom, VerdictCounts Good, VerdictCounts Anomalies);

/// <summary>Ends of a 95 % bootstrap interval.</summary>
public sealed record IntervalAnswer(double Low, double High)
{
    public static IntervalAnswer? Of(ConfidenceInterval? interval) => interval is { } known ? new(known.Low, known.High) : null;
}

/// <summary>Scores as probabilities, each image by a calibration fitted without it.</summary>
public sealed record CalibrationAnswer(double ExpectedCalibrationError, double Brier, double BrierOfRate, IReadOnlyList<ReliabilityBin> Bins)
{
    public static CalibrationAnswer? Of(CalibrationError? error) => error is null ? null : new(error.Expected, error.Brier, error.BrierOfRate, error.Bins);
}

/// <summary>Outcomes at one threshold; ratios are null where they are 0 / 0.</summary>
public sealed record ConfusionAnswer(
    long TruePositives, long FalsePositives, long TrueNegatives, long FalseNegatives, double? Precision, double? Recall, double F1, double AllPositiveF1)
{
    public static ConfusionAnswer Of(Confusion counts) => new(
        counts.TruePositives, counts.FalsePositives, counts.TrueNegatives, counts.FalseNegatives,
        counts.Precision, counts.Recall, counts.F1, counts.AllPositiveF1);
}

/// <summary>Image level: exact.</summary>
public sealed record ImageMetricsAnswer
{
    /// <summary>At the threshold alone, where images begin to fail: what is left to a person counts as passed.</summary>
    public required ConfusionAnswer AtThreshold { get; init; }

    /// <summary>With 95 % confidence the true false alarm rate is at most this.</summary>
    public required double FalseAlarmRateUpper95 { get; init; }

    /// <summary>With 95 % confidence the true recall is at least this.</summary>
    public required double RecallLower95 { get; init; }

    public required double? AreaUnderRoc { get; init; }

    public required double? AveragePrecision { get; init; }

    /// <summary>Null without images of both truths, as no threshold is best there; so is its threshold.</summary>
    public required double? F1Max { get; init; }

    public required double? F1MaxThreshold { get; init; }

    public required IntervalAnswer? AreaUnderRocInterval { get; init; }

    public required IntervalAnswer? AveragePrecisionInterval { get; init; }

    public required IntervalAnswer? F1MaxInterval { get; init; }

    /// <summary>Of F1 at the threshold.</summary>
    public required IntervalAnswer? F1Interval { get; init; }

    /// <summary>Null with fewer than two images of either truth.</summary>
    public required CalibrationAnswer? Calibration { get; init; }
}

/// <summary>A number and the largest error that it can have; 0 = exact.</summary>
public sealed record BoundedAnswer(double Value, double Error)
{
    public static BoundedAnswer? Of(Bounded? bounded) => bounded is { } value ? new(value.Value, value.Error) : null;
}

/// <summary>Pixel level, over all pixels of the counted images together.</summary>
public sealed record PixelMetricsAnswer
{
    public required int Images { get; init; }

    /// <summary>Anomalous images on which nothing is drawn; they do not count.</summary>
    public required int WithoutShapes { get; init; }

    public required int MapSide { get; init; }

    public required int Regions { get; init; }

    /// <summary>Defects of which nothing lies in the inspection area; they count nowhere else.</summary>
    public required int ExcludedRegions { get; init; }

    /// <summary>Images whose drawn defects all lie outside the inspection area; at image level they count by their label.</summary>
    public required int WhollyOutside { get; init; }

    public required BoundedAnswer? AreaUnderRoc { get; init; }

    public required BoundedAnswer? AveragePrecision { get; init; }

    public required BoundedAnswer? F1Max { get; init; }

    public required double? F1MaxThreshold { get; init; }

    public required double AllPositiveF1 { get; init; }

    public required BoundedAnswer? Aupro { get; init; }

    public required BoundedAnswer? Aupro05 { get; init; }

    /// <summary>AUPRO@0.3 with 200 thresholds as in AnomalyCLIP's code.</summary>
    public required double? AuproReference { get; init; }

    /// <summary>Pixels of either half of the images at the threshold chosen on the other half; null where a half has no defect.</summary>
    public required ConfusionAnswer? HeldOut { get; init; }

    /// <summary>Region by region: recall by class and size, false regions, boxes, and the images behind them; null where nothing is drawn.</summary>
    public required RegionReport? Regionwise { get; init; }

    public static PixelMetricsAnswer Of(PixelReport report) => new()
    {
        Images = report.Images,
        WithoutShapes = report.WithoutShapes,
        MapSide = report.MapSide,
        Regions = report.Regions,
        ExcludedRegions = report.ExcludedRegions,
        WhollyOutside = report.WhollyOutside,
        AreaUnderRoc = BoundedAnswer.Of(report.AreaUnderRoc),
        AveragePrecision = BoundedAnswer.Of(report.AveragePrecision),
        F1Max = BoundedAnswer.Of(report.F1Max),
        F1MaxThreshold = report.BestF1?.Threshold,
        AllPositiveF1 = report.AllPositiveF1,
        Aupro = BoundedAnswer.Of(report.Aupro),
        Aupro05 = BoundedAnswer.Of(report.Aupro05),
        AuproReference = report.AuproOfReference,
        HeldOut = report.HeldOut is { } held ? ConfusionAnswer.Of(held) : null,
        Regionwise = report.RegionLevel,
    };
}

/// <summary>
/// A precision/recall curve, thresholds ascending. Image level: one point for
/// each distinct score. Pixel level: enough points to draw it, each exact.
/// </summary>
public sealed record CurveAnswer(Guid RunId, string Level, string GroundTruthStamp, IReadOnlyList<CurvePointAnswer> Points);

/// <summary>One point; precision is null where nothing is called anomalous, recall where nothing is anomalous.</summary>
public sealed record CurvePointAnswer(
    double Threshold, double? Precision, double? Recall, double F1, long TruePositives, long FalsePositives, long TrueNegatives, long FalseNegatives)
{
    public static CurvePointAnswer Of(CurvePoint point) => new(
        point.Threshold, point.Counts.Precision, point.Counts.Recall, point.Counts.F1,
        point.Counts.TruePositives, point.Counts.FalsePositives, point.Counts.TrueNegatives, point.Counts.FalseNegatives);
}
