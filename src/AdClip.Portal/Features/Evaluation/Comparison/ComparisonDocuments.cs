using System.Globalization;
using AdClip.Vision.GroundTruth;

namespace AdClip.Portal.Features.Evaluation.Comparison;

/// <summary>A comparison as CSV: a row for each run and number.</summary>
public static class ComparisonDocuments
{
    /// <summary>Numbers as JSON writes them, empty where they are undefined.</summary>
    public static string Csv(ComparisonAnswer comparison)
    {
        using var text = new StringWriter();
        Line(
            [
                "run", "name", "threshold", "threshold_source", "metric", "value", "low", "high",
                "difference", "difference_low", "difference_high", "finding", "good", "anomalies",
            ]);
        foreach (var run in comparison.Runs)
        {
            string[] head = [run.RunId.ToString(), run.Name, Number(run.Threshold), run.ThresholdSource ?? ""];
            string[] tail = [Number(comparison.Good), Number(comparison.Anomalies)];
            foreach (var metric in ComparisonMetric.All)
            {
                var figure = run.Figures[metric.Key];
                Line(
                    [
                        .. head, metric.Key, Number(figure.Value), Number(figure.Interval?.Low),
                        Number(figure.Interval?.High), Number(figure.Difference), Number(figure.DifferenceInterval?.Low),
                        Number(figure.DifferenceInterval?.High), figure.Finding.ToString(), .. tail,
                    ]);
            }
            // A kept report of other images is no row of this comparison.
            foreach (var metric in ComparisonPixelMetric.All.Where(_ => !run.PixelOfOtherImages && run.Pixel is not null))
            {
                var value = run.Pixel![metric.Key];
                Line(
                    [
                        .. head, metric.Key, Number(value?.Value), Number(value?.Value - value?.Error),
                        Number(value?.Value + value?.Error), "", "", "", "", .. tail,
                    ]);
            }
        }
        return text.ToString();

        void Line(string[] cells) => CsvRows.Write(text, cells);
    }

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
