using System.Globalization;
using System.Text;
using AdClip.Vision.GroundTruth;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Training.Stages;

/// <summary>The table of an experiment as CSV, every draw a row, and as Markdown, as a model card shows it.</summary>
public static class StageDocuments
{
    /// <summary>One row a cell; numbers as JSON writes them, empty where they are undefined.</summary>
    public static string Csv(StageTable table)
    {
        using var text = new StringWriter();
        Line(
            [
                "model", "detector", "stage", "anomalies", "good", "seed", "tested_good", "tested_anomalies",
                "threshold", .. StageMetric.All.Select(metric => metric.Key), "f1_all_positive",
            ]);
        foreach (var (key, figures) in table.Cells.OrderBy(cell => cell.Key.ModelId, StringComparer.Ordinal).ThenBy(cell => cell.Key.Detector)
            .ThenBy(cell => cell.Key.Stage.Anomalies).ThenBy(cell => cell.Key.Stage.Good).ThenBy(cell => cell.Key.Seed))
        {
            Line(
            [
                key.ModelId, TrainingAnswer.NameOf(key.Detector), key.Stage.ToString(), Number(key.Stage.Anomalies), Number(key.Stage.Good), Number(key.Seed),
                Number(figures.TestedGood), Number(figures.TestedAnomalies), Number(figures.Threshold),
                .. StageMetric.All.Select(metric => Number(metric.Value(figures))), Number(figures.AllPositiveF1),
            ]);
        }
        return text.ToString();

        void Line(string[] cells) => CsvRows.Write(text, cells);
    }

    /// <summary>Mean ± standard deviation over seeds, in percent; what is best beyond noise in bold.</summary>
    public static string Markdown(StageView view, StageTable table, IStringLocalizer<StagesText> text)
    {
        var shown = StageMetric.All.Where(metric => table.Rows.Any(row => row.Values.ContainsKey(metric.Key))).ToList();
        var markdown = new StringBuilder();
        Line([text["Detector"], text["Stage"], .. shown.Select(metric => text[metric.Text].Value)]);
        Line([.. Enumerable.Repeat("---", 2 + shown.Count)]);
        foreach (var row in table.Rows)
        {
            Line([StageTexts.Contender(row, view.Plan, text), row.Stage.ToString(), .. shown.Select(metric => Cell(row, metric))]);
        }
        return markdown.ToString();

        void Line(IEnumerable<string> cells) =>
            markdown.Append("| ").AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))).Append(" |\n");

        string Cell(StageRow row, StageMetric metric)
        {
            var value = StageTexts.Spread(row.Values.GetValueOrDefault(metric.Key), metric);
            return row.IsBest.Contains(metric.Key) ? $"**{value}**" : value;
        }
    }

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
