using System.Text.Json;
using AdClip.Vision.Detection.Thresholds;

namespace AdClip.Portal.Features.Inspectors;

/// <summary>The scale that an inspector's index is read from: fixed by good images when it is made. The one place that knows its kernel.</summary>
internal static class InspectorScale
{
    /// <summary>The scale as an inspector keeps it; null: there is no good image.</summary>
    public static string? Of(IEnumerable<double> goodScores) => ScoreScale.Of(goodScores) is { } scale ? JsonSerializer.Serialize(scale) : null;

    /// <summary>A raw score on the scale, 0 to 100; null without a scale.</summary>
    public static double? Index(string? scale, double score) => Read(scale)?.Index(score);

    /// <summary>The scale as <see cref="Of"/> wrote it; null without one.</summary>
    public static ScoreScale? Read(string? scale) => scale is null ? null : JsonSerializer.Deserialize<ScoreScale>(scale);
}
