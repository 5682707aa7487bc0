using System.Text.Json;
using AdClip.Vision.Metrics;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>A run's anomaly maps against the drawn defects, over all pixels together.</summary>
public sealed record PixelReport
{
    /// <summary>Images that count: those labelled good, and those on which a defect is drawn.</summary>
    public required int Images { get; init; }

    /// <summary>Images labelled anomalous on which nothing is drawn: where the defect is, nobody has said, so they do not count.</summary>
    public required int WithoutShapes { get; init; }

    /// <summary>Longest side of any of the maps; masks are brought to their map's size.</summary>
    public required int MapSide { get; init; }

    public required int Regions { get; init; }

    /// <summary>Defects of which nothing lies in the inspection area; they count nowhere.</summary>
    public int ExcludedRegions { get; init; }

    /// <summary>Images on which a defect is drawn, but none in the inspection area.</summary>
    public int WhollyOutside { get; init; }

    public required long DefectPixels { get; init; }

    public required long SoundPixels { get; init; }

    /// <summary>False: the numbers carry an error bound.</summary>
    public required bool IsExact { get; init; }

    public required Bounded? AreaUnderRoc { get; init; }

    public required Bounded? AveragePrecision { get; init; }

    public required Bounded? F1Max { get; init; }

    public required double AllPositiveF1 { get; init; }

    /// <summary>Per-region overlap up to a false positive rate of 0.3.</summary>
    public required Bounded? Aupro { get; init; }

    /// <summary>The same up to 0.05: the part that matters where false alarms are dear.</summary>
    public required Bounded? Aupro05 { get; init; }

    /// <summary>AUPRO@0.3 with 200 thresholds as in AnomalyCLIP's code, for comparison with papers.</summary>
    public required double? AuproOfReference { get; init; }

    public required CurvePoint? BestF1 { get; init; }

    /// <summary>Pixels of either half of the images at the threshold of largest F1 of the other half; null where a half has no defect.</summary>
    public Confusion? HeldOut { get; init; }

    /// <summary>Null where no defect is drawn.</summary>
    public RegionReport? RegionLevel { get; init; }

    /// <summary>Thresholds ascending.</summary>
    public required IReadOnlyList<CurvePoint> Points { get; init; }

    public static PixelReport Of(PixelCurve curve, int images, int withoutShapes, int mapSide) => new()
    {
        Images = images,
        WithoutShapes = withoutShapes,
        MapSide = mapSide,
        Regions = curve.Regions,
        DefectPixels = curve.Positives,
        SoundPixels = curve.Negatives,
        IsExact = curve.IsExact,
        AreaUnderRoc = curve.AreaUnderRoc,
        AveragePrecision = curve.AveragePrecision,
        F1Max = curve.F1Max,
        AllPositiveF1 = curve.AllPositiveF1,
        Aupro = curve.Aupro(),
        Aupro05 = curve.Aupro(0.05),
        AuproOfReference = curve.AuproOfReference(),
        BestF1 = curve.BestF1,
        Points = curve.Points(),
    };

    /// <summary>The known point at or above this threshold; the highest one where none is.</summary>
    public CurvePoint? At(double threshold) => Points.Count == 0 ? null : Points.FirstOrDefault(point => point.Threshold >= threshold, Points[^1]);

    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public static PixelReport Parse(string json) =>
        JsonSerializer.Deserialize<PixelReport>(json, JsonSerializerOptions.Web) ?? throw new JsonException("The stored pixel report is empty.");
}
