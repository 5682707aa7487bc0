using System.Text.RegularExpressions;
using AdClip.Testing;

namespace AdClip.Portal.Tests;

/// <summary>The directions in which code may look, read from the sources.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string[] FeaturesInOrder =
    [
        "Accounts", "Projects", "Images", "Annotations", "Jobs", "Models",
        "Training", "Runs", "Inspectors", "Evaluation", "Review", "Exports", "Dashboard", "Samples",
    ];

    /// <summary>The folders of AdClip.Vision; a folder may use those before it.</summary>
    private static readonly string[] VisionInOrder =
        ["Graphs", "GroundTruth", "Imaging", "Metrics", "Weights", "Tokens", "Backbones", "Detection", "Training", "Datasets"];

    /// <summary>The folders of TypeScript, and what each may import besides its own files and packages.</summary>
    private static readonly Dictionary<string, string[]> ImportsAllowed = new()
    {
        ["contracts"] = [],
        ["shell"] = [],
        ["viewer"] = [],
        ["charts"] = [],
        ["images"] = ["shell"],
        ["dashboard"] = ["images", "shell"],
        ["models"] = ["shell"],
        ["training"] = ["shell"],
        ["annotations"] = ["contracts", "shell", "viewer"],
        ["review"] = ["annotations", "shell", "viewer"],
    };

    /// <summary>With more, nobody sees at a construction which value is which: those have required properties.</summary>
    private const int MostPositionalFields = 8;

    private static readonly string Source = Path.Combine(SharedFolder.RepositoryRoot, "src");
    private static readonly string Tools = Path.Combine(SharedFolder.RepositoryRoot, "tools");
    private static readonly string Assets = Path.Combine(SharedFolder.RepositoryRoot, "wwwroot-assets");

    [Fact]
    public void Features_EverySource_LooksUpstreamOnly()
    {
        var features = Path.Combine(Source, "AdClip.Portal", "Features");
        var unknown = Directory.GetDirectories(features).Select(Path.GetFileName).Except(FeaturesInOrder);
        Assert.Empty(unknown);

        var wrong =
            from file in Sources(features)
            let own = Array.IndexOf(FeaturesInOrder, Path.GetRelativePath(features, file).Split(Path.DirectorySeparatorChar)[0])
            from used in FeatureName().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)
            where Array.IndexOf(FeaturesInOrder, used) > own
            select $"{Path.GetRelativePath(features, file)} uses {used}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void ShellAndStorage_EverySource_KnowNoFeature()
    {
        // Migrations are generated from the features' tables, whose names they hold as text.
        var wrong =
            from folder in new[] { "Shell", "Storage" }
            from file in Sources(Path.Combine(Source, "AdClip.Portal", folder))
            where !file.Contains($"{Path.DirectorySeparatorChar}Migrations{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            where FeatureName().IsMatch(File.ReadAllText(file))
            select file;
        Assert.Empty(wrong);
    }

    [Fact]
    public void Imports_Razor_NameNoFeature() =>
        Assert.DoesNotMatch(FeatureName(), File.ReadAllText(Path.Combine(Source, "AdClip.Portal", "_Imports.razor")));

    [Fact]
    public void Vision_EverySource_KnowsNumbersOnly()
    {
        var wrong = Sources(Path.Combine(Source, "AdClip.Vision")).Where(file => WebOrDatabase().IsMatch(File.ReadAllText(file)));
        Assert.Empty(wrong);
    }

    [Fact]
    public void Vision_EverySource_LooksBackInTheOrderOnly()
    {
        var vision = Path.Combine(Source, "AdClip.Vision");
        var unknown = Directory.GetDirectories(vision).Select(Path.GetFileName).Except([.. VisionInOrder, "bin", "obj"]);
        Assert.Empty(unknown);

        // A file beside the folders has no room (-1): it may use none.
        var wrong =
            from file in Sources(vision)
            let own = Array.IndexOf(VisionInOrder, Path.GetRelativePath(vision, file).Split(Path.DirectorySeparatorChar)[0])
            from used in VisionRoom().Matches(File.ReadAllText(file)).Select(match => match.Groups["room"].Value)
            where Array.IndexOf(VisionInOrder, used) > own
            select $"{Path.GetRelativePath(vision, file)} uses {used}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void Assets_EveryFolder_ImportsWhatItMayOnly()
    {
        var wrong =
            from pair in Imports()
            from used in pair.Value
            let own = FolderOf(pair.Key)
            let other = FolderOf(used)
            where own != other && !(ImportsAllowed.TryGetValue(own, out var allowed) && allowed.Contains(other))
            select $"{pair.Key} imports {used}";
        Assert.Empty(wrong);
        Assert.Empty(Imports().Keys.Select(FolderOf).Except(ImportsAllowed.Keys));

        static string FolderOf(string file) => file.Contains('/', StringComparison.Ordinal) ? file[..file.IndexOf('/', StringComparison.Ordinal)] : "";
    }

    [Fact]
    public void Assets_Imports_MakeNoCircle()
    {
        // Files that import none of those left, or that none of those left imports, are taken away: circles remain.
        var left = Imports();
        bool IsFree(string file) => !left[file].Any(left.ContainsKey) || !left.Values.Any(used => used.Contains(file));
        while (left.Keys.Where(IsFree).ToList() is { Count: > 0 } free)
        {
            free.ForEach(file => left.Remove(file));
        }
        Assert.Empty(left.Select(pair => $"{pair.Key} imports {string.Join(", ", pair.Value.Where(left.ContainsKey))}"));
    }

    [Fact]
    public void OnnxRuntime_EverySource_IsNamedInOneFile()
    {
        var files = Sources(Source)
            .Where(file => File.ReadAllText(file).Contains("using Microsoft.ML.OnnxRuntime", StringComparison.Ordinal))
            .Select(Path.GetFileName);
        Assert.Empty(files.Except(["OnnxSession.cs"]));
    }

    [Fact]
    public void States_EverySource_KnowNoBrowser()
    {
        var wrong = Sources(Path.Combine(Source, "AdClip.Portal", "Features"))
            .Where(file => file.EndsWith("State.cs", StringComparison.Ordinal))
            .Where(file => BrowserType().IsMatch(File.ReadAllText(file)));
        Assert.Empty(wrong);
    }

    [Fact]
    public void Records_Positional_HaveAtMostEightFields()
    {
        var records = (
            from folder in new[] { Source, Tools }
            from file in Sources(folder)
            from record in PositionalRecords(File.ReadAllText(file))
            select (File: Path.GetRelativePath(SharedFolder.RepositoryRoot, file), record.Name, record.Fields)).ToList();
        Assert.Contains(records, record => record.Fields == MostPositionalFields);
        Assert.DoesNotContain(records, record => record.Fields > MostPositionalFields);
    }

    [Fact]
    public void PositionalRecords_NestedLists_CountAsOneField() =>
        Assert.Equal(
            [("Plain", 0), ("Pair", 2), ("Few", 3), ("Base", 1), ("Noted", 3)],
            PositionalRecords(
                """"
                // record Said(int A, int B, int C)
                public sealed record Bodied { public required string Text { get; init; } = "record Quoted(int A)"; }
                public sealed record Plain();
                internal readonly record struct Pair<TKey, TValue>(TKey Key, Dictionary<TKey, (int From, int To)> Values) where TKey : notnull;
                public record class Few(
                    (int X, int Y) Place, // first, second
                    [property: JsonPropertyName("a,b")] Func<int, int, bool>? Test = null,
                    string Separator = ",)");
                public sealed record Base(int[,] Grid) : Few((Grid[0, 0], 1), null, "");
                public sealed record Noted(char Comma = ',', string Path = @"C:\", string Verse = """a "b", c""");
                """"));

    /// <summary>Of every TypeScript file the files that it imports, types included; as "folder/file.ts".</summary>
    private static Dictionary<string, string[]> Imports()
    {
        var files = Directory.EnumerateFiles(Assets, "*.ts", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Assets, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(file => !file.StartsWith("node_modules/", StringComparison.Ordinal))
            .ToDictionary(file => file, ImportsOf);
        Assert.Contains(files.Values, used => used.Length > 0);
        return files;

        static string[] ImportsOf(string file) =>
        [
            .. from match in RelativeImport().Matches(File.ReadAllText(Path.Combine(Assets, file)))
               let path = Path.GetFullPath(Path.Combine(Assets, Path.GetDirectoryName(file)!, match.Groups[1].Value))
               select Path.GetRelativePath(Assets, path).Replace(Path.DirectorySeparatorChar, '/'),
        ];
    }

    /// <summary>The records of a source that are declared with a list of parameters, and how many those are.</summary>
    private static IEnumerable<(string Name, int Fields)> PositionalRecords(string source)
    {
        var code = TextOrComment().Replace(source, "");
        return PositionalRecord().Matches(code).Select(match => (match.Groups["name"].Value, Fields(code.AsSpan(match.Index + match.Length))));

        // Only commas of the list itself part its parameters: not those of tuples, type arguments, attributes or arrays in it.
        static int Fields(ReadOnlySpan<char> list)
        {
            var (depth, commas, isEmpty) = (0, 0, true);
            foreach (var c in list)
            {
                if (depth == 0 && c == ')')
                {
                    break;
                }
                depth += c is '(' or '[' or '{' or '<' ? 1 : c is ')' or ']' or '}' or '>' ? -1 : 0;
                commas += depth == 0 && c == ',' ? 1 : 0;
                isEmpty &= char.IsWhiteSpace(c);
            }
            return isEmpty ? 0 : commas + 1;
        }
    }

    private static IEnumerable<string> Sources(string folder) => Directory
        .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal))
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "node_modules"));

    [GeneratedRegex(@"AdClip\.Portal\.Features\.(\w+)")]
    private static partial Regex FeatureName();

    // "AdClip.Vision.Weights", or "Weights.WeightFile" from inside AdClip.Vision, which needs no using.
    [GeneratedRegex(
        @"AdClip\.Vision\.(?<room>[A-Z]\w+)"
        + @"|(?<![\w.])(?<room>Graphs|GroundTruth|Imaging|Metrics|Weights|Tokens|Backbones|Detection|Training|Datasets)\.\w")]
    private static partial Regex VisionRoom();

    [GeneratedRegex(@"\brecord(?:\s+(?:struct|class))?\s+(?<name>\w+)\s*(?:<[^()]*>\s*)?\(")]
    private static partial Regex PositionalRecord();

    // Raw, verbatim and other strings, characters, comments: what they hold is no code.
    [GeneratedRegex("""""
        "{3,}[\s\S]*?"{3,}|@\$?"(?:[^"]|"")*"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'|//[^\n]*|/\*[\s\S]*?\*/
        """"")]
    private static partial Regex TextOrComment();

    [GeneratedRegex("""\b(?:from|import)\s*\(?\s*["'](\.[^"']+)["']""")]
    private static partial Regex RelativeImport();

    [GeneratedRegex(@"using (Microsoft\.AspNetCore|Microsoft\.EntityFrameworkCore|Microsoft\.Extensions|Microsoft\.Data)")]
    private static partial Regex WebOrDatabase();

    [GeneratedRegex(@"\b(IJSRuntime|NavigationManager|ComponentBase|HttpContext)\b")]
    private static partial Regex BrowserType();
}
