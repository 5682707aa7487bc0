using System.Globalization;
using AdClip.Vision.Metrics;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Training.Stages;

/// <summary>How the figures of an experiment are written for people.</summary>
public static class StageTexts
{
    /// <summary>The detector, and its model where there are several.</summary>
    public static string Contender(StageRow row, StagePlan plan, IStringLocalizer<StagesText> text) => Contender(row.Model, row.Detector, plan, text);

    public static string Contender(StageModel model, StageDetector detector, StagePlan plan, IStringLocalizer<StagesText> text) =>
        plan.Models.Count == 1 ? text["Detector" + detector] : $"{text["Detector" + detector].Value} · {model.Name}";

    /// <summary>What a stage lacks.</summary>
    public static string Gap(StageGap gap, IStringLocalizer<StagesText> text) =>
        string.Join(
            ", ",
            ((IReadOnlyList<string>)[gap.Good > 0 ? text["MissingGood", gap.Good] : "", gap.Anomalies > 0 ? text["MissingAnomalies", gap.Anomalies] : ""])
                .Where(part => part.Length > 0));

    /// <summary>Mean ± standard deviation over seeds: in percent, or in seconds.</summary>
    public static string Spread(StageSpread? spread, StageMetric metric) => spread switch
    {
        null => "–",
        { Deviation: null } => Number(spread.Mean, metric),
        { Deviation: { } deviation } => $"{Number(spread.Mean, metric)} ± {Number(deviation, metric)}",
    };

    /// <summary>The paired difference in plain words: whether it can be told from noise, and its interval.</summary>
    public static string Difference(PairedDifference? difference, StageMetric metric, IStringLocalizer<StagesText> text) => difference switch
    {
        null => "–",
        { Mean: 0, Deviation: 0 } => text["Same"],
        { Interval: null } => text["DifferenceOfOne", Signed(difference.Mean, metric)],
        { Interval: { } interval } => text[
            difference switch
            {
                { IsClear: false } => "NoClearDifference",
                { Mean: > 0 } => metric.IsShare ? "ClearlyBetter" : "ClearlyLonger",
                _ => metric.IsShare ? "ClearlyWorse" : "ClearlyShorter",
            },
            Signed(difference.Mean, metric), Signed(interval.Low, metric), Signed(interval.High, metric)],
    };

    /// <summary>Better, worse or none, for colour.</summary>
    public static string? Tone(PairedDifference? difference, StageMetric metric) =>
        difference is not { IsClear: true } || !metric.IsShare ? null : difference.Mean > 0 ? "better" : "worse";

    private static string Number(double value, StageMetric metric) => metric.IsShare
        ? (100 * value).ToString("0.0", CultureInfo.CurrentCulture)
        : value.ToString(value < 10 ? "0.00" : "0", CultureInfo.CurrentCulture);

    private static string Signed(double value, StageMetric metric) => metric.IsShare
        ? (100 * value).ToString("+0.0;−0.0;0.0", CultureInfo.CurrentCulture)
        : value.ToString("+0.00;−0.00;0.00", CultureInfo.CurrentCulture);
}
