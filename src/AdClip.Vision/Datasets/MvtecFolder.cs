namespace AdClip.Vision.Datasets;

/// <summary>Folders as MVTec AD has them: <c>train/good</c>, <c>test/good</c>, <c>test/DEFECT</c>, <c>ground_truth/DEFECT/NAME_mask.png</c>.</summary>
/// <remarks>Defective images in <c>train/DEFECT</c>, which MVTec AD has none of, are for learning. Masks are found by name, never by order.</remarks>
internal static class MvtecFolder
{
    private const string Good = "good";
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase) { ".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp" };

    public static List<DatasetImage> Read(string root)
    {
        if (IsProduct(root))
        {
            return [.. Product(root)];
        }
        return [.. Directory.EnumerateDirectories(root).Where(IsProduct).Order(StringComparer.Ordinal).SelectMany(Product)];
    }

    private static bool IsProduct(string folder) => Directory.Exists(Path.Combine(folder, "train")) || Directory.Exists(Path.Combine(folder, "test"));

    private static IEnumerable<DatasetImage> Product(string folder)
    {
        foreach (var part in Enum.GetValues<DatasetPart>())
        {
            var of = Path.Combine(folder, part == DatasetPart.Train ? "train" : "test");
            if (!Directory.Exists(of))
            {
                continue;
            }
            foreach (var kind in Directory.EnumerateDirectories(of).Order(StringComparer.Ordinal))
            {
                var name = Path.GetFileName(kind);
                var defect = string.Equals(name, Good, StringComparison.OrdinalIgnoreCase) ? null : name;
                foreach (var file in Directory.EnumerateFiles(kind).Where(file => Extensions.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal))
                {
                    yield return new DatasetImage(
                        file, Path.GetFileName(folder), part, defect, defect is null ? null : Mask(folder, defect, Path.GetFileNameWithoutExtension(file)));
                }
            }
        }
    }

    private static string? Mask(string folder, string defect, string stem)
        => ((string[])[$"{stem}_mask.png", $"{stem}.png", $"{stem}_mask.bmp", $"{stem}.bmp"])
            .Select(name => Path.Combine(folder, "ground_truth", defect, name))
            .FirstOrDefault(File.Exists);
}
