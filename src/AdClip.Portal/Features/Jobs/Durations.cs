using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Jobs;

/// <summary>Spells a length of time as people say it: seconds, minutes, hours.</summary>
public static class Durations
{
    public static string Spell(IStringLocalizer<JobsText> text, TimeSpan time) => time switch
    {
        { TotalSeconds: < 59.5 } => text["Seconds", Math.Max(1, (int)Math.Round(time.TotalSeconds))],
        { TotalHours: < 1 } => text["MinutesSeconds", time.Minutes, time.Seconds],
        _ => text["HoursMinutes", (int)time.TotalHours, time.Minutes],
    };

    /// <summary>From as little to as much as it may be, in round numbers that promise no more than is known.</summary>
    public static string Spell(IStringLocalizer<JobsText> text, TimeSpan low, TimeSpan high)
    {
        var (floor, ceiling) = (StepOf(low.TotalSeconds), StepOf(high.TotalSeconds));
        var from = Math.Max(1, Math.Floor(low.TotalSeconds / floor) * floor);
        var to = Math.Max(1, Math.Ceiling(high.TotalSeconds / ceiling) * ceiling);
        if (from >= to)
        {
            return Round(text, to);
        }
        return (from < 60, to < 60, from % 60 == 0 && to % 60 == 0 && to < 3600) switch
        {
            (true, true, _) => text["SecondsRange", (int)from, (int)to],
            (false, _, true) => text["MinutesRange", (int)(from / 60), (int)(to / 60)],
            _ => text["Range", Round(text, from), Round(text, to)],
        };
    }

    private static string Round(IStringLocalizer<JobsText> text, double seconds) => seconds switch
    {
        < 3600 when seconds >= 60 && seconds % 60 == 0 => text["Minutes", (int)(seconds / 60)],
        >= 3600 when seconds % 3600 == 0 => text["Hours", (int)(seconds / 3600)],
        _ => Spell(text, TimeSpan.FromSeconds(seconds)),
    };

    private static double StepOf(double seconds) => seconds switch
    {
        < 10 => 1,
        < 60 => 5,
        < 300 => 30,
        < 3600 => 60,
        _ => 600,
    };
}
