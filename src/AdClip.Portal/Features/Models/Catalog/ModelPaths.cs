using AdClip.Vision;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Models.Catalog;

/// <summary>Which paths of the server an administrator may add models from.</summary>
public sealed class ModelPaths(IOptions<ModelsOptions> options)
{
    public IReadOnlyList<string> Allowed => [.. options.Value.AllowedFolders];

    /// <summary>The full path, with links followed, if it lies within an allowed folder.</summary>
    /// <exception cref="RefusedInputException">It does not, or nothing is there.</exception>
    public string Check(string path)
    {
        var full = Resolve(Path.GetFullPath(path));
        // Asked before existence, so that nobody can probe the server's files.
        if (!options.Value.AllowedFolders.Any(folder => IsWithin(full, Resolve(Path.GetFullPath(folder)))))
        {
            throw new RefusedInputException(
                RefusalCode.ModelFolderNotAllowed,
                $"{path} is not within a folder that models may be added from ({string.Join(", ", options.Value.AllowedFolders)}); set Models:AllowedFolders.",
                path, string.Join(", ", options.Value.AllowedFolders));
        }
        return File.Exists(full) || Directory.Exists(full)
            ? full
            : throw new RefusedInputException(RefusalCode.FileMissing, $"{path} is neither a file nor a folder.", path);
    }

    private static bool IsWithin(string path, string folder) =>
        path == folder || path.StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The path with every link on the way followed, so that a link cannot lead out of an allowed folder.</summary>
    private static string Resolve(string path)
    {
        var parent = Path.GetDirectoryName(path);
        if (parent is null)
        {
            return path;
        }
        var here = Path.Combine(Resolve(parent), Path.GetFileName(path));
        FileSystemInfo info = Directory.Exists(here) ? new DirectoryInfo(here) : new FileInfo(here);
        // A part that is not there cannot be a link.
        return info.Exists ? info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? here : here;
    }
}
