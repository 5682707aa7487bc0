using System.Text.Json;
using System.Text.Json.Serialization;
using AdClip.Vision.Detection.GoodImages;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.Graphs;

namespace AdClip.Portal.Features.Runs.Plans;

/// <summary>A good image that a plan compares with, fixed by its content.</summary>
public sealed record PlanReference(Guid ImageId, string Sha256);

/// <summary>One way to look at images, with nothing left open: settled once, kept by a run or an inspector, opened again as it is.</summary>
public sealed record InspectionPlan
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerOptions.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Folder name of the model.</summary>
    public required string ModelId { get; init; }

    /// <summary>The model's name when the plan was made.</summary>
    public required string ModelName { get; init; }

    /// <summary>Names weights, size, attention path and arithmetic: equal ids give equal tokens.</summary>
    public required string EncoderId { get; init; }

    /// <summary>Side of the preprocessed image in pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>The word for the product in the texts.</summary>
    public required string ObjectName { get; init; }

    /// <summary>Null: what the model recommends.</summary>
    public RunPrompts? Prompts { get; init; }

    /// <summary>How <see cref="ReferenceImages"/> were chosen.</summary>
    public required ReferenceChoice References { get; init; }

    /// <summary>The good images to compare with, by SHA-256; empty for words alone and for a trained detector.</summary>
    public required IReadOnlyList<PlanReference> ReferenceImages { get; init; }

    /// <summary>In which orientations good images are taken, where they alone are compared with; null: words have a say.</summary>
    public OrientationChoice? Orientations { get; init; }

    /// <summary>How images are compared with good ones alone.</summary>
    [JsonIgnore]
    public GoodOptions GoodOptions => new(Orientations ?? OrientationChoice.Auto);

    /// <summary>The trained detector that scores; null: the model itself.</summary>
    public Guid? DetectorId { get; init; }

    /// <summary>Its number, as people call it.</summary>
    public int? DetectorNumber { get; init; }

    /// <summary>Revision of the project's inspection area; 0: everything is looked at.</summary>
    public required int AreaRevision { get; init; }

    /// <summary>How images are cut; null: each is looked at whole.</summary>
    public TileSettings? Tiles { get; init; }

    /// <summary>Whether the encoder multiplies in 8 bits; else as the server is set up.</summary>
    public bool IsEightBit { get; init; }

    /// <summary>As in <see cref="Vision.Detection.ScoreIdentity"/>: thresholds hold for scores of this identity alone.</summary>
    public required string ScoreIdentity { get; init; }

    /// <summary>That it multiplies in 32 bits however the server is set up; for comparisons, never kept.</summary>
    [JsonIgnore]
    internal bool IsFullPrecision { get; init; }

    /// <summary>Null: as the server is set up.</summary>
    [JsonIgnore]
    internal Precision? Precision => IsEightBit ? Vision.Graphs.Precision.Int8
        : IsFullPrecision ? Vision.Graphs.Precision.Float32 : null;

    public string ToJson() => JsonSerializer.Serialize(this, Format);

    public static InspectionPlan Parse(string json) =>
        JsonSerializer.Deserialize<InspectionPlan>(json, Format) ?? throw new JsonException("The plan is empty.");

    /// <summary>The plan that a run keeps.</summary>
    /// <param name="references">The run's, by SHA-256.</param>
    public static InspectionPlan Of(Run run, IReadOnlyList<PlanReference> references)
    {
        var settings = RunSettings.Parse(run.Settings);
        return new InspectionPlan
        {
            ModelId = run.ModelId,
            ModelName = run.ModelName,
            EncoderId = run.EncoderId,
            ImageSize = settings.ImageSize,
            ObjectName = run.ObjectName,
            Prompts = settings.Prompts,
            Orientations = settings.Orientations,
            References = run.References,
            ReferenceImages = references,
            DetectorId = settings.DetectorVersionId,
            DetectorNumber = settings.DetectorNumber,
            AreaRevision = run.AreaRevision,
            Tiles = settings.Tiles,
            IsEightBit = settings.IsEightBit,
            ScoreIdentity = run.ScoreIdentity,
        };
    }
}
