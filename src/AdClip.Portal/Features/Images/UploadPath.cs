using System.Globalization;
using AdClip.Vision;

namespace AdClip.Portal.Features.Images;

/// <summary>The name that a file came with, made harmless. It never becomes a path on this machine: bytes are stored by their hash.</summary>
/// <param name="FileName">Last part, for people.</param>
/// <param name="RelativePath">All parts separated by '/'.</param>
public sealed record UploadPath(string FileName, string RelativePath)
{
    /// <summary>Keeps letters, marks and signs of every script as they are; control characters and those that turn text around become '_'.</summary>
    /// <exception cref="RefusedInputException">The path is absolute or leaves its folder.</exception>
    public static UploadPath Read(string? given)
    {
        var normal = (given ?? "").Replace('\\', '/');
        var isAbsolute = normal.StartsWith('/') || (normal.Length >= 2 && normal[1] == ':' && char.IsAsciiLetter(normal[0]));
        var parts = normal.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").Select(Clean).ToList();
        if (isAbsolute || parts.Contains(".."))
        {
            throw new RefusedInputException(
                RefusalCode.UnsafePath,
                $"The path \"{Clean(given ?? "")}\" leads out of its folder. Pack the files with relative paths.",
                Clean(given ?? ""));
        }
        if (parts.Count == 0)
        {
            parts.Add("image");
        }
        parts[^1] = Shorten(parts[^1], ImageTable.MaxFileName);
        var path = string.Join('/', parts);
        // A deep path loses its outermost folders: the inner ones say more about the file.
        while (path.Length > ImageTable.MaxRelativePath && parts.Count > 1)
        {
            parts.RemoveAt(0);
            path = string.Join('/', parts);
        }
        return new UploadPath(parts[^1], path);
    }

    /// <summary>For messages and lists: the given text without characters that could disturb them.</summary>
    public static string Clean(string text)
    {
        if (!text.Any(IsDisturbing))
        {
            return text;
        }
        return string.Create(text.Length, text, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
            {
                target[i] = IsDisturbing(source[i]) ? '_' : source[i];
            }
        });
    }

    /// <summary>Control characters and the bidirectional overrides; joiners stay, since emoji and some scripts need them.</summary>
    private static bool IsDisturbing(char c) =>
        char.IsControl(c) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u2028' or '\u2029' or '\uFFFE' or '\uFFFF';

    /// <summary>Cuts the middle, never through a character, and keeps the extension.</summary>
    private static string Shorten(string name, int most)
    {
        if (name.Length <= most)
        {
            return name;
        }
        var extension = Path.GetExtension(name) is { Length: <= 10 } shortOne ? shortOne : "";
        var elements = StringInfo.GetTextElementEnumerator(name);
        var kept = 0;
        while (elements.MoveNext() && elements.ElementIndex + elements.GetTextElement().Length <= most - extension.Length)
        {
            kept = elements.ElementIndex + elements.GetTextElement().Length;
        }
        return name[..kept] + extension;
    }
}
