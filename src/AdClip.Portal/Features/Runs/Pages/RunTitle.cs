using System.Globalization;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Runs.Pages;

/// <summary>How people name a run: by what scored it.</summary>
public static class RunTitle
{
    /// <summary>The model, and the trained detector or the good images that it compared with.</summary>
    public static string Of(RunSummary summary, IStringLocalizer<RunsText> text) => summary.Settings.DetectorNumber is { } number
        ? text["TitleDetector", summary.Run.ModelName, number]
        : summary.Run.References == ReferenceChoice.None
        ? text["TitleZeroShot", summary.Run.ModelName]
        : text["TitleFewShot", summary.Run.ModelName, summary.Run.ReferenceCount];

    /// <summary>The same with everything that tells it from the other runs of a project.</summary>
    public static string InFull(RunSummary summary, IStringLocalizer<RunsText> text)
    {
        var prompts = summary.Settings.Prompts;
        string?[] parts =
        [
            Of(summary, text),
            prompts is null ? null : text["PromptsAre", prompts.Checkpoint ?? text["Prompts" + prompts.Kind].Value].Value,
            summary.Settings.Tiles is { } tiles ? text["RunTiled", tiles.Side].Value : null,
            text["ImageCount", summary.Run.ImageCount],
            summary.Run.CreatedAt.ToLocalTime().ToString("g", CultureInfo.CurrentCulture),
        ];
        return string.Join(" · ", parts.OfType<string>());
    }
}
