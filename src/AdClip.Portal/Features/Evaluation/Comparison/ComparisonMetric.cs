using AdClip.Vision.Metrics;

namespace AdClip.Portal.Features.Evaluation.Comparison;

/// <summary>An image-level number that runs are compared by.</summary>
/// <param name="Key">As answers and addresses name it; the same as in <c>adclip test --json</c> where it is there.</param>
/// <param name="Text">Key of its name in ComparisonText.</param>
/// <param name="Value">Of a curve, at a threshold; null for the threshold: that of the curve's largest F1. Null: undefined.</param>
public sealed record ComparisonMetric(string Key, string Text, Func<PrecisionRecallCurve, double?, double?> Value)
{
    /// <summary>Every one, in order.</summary>
    public static IReadOnlyList<ComparisonMetric> All { get; } =
    [
        new("image_auroc", "ImageAuroc", (curve, _) => curve.AreaUnderRoc),
        new("image_ap", "ImageAp", (curve, _) => curve.AveragePrecision),
        new("f1", "F1", (curve, threshold) => curve.Positives == 0 ? null : Counts(curve, threshold)?.F1),
        new("precision", "Precision", (curve, threshold) => curve.Positives == 0 ? null : Counts(curve, threshold)?.Precision),
        new("recall", "Recall", (curve, threshold) => Counts(curve, threshold)?.Recall),
    ];

    /// <summary>The one of this key, or the first.</summary>
    public static ComparisonMetric Of(string? key) => All.FirstOrDefault(metric => metric.Key == key, All[0]);

    private static Confusion? Counts(PrecisionRecallCurve curve, double? threshold) => threshold is { } at ? curve.At(at) : curve.BestF1?.Counts;
}

/// <summary>A pixel-level number that a kept report has.</summary>
/// <param name="Key">As answers name it.</param>
/// <param name="Text">Key of its name in ComparisonText.</param>
/// <param name="Value">Null: undefined.</param>
public sealed record ComparisonPixelMetric(string Key, string Text, Func<PixelReport, Bounded?> Value)
{
    public static IReadOnlyList<ComparisonPixelMetric> All { get; } =
    [
        new("pixel_auroc", "PixelAuroc", report => report.AreaUnderRoc),
        new("pixel_ap", "PixelAp", report => report.AveragePrecision),
        new("aupro_0.3", "Aupro", report => report.Aupro),
    ];
}
