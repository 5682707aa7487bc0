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
}
