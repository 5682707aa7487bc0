using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace AdClip.Portal.Tests;

/// <summary>Which types are named across folders, read from the sources: folder by folder, and who knows the kinds of detectors.</summary>
/// <remarks>
/// A type counts for a file that sees its namespace and names it outside comments and strings. Types within types, extension methods,
/// generated code and what the compiler infers (var) are not seen.
/// </remarks>
internal sealed partial class ImportPicture
{
    /// <summary>The types that a new kind of scorer would stand beside.</summary>
    private static readonly string[] DetectorKinds = ["DetectionModel", "FittedDetector", "Scorer", "DetectorVersion"];

    private readonly List<Source> _sources;
    private readonly ILookup<string, (string Namespace, string Folder)> _types;

    private ImportPicture(List<Source> sources)
    {
        _sources = sources;
        _types = sources.SelectMany(source => source.Declares.Select(name => (name, source.Namespace, source.Folder))).Distinct()
            .ToLookup(type => type.name, type => (type.Namespace, type.Folder));
    }

    /// <summary>The picture as Markdown.</summary>
    /// <param name="src">The folder that holds the projects.</param>
    public static string Of(string src) => new ImportPicture(Read(src)).ToMarkdown();

    /// <summary>Types of one name in several places, as "Name: namespace, namespace"; two files of one class are one place.</summary>
    /// <param name="src">The folder that holds the projects.</param>
    public static IReadOnlyList<string> NamesDeclaredTwice(string src) =>
    [
        .. from type in new ImportPicture(Read(src))._types
           where type.Key != "_Imports" && type.Count() > 1
           orderby type.Key
           select $"{type.Key}: {string.Join(", ", type.Select(place => place.Namespace))}",
    ];

    private static List<Source> Read(string src)
    {
        var usings = new Dictionary<string, string[]>();
        var sources = Directory.EnumerateFiles(src, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(src, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(file => Path.GetExtension(file) is ".cs" or ".razor"
                && !file.Split('/').Any(part => part is "bin" or "obj" or "node_modules" or "Migrations"))
            .Order(StringComparer.Ordinal)
            .Select(file => Source.Read(file, File.ReadAllText(Path.Combine(src, file)), usings))
            .ToList();
        foreach (var source in sources.Where(source => source.IsRazor))
        {
            source.Sees.UnionWith(usings.Where(pair => source.File.StartsWith(pair.Key, StringComparison.Ordinal)).SelectMany(pair => pair.Value));
        }
        return sources;
    }

    private string ToMarkdown()
    {
        var uses = _sources.SelectMany(source => UsedBy(source).Select(used => (From: source.Folder, To: used.Folder, used.Name)))
            .Where(use => use.From != use.To)
            .Distinct()
            .GroupBy(use => (use.From, use.To))
            .ToDictionary(group => group.Key, group => group.Count());
        var text = new StringBuilder();
        var features = InOrder([.. Folders("Features/")], uses);
        List<string> portal = ["Storage", "Shell", .. features, "Program"];
        text.Append("### Portal\n\nHow many types of the column's folder the row's folder names.\n\n");
        Matrix(text, portal, [.. portal.Where(folder => folder != "Program"), "Vision"], uses);
        var vision = InOrder([.. Folders("Vision/")], uses);
        text.Append("\n### Vision\n\n");
        Matrix(text, [.. vision, "Cli", "Portal"], vision, uses);
        Detectors(text);
        return text.ToString();
    }

    private IEnumerable<string> Folders(string prefix) =>
        _sources.Select(source => source.Folder).Where(folder => folder.StartsWith(prefix, StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal);

    /// <summary>Each folder after those that it uses; of several that could follow, the first by name. Folders in a circle come last.</summary>
    private static List<string> InOrder(List<string> folders, Dictionary<(string From, string To), int> uses)
    {
        List<string> placed = [];
        while (folders.Find(folder => folders.TrueForAll(other => other == folder || !uses.ContainsKey((folder, other)))) is { } next)
        {
            placed.Add(next);
            folders.Remove(next);
        }
        return [.. placed, .. folders];
    }

    private static void Matrix(StringBuilder text, List<string> rows, List<string> columns, Dictionary<(string From, string To), int> uses)
    {
        text.Append("| |").AppendJoin('|', columns.Select(column => $" {Short(column)} "))
            .Append("|\n|---|").Insert(text.Length, "---:|", columns.Count).Append('\n');
        foreach (var row in rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Short(row)} |").AppendJoin('|', columns.Select(column => Cell(row, column))).Append("|\n");
        }

        static string Short(string folder) => folder[(folder.IndexOf('/', StringComparison.Ordinal) + 1)..];

        string Cell(string row, string column)
        {
            var count = uses.Where(use => Is(use.Key.From, row) && Is(use.Key.To, column)).Sum(use => use.Value);
            return count == 0 ? " " : string.Create(CultureInfo.InvariantCulture, $" {count} ");
        }

        // "Vision" is all its folders, "Portal" is whatever is neither Vision nor the command line.
        static bool Is(string folder, string wanted) => wanted switch
        {
            "Vision" => folder == "Vision" || folder.StartsWith("Vision/", StringComparison.Ordinal),
            "Portal" => folder != "Cli" && folder != "Vision" && !folder.StartsWith("Vision/", StringComparison.Ordinal),
            _ => folder == wanted,
        };
    }

    private void Detectors(StringBuilder text)
    {
        text.Append("\n### Who knows the kinds of detectors\n\nFiles outside Vision that name them.\n\n| Type | Files |\n|---|---:|\n");
        var outside = _sources.Where(source => source.Folder != "Vision" && !source.Folder.StartsWith("Vision/", StringComparison.Ordinal)).ToList();
        var known = outside.Select(source => (
                source.File,
                Kinds: UsedBy(source).Select(used => used.Name).Concat(source.Declares).Intersect(DetectorKinds).ToList()))
            .Where(file => file.Kinds.Count > 0)
            .ToList();
        foreach (var kind in DetectorKinds)
        {
            text.Append(CultureInfo.InvariantCulture, $"| `{kind}` | {known.Count(file => file.Kinds.Contains(kind))} |\n");
        }
        text.Append(CultureInfo.InvariantCulture, $"| any of them | {known.Count} |\n");
        text.Append(CultureInfo.InvariantCulture,
            $"| two of them or more, so that a further kind changes them | {known.Count(file => file.Kinds.Count > 1)} |\n\n");
        foreach (var file in known)
        {
            text.Append(CultureInfo.InvariantCulture, $"- `{file.File}`: ").AppendJoin(", ", file.Kinds).Append('\n');
        }
    }

    /// <summary>The types of other namespaces that a file names, and where they are declared.</summary>
    private IEnumerable<(string Name, string Folder)> UsedBy(Source source) =>
        from name in source.Names
        where !source.Declares.Contains(name)
        from type in _types[name]
        where source.Sees.Contains(type.Namespace) || (source.Namespace + ".").StartsWith(type.Namespace + ".", StringComparison.Ordinal)
        select (name, type.Folder);

    private sealed record Source(
        string File, string Folder, string Namespace, bool IsRazor, HashSet<string> Sees, HashSet<string> Declares, HashSet<string> Names)
    {
        public static Source Read(string file, string text, Dictionary<string, string[]> usings)
        {
            var isRazor = file.EndsWith(".razor", StringComparison.Ordinal);
            var place = file[..(file.LastIndexOf('/') + 1)];
            var space = NamespaceLine().Match(text) is { Success: true } match ? match.Groups[1].Value : place.TrimEnd('/').Replace('/', '.');
            var sees = UsingLine().Matches(text).Select(found => found.Groups[1].Value).ToHashSet();
            if (file.EndsWith("_Imports.razor", StringComparison.Ordinal))
            {
                usings[place] = [.. sees];
            }
            var code = isRazor ? RazorComment().Replace(text, " ") : CommentOrString().Replace(text, " ");
            var declares = isRazor
                ? [Path.GetFileNameWithoutExtension(file)]
                : Declaration().Matches(code).Select(found => found.Groups[1].Value).ToHashSet();
            return new Source(
                file, FolderOf(file), space, isRazor, sees, declares,
                [.. TypeName().Matches(UsingLine().Replace(code, "")).Select(found => found.Value)]);
        }

        private static string FolderOf(string file) => file.Split('/') switch
        {
            ["AdClip.Portal", "Features", var feature, _, ..] => $"Features/{feature}",
            ["AdClip.Portal", var folder, _, ..] => folder,
            ["AdClip.Vision", var folder, _, ..] => $"Vision/{folder}",
            ["AdClip.Portal", _] => "Program",
            [var project, ..] => project["AdClip.".Length..],
            _ => file,
        };
    }

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^@?using (?:static |\w+ = )?([\w.]+);?\s*$", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"@\*.*?\*@", RegexOptions.Singleline)]
    private static partial Regex RazorComment();

    [GeneratedRegex("""""
        //[^\n]*|/\*.*?\*/|\"\"\".*?\"\"\"|"(?:\\.|[^"\\\n])*"
        """"", RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex CommentOrString();

    // Types of a file-scoped namespace begin at the margin.
    [GeneratedRegex(
        @"^(?:(?:public|internal|static|sealed|abstract|partial|readonly|ref|unsafe|file) )*"
            + @"(?:class|struct|interface|enum|record(?: struct| class)?) ([A-Z]\w*)",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();

    // Not a member: those follow a dot.
    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*")]
    private static partial Regex TypeName();
}
