using System.Text.Json;
using System.Text.Json.Serialization;
using AdClip.Vision.Detection.GoodImages;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.Graphs;

namespace AdClip.Portal.Features.Runs.Plans;

/// <summary>What a run's scores depend on besides model, object name and references, and where it was run; as the run's row keeps it.</summary>
public sealed record RunSettings
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerOptions.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Side of the preprocessed image in pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Null: what the model recommends.</summary>
    public RunPrompts? Prompts { get; init; }

    /// <summary>In which orientations good images are taken, where they alone are compared with; null: words have a say.</summary>
    public OrientationChoice? Orientations { get; init; }

    /// <summary>What was found out about the good images then; null: not yet, or words have a say.</summary>
    public GoodFitReport? GoodFit { get; init; }

    /// <summary>The run whose images were scored again; null: a run of its own.</summary>
    public Guid? RescoredFromRunId { get; init; }

    /// <summary>How images are cut; null: each is looked at whole.</summary>
    public TileSettings? Tiles { get; init; }

    /// <summary>Whether the encoder multiplies in 8 bits; else as the server is set up.</summary>
    public bool IsEightBit { get; init; }

    /// <summary>Where the encoder ran when the run was made: cpu, cuda:0 or directml:0; null: not noted.</summary>
    public string? Device { get; init; }

    /// <summary>That this is a slower device than was asked for, and why; null: it is not.</summary>
    public DeviceFallback? Fallback { get; init; }

    /// <summary>The trained detector that scores; null: the model itself.</summary>
    public Guid? DetectorVersionId { get; init; }

    /// <summary>Its number, as people call it.</summary>
    public int? DetectorNumber { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, Format);

    public static RunSettings Parse(string json) =>
        JsonSerializer.Deserialize<RunSettings>(json, Format) ?? throw new JsonException("The settings of the run are empty.");
}
