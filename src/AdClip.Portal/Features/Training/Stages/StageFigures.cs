using System.Text.Json;

namespace AdClip.Portal.Features.Training.Stages;

/// <summary>The figures of one cell, all but the first three on images that no stage of this draw learned from.</summary>
public sealed record StageFigures
{
    /// <summary>Largest F1 over thresholds on the images learned from, each scored without itself; null with one kind of image only.</summary>
    public required double? F1OutOfFold { get; init; }

    /// <summary>F1 of calling all of those anomalous.</summary>
    public required double? AllPositiveF1OutOfFold { get; init; }

    /// <summary>Where the largest F1 is reached.</summary>
    public required double? Threshold { get; init; }

    public required double? AreaUnderRoc { get; init; }

    public required double? AveragePrecision { get; init; }

    /// <summary>At that threshold, on the test images.</summary>
    public required double? F1 { get; init; }

    /// <summary>F1 of calling every test image anomalous.</summary>
    public required double AllPositiveF1 { get; init; }

    /// <summary>Of the maps, where defects are drawn; null elsewhere, like the three that follow.</summary>
    public required double? PixelAreaUnderRoc { get; init; }

    public required double? PixelAveragePrecision { get; init; }

    public required double? Aupro { get; init; }

    public required double? Aupro05 { get; init; }

    /// <summary>False: pixel figures are those of very narrow buckets of values.</summary>
    public required bool IsPixelExact { get; init; }

    /// <summary>To learn, tokens being kept.</summary>
    public required double Seconds { get; init; }

    public required int TestedGood { get; init; }

    public required int TestedAnomalies { get; init; }

    public required int TestedDrawn { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public static StageFigures Parse(string json) =>
        JsonSerializer.Deserialize<StageFigures>(json, JsonSerializerOptions.Web) ?? throw new JsonException("The figures of the cell are empty.");
}
