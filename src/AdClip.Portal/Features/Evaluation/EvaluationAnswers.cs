using AdClip.Vision.Metrics;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>A run against the ground truth as it is now, at one threshold, as the API shows it.</summary>
public sealed record MetricsAnswer
{
    public required Guid RunId { get; init; }

    public required Guid ProjectId { get; init; }

    public required DateTimeOffset EvaluatedAt { get; init; }

    /// <summary>Changes with results and ground truth; equal stamps mean equal numbers.</summary>
    public required string GroundTruthStamp { get; init; }

    /// <summary>An image whose score is at least this is called anomalous; null when there is no labelled image and none was given.</summary>
    public required double? Threshold { get; init; }

    /// <summary>"request", "saved" or "bestF1".</summary>
    public required string ThresholdSource { get; init; }

    /// <summary>True: the threshold was chosen on the images that are counted, so expect somewhat less on new ones.</summary>
    public required bool ThresholdFromSameImages { get; init; }

    /// <summary>Labelled images that count.</summary>
    public required int LabelledImages { get; init; }

    /// <summary>Images of the run without a label.</summary>
    public required int UnlabelledImages { get; init; }

    /// <summary>Those of the labelled images that served as references; each was compared with the other references only.</summary>
    public required int ReferenceImages { get; init; }

    public required ImageMetricsAnswer Image { get; init; }

    public required PixelMetricsAnswer Pixel { get; init; }
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
    public required ConfusionAnswer AtThreshold { get; init; }

    /// <summary>With 95 % confidence the true false alarm rate is at most this.</summary>
    public required double FalseAlarmRateUpper95 { get; init; }

    /// <summary>With 95 % confidence the true recall is at least this.</summary>
    public required double RecallLower95 { get; init; }

    public required double? AreaUnderRoc { get; init; }

    public required double? AveragePrecision { get; init; }

    public required double? F1Max { get; init; }

    public required double? F1MaxThreshold { get; init; }
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
    };
}

/// <summary>A precision/recall curve, thresholds ascending. Image level: one point for each distinct score. Pixel level: enough points to draw it, each exact.</summary>
public sealed record CurveAnswer(Guid RunId, string Level, string GroundTruthStamp, IReadOnlyList<CurvePointAnswer> Points);

/// <summary>One point; precision is null where nothing is called anomalous, recall where nothing is anomalous.</summary>
public sealed record CurvePointAnswer(
    double Threshold, double? Precision, double? Recall, double F1, long TruePositives, long FalsePositives, long TrueNegatives, long FalseNegatives)
{
    public static CurvePointAnswer Of(CurvePoint point) => new(
        point.Threshold, point.Counts.Precision, point.Counts.Recall, point.Counts.F1,
        point.Counts.TruePositives, point.Counts.FalsePositives, point.Counts.TrueNegatives, point.Counts.FalseNegatives);
}
