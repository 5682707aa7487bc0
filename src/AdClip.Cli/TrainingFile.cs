using System.Text.Json;
using System.Text.Json.Serialization;
using AdClip.Vision.Datasets;
using AdClip.Vision.Detection;
using AdClip.Vision.Training;

namespace AdClip.Cli;

/// <summary><c>training.json</c> beside the checkpoints: how they were learned, from which images, and which is the best.</summary>
internal static class TrainingFile
{
    private const string Name = "training.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void Write(string folder, ModelDescription model, TrainingSettings settings, IReadOnlyList<EncodedImage> images, TrainingOutcome outcome)
    {
        var document = new
        {
            Format = "adclip-training",
            Version = 1,
            Model = new { model.Name, model.Sha256, model.EncoderId },
            Settings = settings,
            outcome.BestEpoch,
            outcome.Reason,
            BestFile = Path.GetFileName(outcome.BestFile),
            outcome.Epochs,
            Images = images.Select(image => new { image.Image.Path, image.Sha256, image.View, image.Image.IsAnomaly, IsDrawn = image.Mask is not null }),
        };
        File.WriteAllText(Path.Combine(folder, Name), JsonSerializer.Serialize(document, Json) + "\n");
    }

    /// <summary>Hashes of the images that a checkpoint was learned from; empty if nothing beside it tells.</summary>
    public static IReadOnlySet<string> ImagesOf(string? checkpoint)
    {
        var file = checkpoint is null ? null : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(checkpoint))!, Name);
        if (!File.Exists(file))
        {
            return new HashSet<string>();
        }
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            return json.RootElement.GetProperty("images")
                .EnumerateArray()
                .Select(image => image.GetProperty("sha256").GetString() ?? "")
                .ToHashSet(StringComparer.Ordinal);
        }
        catch (Exception foreign) when (foreign is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new HashSet<string>();
        }
    }
}
