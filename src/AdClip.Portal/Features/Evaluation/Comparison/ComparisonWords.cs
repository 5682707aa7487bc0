using System.Globalization;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Evaluation.Comparison;

/// <summary>A difference in plain words.</summary>
public static class ComparisonWords
{
    /// <summary>Whether it can be told from chance, in percent points with its interval; null: there is nothing to say.</summary>
    /// <param name="first">Letter of the run that the others are compared with.</param>
    public static string? Difference(ComparedFigure figure, string first, IStringLocalizer<ComparisonText> text) =>
        (figure.Difference, figure.DifferenceInterval) switch
        {
            ({ } difference, { } interval) when figure.Finding != DifferenceFinding.None =>
                text["Finding" + figure.Finding, first, Signed(difference), Signed(interval.Low), Signed(interval.High)].Value,
            _ => null,
        };

    /// <summary>A text of an operating point.</summary>
    /// <param name="key">Of its texts: At, Point or Threshold.</param>
    public static string Of(string key, OperatingPoint point, IStringLocalizer<ComparisonText> text) => text[
        key + point, ThresholdTargets.UsualFalseRejects.ToString("P0", CultureInfo.CurrentCulture),
        ThresholdTargets.UsualRecall.ToString("P0", CultureInfo.CurrentCulture)];

    /// <summary>Better, worse or none, for colour.</summary>
    public static string? Tone(DifferenceFinding finding) => finding switch
    {
        DifferenceFinding.Better => "better",
        DifferenceFinding.Worse => "worse",
        _ => null,
    };

    private static string Signed(double share) => (100 * share).ToString("+0.0;−0.0;0.0", CultureInfo.CurrentCulture);
}
