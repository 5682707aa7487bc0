using System.Text.Json;

namespace AdClip.Vision.Backbones;

/// <summary>The files that make up a model: weights, and beside them a configuration and a card.</summary>
/// <param name="WeightFile">Full path.</param>
/// <param name="Name">From our own configuration, else from the file's or folder's name.</param>
/// <param name="Own">Our own configuration; null where there is none or another program's comes first.</param>
/// <param name="Limits">The section "Limits" of <c>MODEL_CARD.md</c> beside our own configuration; null if there is none.</param>
internal sealed record ModelFolder(string WeightFile, string Name, JsonElement? Own, string? Limits)
{
    private const string HuggingFaceFile = "config.json";
    private const string OpenClipFile = "open_clip_config.json";
    private const long BytesLimit = 1 << 20;

    private static readonly string[] Extensions = [".safetensors", ".pt", ".pth", ".bin"];

    /// <exception cref="RefusedInputException">Nothing there, or no single weight file.</exception>
    public static ModelFolder Find(string fileOrFolder)
    {
        var path = Path.GetFullPath(fileOrFolder);
        if (!Directory.Exists(path))
        {
            return File.Exists(path)
                ? Of(path, Path.GetFileNameWithoutExtension(path))
                : throw new RefusedInputException(RefusalCode.FileMissing, $"{fileOrFolder} is neither a file nor a folder.", fileOrFolder);
        }
        var named = Path.Combine(path, "model.safetensors");
        string[] candidates = File.Exists(named) ? [named] : WeightFiles(path);
        return candidates.Length == 1
            ? Of(candidates[0], Path.GetFileName(path))
            : throw new RefusedInputException(
                RefusalCode.ModelFolderUnclear, $"{fileOrFolder} holds {candidates.Length} weight files; name the file itself.",
                fileOrFolder, candidates.Length);
    }

    /// <summary>The configurations beside the weights, each read when it is asked for; of which program they are, the kinds of encoders tell.</summary>
    /// <exception cref="RefusedInputException">One is too long to be one, or no JSON.</exception>
    public IEnumerable<(string Name, JsonElement Json)> Configs()
    {
        var folder = Path.GetDirectoryName(WeightFile)!;
        return ConfigNames(folder)
            .Select(name => (Name: name, File: Path.Combine(folder, name)))
            .Where(config => File.Exists(config.File))
            .Select(config => (config.Name, ReadJson(config.File)));
    }

    /// <summary>Whether it is a configuration of this program: with a scoring scheme, or of a backbone without words.</summary>
    public static bool IsOwn(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("format_version", out _)
            && (root.TryGetProperty("zero_shot", out _) || root.TryGetProperty("backbone", out _));

    /// <summary>What to say of a configuration that is not what it should be.</summary>
    public static RefusedInputException Damaged(string fileName, string what) =>
        new(RefusalCode.ModelConfigInvalid, $"{fileName} cannot be used ({what}); copy it again.", fileName, what);

    /// <summary>The JSON of a configuration file.</summary>
    /// <exception cref="RefusedInputException">It is too long to be one, or no JSON.</exception>
    public static JsonElement ReadJson(string path)
    {
        var name = Path.GetFileName(path);
        if (new FileInfo(path).Length > BytesLimit)
        {
            throw Damaged(name, $"more than {BytesLimit} bytes");
        }
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            CheckTexts(json.RootElement);
            return json.RootElement.Clone();
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw Damaged(name, wrong.Message);
        }
    }

    private static ModelFolder Of(string weightFile, string name)
    {
        var folder = new ModelFolder(weightFile, name, null, null);
        return folder.Configs().Select(config => config.Json).FirstOrDefault() is var json && IsOwn(json)
            ? folder with
            {
                Own = json,
                Name = json.TryGetProperty("name", out var own) ? own.ToString() : name,
                Limits = ReadLimits(Path.Combine(Path.GetDirectoryName(weightFile)!, "MODEL_CARD.md")),
            }
            : folder;
    }

    private static string[] WeightFiles(string folder)
        => [.. Directory.EnumerateFiles(folder)
            .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)];

    // A folder may hold several models: a configuration is for the weights that its program names, or for the only ones.
    private string[] ConfigNames(string folder)
    {
        var stem = Path.GetFileNameWithoutExtension(WeightFile);
        return stem.StartsWith("open_clip", StringComparison.Ordinal) ? [OpenClipFile, HuggingFaceFile]
            : stem is "model" or "pytorch_model" || WeightFiles(folder).Length == 1 ? [HuggingFaceFile, OpenClipFile]
            : [];
    }

    // Half of a surrogate pair is found when a text is asked for, so all are asked for here.
    private static void CheckTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    CheckTexts(property.Value);
                }
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    CheckTexts(item);
                }
                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
        }
    }

    private static string? ReadLimits(string cardFile)
    {
        if (!File.Exists(cardFile) || new FileInfo(cardFile).Length > BytesLimit)
        {
            return null;
        }
        var lines = File.ReadLines(cardFile)
            .SkipWhile(line => !line.StartsWith("## Limits", StringComparison.OrdinalIgnoreCase))
            .Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal));
        var section = string.Join('\n', lines).Trim();
        return section.Length == 0 ? null : section;
    }
}
