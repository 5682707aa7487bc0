using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.GoodImages;
using AdClip.Vision.Detection.Tiles;

namespace AdClip.Cli;

/// <summary>One image's line in the result files; scores are null where the image was refused.</summary>
internal sealed record ResultLine
{
    public required string File { get; init; }

    public required string Sha256 { get; init; }

    public float? Score { get; init; }

    public float? ZeroShotScore { get; init; }

    public float? FewShotScore { get; init; }

    public float? ClassProbability { get; init; }

    public string? Label { get; init; }

    public string? Heatmap { get; init; }

    public string? Map { get; init; }

    public int? Width { get; init; }

    public int? Height { get; init; }

    public int? MapWidth { get; init; }

    public int? MapHeight { get; init; }

    public string? Refusal { get; init; }

    /// <summary>
    /// True: there are good images, but none other than this one, so the score is that of the texts alone, on another scale (or there is none), and no
    /// threshold is applied to it; left out otherwise.
    /// </summary>
    public bool? ComparedWithNoGoodImage { get; init; }
}

/// <summary>Writes <c>results.json</c> and <c>results.csv</c>; docs/guide/cli.md names their fields.</summary>
internal static class ResultFiles
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void Write(
        string folder, ModelDescription model, string scoreIdentity, PromptSettings? prompts, GoodFitReport? goodImages,
        TileSettings? tiles, IReadOnlyList<ImageFile> good, IReadOnlyList<string> goodSha256s,
        float? threshold, InspectionRegions regions, IReadOnlyList<ResultLine> images)
    {
        var document = new
        {
            Format = "adclip-results",
            Version = 1,
            Model = new { model.Name, model.Sha256, model.EncoderId, model.ImageSize, model.Dpam, model.Layers },
            ScoreIdentity = scoreIdentity,
            Prompts = prompts,
            GoodImages = goodImages,
            Tiles = tiles,
            References = good.Zip(goodSha256s, (image, sha256) => new { File = image.Path, Sha256 = sha256 }),
            Threshold = threshold,
            Regions = regions.Regions.Count == 0 ? null : JsonNode.Parse(InspectionRegionsJson.Write(regions)),
            Images = images,
        };
        WriteWhole(Path.Combine(folder, "results.json"), JsonSerializer.Serialize(document, Json) + "\n");
        var csv = new StringBuilder("file,sha256,score,label,zero_shot_score,few_shot_score,class_probability,heatmap,map,refusal\n");
        foreach (var image in images)
        {
            csv.AppendJoin(
                ',', Quote(image.File), image.Sha256, Number(image.Score), image.Label, Number(image.ZeroShotScore),
                Number(image.FewShotScore), Number(image.ClassProbability), Quote(image.Heatmap), Quote(image.Map), Quote(image.Refusal));
            csv.Append('\n');
        }
        WriteWhole(Path.Combine(folder, "results.csv"), csv.ToString());
    }

    // Shortest text that reads back as the same bits.
    private static string Number(float? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    private static string Quote(string? text)
        => text is null ? "" : text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static void WriteWhole(string path, string content)
    {
        File.WriteAllText(path + ".part", content);
        File.Move(path + ".part", path, overwrite: true);
    }
}
