using AdClip.Portal.Shell.Charts;
using AdClip.Vision.Metrics;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>Curves as the chart takes them.</summary>
public static class CurveChart
{
    // A drawing of more points looks the same; the API gives them all.
    private const int MostPoints = 800;

    public static PrecisionRecallData Data(IReadOnlyList<CurvePoint> points, CurvePoint? best, IStringLocalizer<EvaluationText> text)
    {
        var step = Math.Max(1, (points.Count + MostPoints - 1) / MostPoints);
        var drawn = points.Where((_, i) => i % step == 0 || i == points.Count - 1).Select(Of).ToList();
        return new(drawn, null, best is { } point ? Of(point) : null, EvaluationTarget.F1, new(
            text["Precision"], text["Recall"], text["Threshold"], text["InUse"], text["F1Max"],
            text["TargetF1", EvaluationTarget.F1.ToString("P0", System.Globalization.CultureInfo.CurrentCulture)]));
    }

    /// <summary>Where nothing is called anomalous, curves are drawn at precision 1.</summary>
    private static ChartPoint Of(CurvePoint point) => new(point.Threshold, point.Counts.Precision ?? 1, point.Counts.Recall ?? 0);
}
