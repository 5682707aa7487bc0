using System.Text.Json;

namespace AdClip.Portal.Features.Jobs;

/// <summary>The values that a stored sentence names: kept as JSON, so that each reader sees them in their own language.</summary>
internal static class JobArguments
{
    public static string Write(IReadOnlyList<object> arguments) => JsonSerializer.Serialize(arguments);

    /// <summary>Whole numbers come back as <see cref="long"/>, others as <see cref="double"/>, the rest as text.</summary>
    public static object[] Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(Value)];
    }

    private static object Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Number => element.TryGetInt64(out var whole) ? whole : element.GetDouble(),
        JsonValueKind.String => element.GetString()!,
        _ => element.ToString(),
    };
}
