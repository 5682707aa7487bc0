using System.Text.Json;
using AdClip.Vision.Clip;

namespace AdClip.Vision.Detection;

/// <summary>The files that make up a model: weights, and beside them a configuration and a card.</summary>
/// <param name="WeightFile">Full path.</param>
/// <param name="Name">From the configuration, else from the file's or folder's name.</param>
/// <param name="Config">Our own configuration; null where there is none or another program's.</param>
/// <param name="Clip">What a configuration says that the weights do not tell; null where there is none.</param>
/// <param name="Limits">The section "Limits" of <c>MODEL_CARD.md</c>; null if there is none.</param>
internal sealed record ModelFolder(string WeightFile, string Name, JsonElement? Config, ClipConfig? Clip, string? Limits)
{
    private const string HuggingFaceFile = "config.json";
    private const string OpenClipFile = "open_clip_config.json";
    private const long CardBytesLimit = 1 << 20;

    private static readonly string[] Extensions = [".safetensors", ".pt", ".pth", ".bin"];

    /// <exception cref="RefusedInputException">Nothing there, or no single weight file.</exception>
    public static ModelFolder Find(string fileOrFolder)
    {
        var path = Path.GetFullPath(fileOrFolder);
        if (!Directory.Exists(path))
        {
            return File.Exists(path)
                ? new ModelFolder(path, Path.GetFileNameWithoutExtension(path), null, null, null).WithConfig()
                : throw new RefusedInputException(RefusalCode.FileMissing, $"{fileOrFolder} is neither a file nor a folder.", fileOrFolder);
        }
        var named = Path.Combine(path, "model.safetensors");
        string[] candidates = File.Exists(named) ? [named] : WeightFiles(path);
        return candidates.Length == 1
            ? new ModelFolder(candidates[0], Path.GetFileName(path), null, null, null).WithConfig()
            : throw new RefusedInputException(
                RefusalCode.ModelFolderUnclear, $"{fileOrFolder} holds {candidates.Length} weight files; name the file itself.",
                fileOrFolder, candidates.Length);
    }

    private static string[] WeightFiles(string folder)
        => [.. Directory.EnumerateFiles(folder)
            .Where(file => Extensions.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)];

    private ModelFolder WithConfig()
    {
        var folder = Path.GetDirectoryName(WeightFile)!;
        foreach (var configName in ConfigNames(folder))
        {
            var configFile = Path.Combine(folder, configName);
            if (!File.Exists(configFile))
            {
                continue;
            }
            var json = ClipConfig.ReadJson(configFile);
            if (ClipConfig.Parse(json, configName) is { } clip)
            {
                return ClipConfig.IsOwn(json)
                    ? this with
                    {
                        Config = json,
                        Name = json.TryGetProperty("name", out var name) ? name.ToString() : Name,
                        Clip = clip,
                        Limits = ReadLimits(Path.Combine(folder, "MODEL_CARD.md")),
                    }
                    : this with { Clip = clip };
            }
        }
        return this;
    }

    // A folder may hold several models: a configuration is for the weights that its program names, or for the only ones.
    private string[] ConfigNames(string folder)
    {
        var stem = Path.GetFileNameWithoutExtension(WeightFile);
        return stem.StartsWith("open_clip", StringComparison.Ordinal) ? [OpenClipFile, HuggingFaceFile]
            : stem is "model" or "pytorch_model" || WeightFiles(folder).Length == 1 ? [HuggingFaceFile, OpenClipFile]
            : [];
    }

    private static string? ReadLimits(string cardFile)
    {
        if (!File.Exists(cardFile) || new FileInfo(cardFile).Length > CardBytesLimit)
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
