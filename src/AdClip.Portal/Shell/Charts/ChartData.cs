namespace AdClip.Portal.Shell.Charts;

/// <summary>One threshold and its outcome; precision is 1 where nothing was called anomalous, as curves are drawn.</summary>
public sealed record ChartPoint(double Threshold, double Precision, double Recall);

/// <summary>A curve with thresholds ascending, the threshold that the page shows numbers for, the point of largest F1, and the F1 to reach.</summary>
public sealed record PrecisionRecallData(IReadOnlyList<ChartPoint> Points, ChartPoint? InUse, ChartPoint? Best, double Target, PrecisionRecallTexts Texts);

public sealed record PrecisionRecallTexts(string Precision, string Recall, string Threshold, string InUse, string BestF1, string Target);

/// <summary>Scores of good and of anomalous images, where the line stands, and from where on below it a person has to look.</summary>
public sealed record ScoreHistogramData(
    IReadOnlyList<double> Good, IReadOnlyList<double> Anomaly, double Threshold, double? ReviewFrom, ScoreHistogramTexts Texts);

public sealed record ScoreHistogramTexts(string Good, string Anomaly, string Score, string Images, string Threshold, string Review);

/// <summary>Labels of the periods, oldest first, and what is drawn over them.</summary>
public sealed record TimeSeriesData(
    IReadOnlyList<string> Periods, IReadOnlyList<TimeSeries> Series, string CountName, string RateName, RateTarget? Target = null);

/// <summary>
/// One value for each period, null where nothing is known; the colour is one of <see cref="ChartColour"/>, the kind
/// <see cref="Count"/> (stacked bars) or <see cref="Rate"/> (a line, 0 to 1).
/// </summary>
public sealed record TimeSeries(string Name, IReadOnlyList<double?> Values, string Colour, string Kind)
{
    public const string Count = "count";
    public const string Rate = "rate";
}

/// <summary>A rate to reach, drawn as a dashed line.</summary>
public sealed record RateTarget(string Name, double Value);

public sealed record ParetoData(IReadOnlyList<ParetoItem> Items, string CountName, string ShareName);

/// <summary>One bar; its colour in hexadecimal, or null for that of anomalies.</summary>
public sealed record ParetoItem(string Name, int Count, string? Colour = null);

/// <summary>Lines over steps, such as stages, each point with its spread. A line is broken where <paramref name="Groups"/> changes.</summary>
/// <param name="Steps">Names, in order.</param>
/// <param name="Groups">Of each step: what belongs together.</param>
/// <param name="IsPercent">Values are numbers of percent; else as they are.</param>
public sealed record ErrorBarData(
    IReadOnlyList<string> Steps, IReadOnlyList<int> Groups,
    IReadOnlyList<ErrorBarLine> Lines, string StepName, string ValueName, bool IsPercent);

/// <summary>One line; null where a step has no value.</summary>
public sealed record ErrorBarLine(string Name, IReadOnlyList<ErrorBarPoint?> Points);

/// <summary>A mean and how far it spreads to either side; null: unknown.</summary>
public sealed record ErrorBarPoint(double Mean, double? Deviation);

/// <summary>The roles of colour that palette.ts knows.</summary>
public static class ChartColour
{
    public const string Primary = "primary";
    public const string Good = "good";
    public const string Anomaly = "anomaly";
    public const string Second = "second";
    public const string Muted = "muted";
}
