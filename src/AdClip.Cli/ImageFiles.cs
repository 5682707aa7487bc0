using AdClip.Vision;

namespace AdClip.Cli;

/// <summary>An image to work on.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Name">Short, unique within its list, without extension unless that is what tells it from another; folders kept.</param>
internal readonly record struct ImageFile(string Path, string Name);

/// <summary>Finds the images that the user means by files and folders.</summary>
internal static class ImageFiles
{
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".gif",
    };

    /// <summary>The files themselves, and those in folders: of an MVTec-AD product its test images, else all images below but masks.</summary>
    /// <exception cref="RefusedInputException">A path that does not exist, or no image at all.</exception>
    public static IReadOnlyList<ImageFile> ToInspect(IReadOnlyList<string> paths) => Find(paths, "test");

    /// <summary>The same for good images: of an MVTec-AD product those in train/good.</summary>
    /// <exception cref="RefusedInputException">A path that does not exist, or no image at all.</exception>
    public static IReadOnlyList<ImageFile> Good(IReadOnlyList<string> paths) => Find(paths, Path.Combine("train", "good"));

    private static List<ImageFile> Find(IReadOnlyList<string> paths, string part)
    {
        var files = new List<(string Path, string Relative)>();
        var alone = paths.Where(path => !Directory.Exists(path)).Select(Path.GetFullPath).ToList();
        var shared = SharedFolder(alone);
        foreach (var path in paths.Select(Path.GetFullPath))
        {
            if (Directory.Exists(path))
            {
                var inner = Path.Combine(path, part);
                var folder = Directory.Exists(inner) ? inner : path;
                files.AddRange(Below(folder).Select(file => (file, Path.GetRelativePath(folder, file))));
            }
            else if (File.Exists(path))
            {
                files.Add((path, Path.GetRelativePath(shared, path)));
            }
            else
            {
                throw new RefusedInputException(RefusalCode.FileMissing, $"{path} is neither a file nor a folder.", path);
            }
        }
        files = [.. files.DistinctBy(file => file.Path)];
        if (files.Count == 0)
        {
            throw new RefusedInputException(
                RefusalCode.FileMissing,
                $"There is no image in {string.Join(", ", paths)}; give files, or a folder with {string.Join(", ", Extensions.Order())} files.",
                string.Join(", ", paths));
        }
        return Named(files);
    }

    private static IEnumerable<string> Below(string folder) => Directory
        .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => Extensions.Contains(Path.GetExtension(file)))
        .Where(file => !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Contains("ground_truth"))
        .Order(StringComparer.Ordinal);

    private static string SharedFolder(List<string> files)
    {
        var shared = files.Count == 0 ? "/" : Path.GetDirectoryName(files[0])!;
        while (files.Any(file => Path.GetRelativePath(shared, file).StartsWith("..", StringComparison.Ordinal)))
        {
            shared = Path.GetDirectoryName(shared)!;
        }
        return shared;
    }

    // The stem names an image; where two share it, the extension is kept; where two folders share that, a number is added.
    private static List<ImageFile> Named(List<(string Path, string Relative)> files)
    {
        var stems = files.CountBy(file => Path.ChangeExtension(file.Relative, null), StringComparer.OrdinalIgnoreCase)
            .ToDictionary(StringComparer.OrdinalIgnoreCase);
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var named = new List<ImageFile>();
        foreach (var (path, relative) in files)
        {
            var stem = Path.ChangeExtension(relative, null);
            var name = stems[stem] == 1 ? stem : relative;
            for (var i = 2; !taken.Add(name); i++)
            {
                name = $"{relative}.{i}";
            }
            named.Add(new ImageFile(path, name.Replace(Path.DirectorySeparatorChar, '/')));
        }
        return named;
    }
}
