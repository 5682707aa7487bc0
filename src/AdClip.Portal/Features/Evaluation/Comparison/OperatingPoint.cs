using AdClip.Vision.Detection.Thresholds;

namespace AdClip.Portal.Features.Evaluation.Comparison;

/// <summary>At what all runs are compared: the same for every one of them.</summary>
public enum OperatingPoint
{
    /// <summary>Each at its own largest F1.</summary>
    BestF1,

    /// <summary>Each rejecting the same share of good images.</summary>
    FalseRejects,

    /// <summary>Each finding the same share of anomalous images.</summary>
    Recall,

    /// <summary>Each at the threshold or band that people saved for its scores; only where every run has one.</summary>
    Saved,
}

/// <summary>Which operating points images and runs allow, and how each chooses a threshold.</summary>
public static class OperatingPoints
{
    /// <summary>As addresses and answers name it.</summary>
    public static string Name(OperatingPoint point) => point switch
    {
        OperatingPoint.FalseRejects => "falseRejects",
        OperatingPoint.Recall => "recall",
        OperatingPoint.Saved => "saved",
        _ => "bestF1",
    };

    /// <summary>The one of this name; null: there is none of it.</summary>
    public static OperatingPoint? Parse(string? name) =>
        Enum.GetValues<OperatingPoint>().Where(point => Name(point) == name).Select(point => (OperatingPoint?)point).FirstOrDefault();

    /// <summary>Those that can be had, in the order in which they are offered; the first is taken where nobody asks.</summary>
    /// <param name="good">Good images that are counted.</param>
    /// <param name="anomalies">Anomalous ones.</param>
    public static IReadOnlyList<OperatingPoint> Of(int good, int anomalies, IReadOnlyList<RunToCompare> runs) =>
        [.. Enum.GetValues<OperatingPoint>().Where(point => point switch
        {
            OperatingPoint.FalseRejects => good > 0,
            OperatingPoint.Recall => anomalies > 0,
            OperatingPoint.Saved => runs.Count > 0 && good + anomalies > 0 && runs.All(run => run.Saved is not null),
            _ => good > 0 && anomalies > 0,
        })];

    /// <summary>How a threshold is chosen; null: it is saved.</summary>
    public static ThresholdRule? Rule(OperatingPoint point) => point switch
    {
        OperatingPoint.FalseRejects => ThresholdRule.FalseRejects(ThresholdTargets.UsualFalseRejects),
        OperatingPoint.Recall => ThresholdRule.Recall(ThresholdTargets.UsualRecall),
        OperatingPoint.Saved => null,
        _ => ThresholdRule.LargestF1,
    };
}
