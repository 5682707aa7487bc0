using System.Text.Json;

namespace AdClip.Vision.Datasets;

/// <summary>AnomalyCLIP's list of a data set: for <c>train</c> and <c>test</c>, by product, path, mask, defect and label of each image.</summary>
internal static class MetaJson
{
    public const string FileName = "meta.json";
    private const string Sound = "good";

    public static List<DatasetImage> Read(string root)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, FileName)));
            var images = new List<DatasetImage>();
            foreach (var part in Enum.GetValues<DatasetPart>())
            {
                if (!json.RootElement.TryGetProperty(part == DatasetPart.Train ? "train" : "test", out var products))
                {
                    continue;
                }
                foreach (var product in products.EnumerateObject())
                {
                    images.AddRange(product.Value.EnumerateArray().Select(entry => Image(root, product.Name, part, entry)));
                }
            }
            return images;
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw DatasetFolder.Invalid(root, $"its {FileName} is not as AnomalyCLIP writes it ({wrong.Message.TrimEnd('.')})");
        }
    }

    private static DatasetImage Image(string root, string product, DatasetPart part, JsonElement entry)
    {
        var isAnomaly = entry.GetProperty("anomaly").GetInt32() != 0;
        var mask = isAnomaly ? Text("mask_path") : "";
        var defect = Text("specie_name");
        return new DatasetImage(
            Inside(root, Text("img_path")), product, part,
            // Without a name of its own, or with that of the good ones, a defect is just one.
            isAnomaly ? (defect.Length == 0 || defect == Sound ? "defect" : defect) : null,
            mask.Length == 0 ? null : Inside(root, mask));

        string Text(string name) => entry.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
    }

    private static string Inside(string root, string relative)
    {
        var path = Path.GetFullPath(Path.Combine(root, relative.Replace('\\', '/')));
        if (!path.StartsWith(root.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw DatasetFolder.Invalid(root, $"its {FileName} names '{relative}', which lies outside");
        }
        return File.Exists(path) ? path : throw DatasetFolder.Invalid(root, $"its {FileName} names '{relative}', which is not there");
    }
}
