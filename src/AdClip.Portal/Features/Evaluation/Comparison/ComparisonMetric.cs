using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Metrics;

namespace AdClip.Portal.Features.Evaluation.Comparison;

/// <summary>An image-level number that runs are compared by.</summary>
/// <param name="Key">As answers and addresses name it; the same as in <c>adclip test --json</c> where it is there.</param>
/// <param name="Text">Key of its name in ComparisonText.</param>
/// <param name="IsOfVerdicts">Whether it is computed from verdicts, as <see cref="VerdictScore"/> has them; else from scores.</param>
/// <param name="Value">Of the curve of scores or verdicts. Null: undefined.</param>
/// <param name="IsLowerBetter">Whether less of it is better.</param>
public sealed record ComparisonMetric(string Key, string Text, bool IsOfVerdicts, Func<PrecisionRecallCurve, double?> Value, bool IsLowerBetter = false)
{
    // Scores that stand for verdicts, and the band that gives the verdicts back.
    private static readonly VerdictBand Verdicts = new(VerdictScore(Verdict.Review), VerdictScore(Verdict.Fail));

    /// <summary>Every one, in order.</summary>
    public static IReadOnlyList<ComparisonMetric> All { get; } =
    [
        new("image_auroc", "ImageAuroc", false, curve => curve.AreaUnderRoc),
        new("image_ap", "ImageAp", false, curve => curve.AveragePrecision),
        new("f1", "F1", true, curve => curve.Positives == 0 || curve.Negatives == 0 ? null : Failed(curve).F1),
        new("precision", "Precision", true, curve => curve.Positives == 0 ? null : Failed(curve).Precision),
        new("recall", "Recall", true, curve => Failed(curve).Recall),
        new("escape", "Escape", true, curve => Outcomes(curve).Escape, IsLowerBetter: true),
        new("overkill", "Overkill", true, curve => Outcomes(curve).Overkill, IsLowerBetter: true),
        new("review_load", "ReviewLoad", true, curve => Outcomes(curve).ReviewLoad, IsLowerBetter: true),
    ];

    /// <summary>The one of this key, or the first.</summary>
    public static ComparisonMetric Of(string? key) => All.FirstOrDefault(metric => metric.Key == key, All[0]);

    /// <summary>A score that stands for a verdict, so that one curve holds the verdicts of all images.</summary>
    public static double VerdictScore(Verdict verdict) => (double)verdict;

    /// <summary>What the verdicts make of the images.</summary>
    public static BandOutcomes Outcomes(PrecisionRecallCurve verdicts) => BandOutcomes.Of(Verdicts, verdicts);

    private static Confusion Failed(PrecisionRecallCurve verdicts) => verdicts.At(Verdicts.FailFrom);
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
