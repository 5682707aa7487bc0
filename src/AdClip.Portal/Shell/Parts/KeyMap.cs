using System.Text.Json;

namespace AdClip.Portal.Shell.Parts;

/// <summary>The keys of every surface, as wwwroot-assets/shell/keys.json declares them for the scripts that listen to them.</summary>
public static class KeyMap
{
    private static readonly Content Map = Read();

    /// <summary>Names of surfaces, in the order of the file.</summary>
    public static IEnumerable<string> Surfaces => Map.Surfaces.Keys;

    /// <summary>Names of the commands of a surface, in the order of the file.</summary>
    public static IEnumerable<string> Commands(string surface) => Map.Surfaces[surface].Keys;

    /// <summary>The keys of a command as people read them, the main one first.</summary>
    public static IReadOnlyList<string> KeysOf(string surface, string command) => [.. Map.Surfaces[surface][command].Keys.Select(Label)];

    /// <summary>The main key of a command as people read it.</summary>
    public static string KeyOf(string surface, string command) => Label(Map.Surfaces[surface][command].Keys[0]);

    /// <summary>The main key of a command as the attribute aria-keyshortcuts wants it.</summary>
    public static string AriaKeyOf(string surface, string command) =>
        Map.Surfaces[surface][command].Keys[0].Replace("Ctrl", "Control", StringComparison.Ordinal);

    private static string Label(string chord)
    {
        var at = chord.Length > 1 ? chord.LastIndexOf('+', chord.Length - 2) + 1 : 0;
        var key = chord[at..];
        return chord[..at] + (Map.Labels.GetValueOrDefault(key) ?? Map.GroupLabels.GetValueOrDefault(key) ?? key);
    }

    private static Content Read()
    {
        using var stream = typeof(KeyMap).Assembly.GetManifestResourceStream("keys.json") ?? throw new InvalidOperationException("keys.json is not embedded.");
        return JsonSerializer.Deserialize<Content>(stream, JsonSerializerOptions.Web) ?? throw new JsonException("keys.json is empty.");
    }

    private sealed record Content(
        Dictionary<string, string> Labels, Dictionary<string, string> GroupLabels, Dictionary<string, Dictionary<string, Command>> Surfaces);

    private sealed record Command(IReadOnlyList<string> Keys, string Does);
}
