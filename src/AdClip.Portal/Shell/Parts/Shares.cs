using System.Globalization;
using AdClip.Vision.Detection.Thresholds;

namespace AdClip.Portal.Shell.Parts;

/// <summary>How shares and scores are written for people.</summary>
public static class Shares
{
    /// <summary>In percent with one decimal; a dash where it is unknown.</summary>
    public static string Percent(double? share) => share?.ToString("P1", CultureInfo.CurrentCulture) ?? "–";

    /// <summary>In percent with one decimal, and its error where there is one.</summary>
    public static string Percent(double value, double error) => error > 0
        ? $"{Percent(value)} ± {error.ToString("P2", CultureInfo.CurrentCulture)}"
        : Percent(value);

    /// <summary>A raw score or threshold with enough digits to tell neighbours apart.</summary>
    public static string Score(double raw) => raw.ToString("0.0000", CultureInfo.CurrentCulture);

    /// <summary>A score or threshold as people see it: its index, from 0 to 100; the raw value while there is no scale.</summary>
    public static string Score(double raw, ScoreScale? scale) => scale?.Index(raw).ToString("0.0", CultureInfo.CurrentCulture) ?? Score(raw);
}
