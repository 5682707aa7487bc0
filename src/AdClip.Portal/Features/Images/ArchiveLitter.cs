using System.IO.Compression;

namespace AdClip.Portal.Features.Images;

/// <summary>Entries of an archive that are no pictures of anybody's.</summary>
internal static class ArchiveLitter
{
    private const int UnixTypeMask = 0xF000;
    private const int UnixLink = 0xA000;
    private static readonly string[] Names = [".DS_Store", "Thumbs.db", "ehthumbs.db", "desktop.ini"];

    /// <summary>What macOS and Windows leave beside pictures.</summary>
    public static bool Is(string entryName)
    {
        var parts = entryName.Split('/', '\\');
        return parts.Contains("__MACOSX", StringComparer.Ordinal)
            || Names.Contains(parts[^1], StringComparer.OrdinalIgnoreCase)
            || parts[^1].StartsWith("._", StringComparison.Ordinal);
    }

    /// <summary>Whether the entry is a symbolic link, as archives made on Unix say it.</summary>
    public static bool IsLink(ZipArchiveEntry entry) => ((entry.ExternalAttributes >> 16) & UnixTypeMask) == UnixLink;
}
