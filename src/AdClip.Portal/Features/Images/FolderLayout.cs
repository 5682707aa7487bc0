using AdClip.Vision.GroundTruth;

namespace AdClip.Portal.Features.Images;

/// <summary>What the folders of a path say about an image.</summary>
/// <param name="Label">Good, anomaly, or nothing said.</param>
/// <param name="DefectClass">The class that a folder of defects is named after, or null.</param>
/// <param name="MaskOf">Not null for a mask: path of its image without extension, to be compared with the end of an image's path.</param>
/// <param name="Split">By the nearest folder named train or test; masks belong to test images.</param>
public sealed record FolderLayout(ImageLabel Label, string? DefectClass, string? MaskOf, ImageSplit Split = ImageSplit.Unassigned)
{
    private static readonly FolderLayout Nothing = new(ImageLabel.Unlabelled, null, null);

    /// <summary>Reads MVTec layout (train/good, test/CLASS, ground_truth/CLASS/NAME_mask.png) and folders simply named for the label or the split.</summary>
    /// <param name="relativePath">Parts separated by '/'.</param>
    public static FolderLayout Read(string relativePath)
    {
        var parts = relativePath.Split('/');
        if (parts.Length < 2)
        {
            return Nothing;
        }
        var folder = parts[^2];
        var split = SplitOf(parts.AsSpan(0, parts.Length - 1));
        if (parts.Length >= 3 && Is(parts[^3], "ground_truth"))
        {
            var stem = StemOf(parts[^1]);
            stem = stem.EndsWith("_mask", StringComparison.OrdinalIgnoreCase) ? stem[..^"_mask".Length] : stem;
            return new FolderLayout(ImageLabel.Anomaly, folder, string.Join('/', [.. parts[..^3], "test", folder, stem]), ImageSplit.Test);
        }
        if (parts.Length >= 3 && (Is(parts[^3], "train") || Is(parts[^3], "test")))
        {
            return Is(folder, "good") ? new FolderLayout(ImageLabel.Good, null, null, split) : new FolderLayout(ImageLabel.Anomaly, folder, null, split);
        }
        if (Is(folder, "good") || Is(folder, "ok"))
        {
            return new FolderLayout(ImageLabel.Good, null, null, split);
        }
        return Is(folder, "anomaly") || Is(folder, "defect") || Is(folder, "defective") || Is(folder, "bad") || Is(folder, "ng")
            ? new FolderLayout(ImageLabel.Anomaly, null, null, split)
            : Nothing with { Split = split };
    }

    /// <summary>The path without the file's extension.</summary>
    public static string StemOf(string path)
    {
        var dot = path.LastIndexOf('.');
        return dot > path.LastIndexOf('/') + 1 ? path[..dot] : path;
    }

    private static ImageSplit SplitOf(ReadOnlySpan<string> folders)
    {
        for (var i = folders.Length - 1; i >= 0; i--)
        {
            if (Is(folders[i], "train") || Is(folders[i], "test"))
            {
                return Is(folders[i], "train") ? ImageSplit.Train : ImageSplit.Test;
            }
        }
        return ImageSplit.Unassigned;
    }

    private static bool Is(string folder, string name) => folder.Equals(name, StringComparison.OrdinalIgnoreCase);
}
