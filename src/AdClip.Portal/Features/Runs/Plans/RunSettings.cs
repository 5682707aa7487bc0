using System.Text.Json;
using System.Text.Json.Serialization;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.Graphs;

namespace AdClip.Portal.Features.Runs.Plans;

/// <summary>What a run's scores depend on besides model, object name and references, and where it was run.</summary>
/// <param name="ImageSize">Side of the preprocessed image in pixels.</param>
/// <param name="Prompts">Null: what the model recommends.</param>
/// <param name="RescoredFromRunId">The run whose images were scored again; null: a run of its own.</param>
/// <param name="Tiles">How images are cut; null: each is looked at whole.</param>
/// <param name="IsEightBit">Whether the encoder multiplies in 8 bits; else as the server is set up.</param>
/// <param name="Device">Where the encoder ran when the run was made: cpu, cuda:0 or directml:0; null: not noted.</param>
/// <param name="DetectorVersionId">The trained detector that scores; null: the model itself.</param>
/// <param name="DetectorNumber">Its number, as people call it.</param>
/// <param name="Fallback">That this is a slower device than was asked for, and why; null: it is not.</param>
public sealed record RunSettings(
    int ImageSize, RunPrompts? Prompts = null, Guid? RescoredFromRunId = null, TileSettings? Tiles = null, bool IsEightBit = false,
    string? Device = null, DeviceFallback? Fallback = null, Guid? DetectorVersionId = null, int? DetectorNumber = null)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerOptions.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Null: as the server is set up.</summary>
    internal Precision? Precision => IsEightBit ? Vision.Graphs.Precision.Int8 : null;

    public string ToJson() => JsonSerializer.Serialize(this, Format);

    public static RunSettings Parse(string json) =>
        JsonSerializer.Deserialize<RunSettings>(json, Format) ?? throw new JsonException("The settings of the run are empty.");
}
