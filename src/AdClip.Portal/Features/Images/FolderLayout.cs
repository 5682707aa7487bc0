using AdClip.Vision.GroundTruth;

namespace AdClip.Portal.Features.Images;

/// <summary>What the folders of a path say about an image.</summary>
/// <param name="Label">Good, anomaly, or nothing said.</param>
/// <param name="DefectClass">The class that a folder of defects is named after, or null.</param>
/// <param name="MaskOf">Not null for a mask: path of its image without extension, to be compared with the end of an image's path.</param>
public sealed record FolderLayout(ImageLabel Label, string? DefectClass, string? MaskOf)
{
    private static readonly FolderLayout Nothing = new(ImageLabel.Unlabelled, null, null);

    /// <summary>Reads MVTec layout (train/good, test/CLASS, ground_truth/CLASS/NAME_mask.png) and folders simply named for the label.</summary>
    /// <param name="relativePath">Parts separated by '/'.</param>
    public static FolderLayout Read(string relativePath)
    {
        var parts = relativePath.Split('/');
        if (parts.Length < 2)
        {
            return Nothing;
        }
        var folder = parts[^2];
        if (parts.Length >= 3 && Is(parts[^3], "ground_truth"))
        {
            var stem = StemOf(parts[^1]);
            stem = stem.EndsWith("_mask", StringComparison.OrdinalIgnoreCase) ? stem[..^"_mask".Length] : stem;
            return new FolderLayout(ImageLabel.Anomaly, folder, string.Join('/', [.. parts[..^3], "test", folder, stem]));
        }
        if (parts.Length >= 3 && (Is(parts[^3], "train") || Is(parts[^3], "test")))
        {
            return Is(folder, "good") ? new FolderLayout(ImageLabel.Good, null, null) : new FolderLayout(ImageLabel.Anomaly, folder, null);
        }
        if (Is(folder, "good") || Is(folder, "ok"))
        {
            return new FolderLayout(ImageLabel.Good, null, null);
        }
        return Is(folder, "anomaly") || Is(folder, "defect") || Is(folder, "defective") || Is(folder, "bad") || Is(folder, "ng")
            ? new FolderLayout(ImageLabel.Anomaly, null, null)
            : Nothing;
    }

    /// <summary>The path without the file's extension.</summary>
    public static string StemOf(string path)
    {
        var dot = path.LastIndexOf('.');
        return dot > path.LastIndexOf('/') + 1 ? path[..dot] : path;
    }

    private static bool Is(string folder, string name) => folder.Equals(name, StringComparison.OrdinalIgnoreCase);
}
