using System.Text.Json;
using System.Text.Json.Serialization;

namespace AdClip.Portal.Features.Models.Adding;

/// <summary>Where a model is taken from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ModelSource>))]
public enum ModelSource
{
    /// <summary>A file or folder of the server, within the allowed folders.</summary>
    Path,

    /// <summary>A repository of the hub.</summary>
    Hub,
}

/// <summary>What an import job does; its payload.</summary>
/// <param name="Location">The path, or the repository as owner/name.</param>
public sealed record ModelImport(ModelSource Source, string Location, string ModelId, string Name)
{
    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public static ModelImport Parse(string json) =>
        JsonSerializer.Deserialize<ModelImport>(json, JsonSerializerOptions.Web) ?? throw new JsonException("The payload of the import is empty.");
}
