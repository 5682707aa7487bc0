using System.Text.Json;

namespace AdClip.Portal.Features.Inference;

/// <summary>What a run's scores depend on besides model, object name and references.</summary>
/// <param name="ImageSize">Side of the preprocessed image in pixels.</param>
public sealed record RunSettings(int ImageSize)
{
    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public static RunSettings Parse(string json) =>
        JsonSerializer.Deserialize<RunSettings>(json, JsonSerializerOptions.Web) ?? throw new JsonException("The settings of the run are empty.");
}
