using System.Text.Json;

namespace AdClip.Vision.Detection;

/// <summary>The files that make up a model: weights, and beside them a configuration and a card.</summary>
/// <param name="WeightFile">Full path.</param>
/// <param name="Name">From the configuration, else from the file's or folder's name.</param>
/// <param name="Config">Our own configuration; null where there is none or another program's.</param>
/// <param name="Limits">The section "Limits" of <c>MODEL_CARD.md</c>; null if there is none.</param>
internal sealed record ModelFolder(string WeightFile, string Name, JsonElement? Config, string? Limits)
{
    private static readonly string[] Extensions = [".safetensors", ".pt", ".pth", ".bin"];

    /// <exception cref="RefusedInputException">Nothing there, or no single weight file.</exception>
    public static ModelFolder Find(string fileOrFolder)
    {
        var path = Path.GetFullPath(fileOrFolder);
        if (!Directory.Exists(path))
        {
            return File.Exists(path)
                ? new ModelFolder(path, Path.GetFileNameWithoutExtension(path), null, null).WithConfig()
                : throw new RefusedInputException(RefusalCode.FileMissing, $"{fileOrFolder} is neither a file nor a folder.", fileOrFolder);
        }
        var named = Path.Combine(path, "model.safetensors");
        string[] candidates = File.Exists(named)
            ? [named]
            : [.. Directory.EnumerateFiles(path).Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal)];
        return candidates.Length == 1
            ? new ModelFolder(candidates[0], Path.GetFileName(path), null, null).WithConfig()
            : throw new RefusedInputException(RefusalCode.ModelFolderUnclear, $"{fileOrFolder} holds {candidates.Length} weight files; name the file itself.", fileOrFolder, candidates.Length);
    }

    private ModelFolder WithConfig()
    {
        var folder = Path.GetDirectoryName(WeightFile)!;
        var configFile = Path.Combine(folder, "config.json");
        // A folder may hold several models; ours and Hugging Face's name their weights model.safetensors.
        if (Path.GetFileName(WeightFile) != "model.safetensors" || !File.Exists(configFile))
        {
            return this;
        }
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(configFile));
            CheckActivation(json.RootElement);
            return json.RootElement.TryGetProperty("format_version", out _) && json.RootElement.TryGetProperty("zero_shot", out _)
                ? this with { Config = json.RootElement.Clone(), Name = json.RootElement.GetProperty("name").GetString() ?? Name, Limits = ReadLimits(Path.Combine(folder, "MODEL_CARD.md")) }
                : this;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new RefusedInputException(RefusalCode.ModelConfigInvalid, $"{configFile} is damaged ({wrong.Message}); copy it again.", configFile, wrong.Message);
        }
    }

    // The weights do not tell the activation, and the wrong one gives plausible nonsense.
    private void CheckActivation(JsonElement config)
    {
        foreach (var tower in (string[])["vision_config", "text_config"])
        {
            if (config.TryGetProperty(tower, out var settings) && settings.TryGetProperty("hidden_act", out var activation) && activation.GetString() != "quick_gelu")
            {
                throw new RefusedInputException(RefusalCode.ModelUnsupported, $"{Name} was trained with the activation {activation.GetString()}; only models with quick_gelu, such as OpenAI's, are run.", Name);
            }
        }
    }

    private static string? ReadLimits(string cardFile)
    {
        if (!File.Exists(cardFile))
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
