using System.Text.Json;

namespace AdClip.Portal.Features.Training.Stages;

/// <summary>The figures of one cell, all but the first three on images that no stage of this draw learned from.</summary>
/// <param name="F1OutOfFold">Largest F1 over thresholds on the images learned from, each scored without itself; null with one kind of image only.</param>
/// <param name="AllPositiveF1OutOfFold">F1 of calling all of those anomalous.</param>
/// <param name="Threshold">Where the largest F1 is reached.</param>
/// <param name="F1">At that threshold, on the test images.</param>
/// <param name="AllPositiveF1">F1 of calling every test image anomalous.</param>
/// <param name="PixelAreaUnderRoc">Of the maps, where defects are drawn; null elsewhere, like the three that follow.</param>
/// <param name="IsPixelExact">False: pixel figures are those of very narrow buckets of values.</param>
/// <param name="Seconds">To learn, tokens being kept.</param>
public sealed record StageFigures(
    double? F1OutOfFold, double? AllPositiveF1OutOfFold, double? Threshold,
    double? AreaUnderRoc, double? AveragePrecision, double? F1, double AllPositiveF1,
    double? PixelAreaUnderRoc, double? PixelAveragePrecision, double? Aupro, double? Aupro05, bool IsPixelExact,
    double Seconds, int TestedGood, int TestedAnomalies, int TestedDrawn)
{
    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public static StageFigures Parse(string json) =>
        JsonSerializer.Deserialize<StageFigures>(json, JsonSerializerOptions.Web) ?? throw new JsonException("The figures of the cell are empty.");
}
