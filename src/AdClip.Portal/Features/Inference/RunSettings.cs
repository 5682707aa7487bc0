using System.Text.Json;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.Graphs;

namespace AdClip.Portal.Features.Inference;

/// <summary>What a run's scores depend on besides model, object name and references.</summary>
/// <param name="ImageSize">Side of the preprocessed image in pixels.</param>
/// <param name="Prompts">Null: what the model recommends.</param>
/// <param name="RescoredFromRunId">The run whose images were scored again; null: a run of its own.</param>
/// <param name="Tiles">How images are cut; null: each is looked at whole.</param>
/// <param name="IsEightBit">Whether the encoder multiplies in 8 bits; else as the server is set up.</param>
public sealed record RunSettings(int ImageSize, RunPrompts? Prompts = null, Guid? RescoredFromRunId = null, TileSettings? Tiles = null, bool IsEightBit = false)
{
    /// <summary>Occurs in the JSON of those settings alone that have prompts of their own.</summary>
    public const string OwnPromptsMark = "\"prompts\":{";

    /// <summary>Occurs in the JSON of those settings alone that have tiles.</summary>
    public const string TilesMark = "\"tiles\":{";

    /// <summary>Null: as the server is set up.</summary>
    internal Precision? Precision => IsEightBit ? Vision.Graphs.Precision.Int8 : null;

    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public static RunSettings Parse(string json) =>
        JsonSerializer.Deserialize<RunSettings>(json, JsonSerializerOptions.Web) ?? throw new JsonException("The settings of the run are empty.");
}
