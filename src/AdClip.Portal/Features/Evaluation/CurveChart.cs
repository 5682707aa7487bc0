using AdClip.Portal.Shell.Charts;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Metrics;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>Curves as the chart takes them.</summary>
public static class CurveChart
{
    // A drawing of more points looks the same; the API gives them all.
    private const int MostPoints = 800;

    /// <param name="scale">That thresholds are shown on; null: they are raw.</param>
    public static PrecisionRecallData Data(IReadOnlyList<CurvePoint> points, CurvePoint? best, IStringLocalizer<EvaluationText> text, ScoreScale? scale = null)
    {
        ChartPoint Of(CurvePoint point) => new(Shown(point.Threshold, scale), point.Counts.Precision ?? 1, point.Counts.Recall ?? 0);
        // Where nothing is called anomalous, curves are drawn at precision 1.
        var step = Math.Max(1, (points.Count + MostPoints - 1) / MostPoints);
        var drawn = points.Where((_, i) => i % step == 0 || i == points.Count - 1).Select(Of).ToList();
        return new(drawn, null, best is { } point ? Of(point) : null, EvaluationTarget.F1, new(
            text["Precision"], text["Recall"], text["Threshold"], text["InUse"], text["F1Max"],
            text["TargetF1", EvaluationTarget.F1.ToString("P0", System.Globalization.CultureInfo.CurrentCulture)]));
    }

    /// <summary>A threshold as charts show it.</summary>
    public static double Shown(double threshold, ScoreScale? scale) => scale?.Index(threshold) ?? threshold;
}
