using System.Text.Json.Serialization;
using AdClip.Vision.Metrics;

namespace AdClip.Portal.Features.Evaluation.Comparison;

/// <summary>What may be said of a difference.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DifferenceFinding>))]
public enum DifferenceFinding
{
    /// <summary>There is nothing to say: it is the run that the others are compared with, or a number is undefined.</summary>
    None,

    /// <summary>Equal in every draw.</summary>
    Same,

    /// <summary>So few good or anomalous images that draws say little of other images.</summary>
    TooFew,

    /// <summary>The interval holds zero.</summary>
    NotClear,

    /// <summary>The whole interval lies on the better side of zero.</summary>
    Better,

    /// <summary>The whole interval lies on the worse side of zero.</summary>
    Worse,
}

/// <summary>A number of one run, and how it stands to the first run.</summary>
/// <param name="Value">Null: undefined.</param>
/// <param name="Interval">95 % bootstrap.</param>
/// <param name="Difference">To the first run; null for that one, or undefined.</param>
/// <param name="DifferenceInterval">95 %, both runs on the same draws.</param>
public sealed record ComparedFigure(
    double? Value, ConfidenceInterval? Interval, double? Difference, ConfidenceInterval? DifferenceInterval, DifferenceFinding Finding)
{
    /// <summary>With fewer images of either truth no difference is called clear.</summary>
    public const int FewestImages = 10;

    public static ComparedFigure Of(
        double? value, ConfidenceInterval? interval, double? difference, ConfidenceInterval? differenceInterval, PrecisionRecallCurve curve,
        bool isLowerBetter = false)
    {
        var (above, below) = isLowerBetter
            ? (DifferenceFinding.Worse, DifferenceFinding.Better)
            : (DifferenceFinding.Better, DifferenceFinding.Worse);
        var finding = (difference, differenceInterval) switch
        {
            (null, _) or (_, null) => DifferenceFinding.None,
            (0, { Low: 0, High: 0 }) => DifferenceFinding.Same,
            _ when Math.Min(curve.Positives, curve.Negatives) < FewestImages => DifferenceFinding.TooFew,
            (_, { Low: > 0 }) => above,
            (_, { High: < 0 }) => below,
            _ => DifferenceFinding.NotClear,
        };
        return new(value, interval, difference, difference is null ? null : differenceInterval, finding);
    }
}
