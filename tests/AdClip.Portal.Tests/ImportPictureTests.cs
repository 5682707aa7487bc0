using AdClip.Testing;

namespace AdClip.Portal.Tests;

/// <summary>Keeps docs/architecture/imports.md true.</summary>
public sealed class ImportPictureTests
{
    private const string Regenerate = "ADCLIP_WRITE_IMPORTS";
    private const string Now = "## Now\n\n";
    private const string Before = "## Before\n\n";
    private static readonly string Document = Path.Combine(SharedFolder.RepositoryRoot, "docs", "architecture", "imports.md");

    /// <summary>
    /// With ADCLIP_WRITE_IMPORTS=1 it writes the section "Now"; with ADCLIP_WRITE_IMPORTS=FOLDER, the root of an older checkout, the
    /// section "Before".
    /// </summary>
    [Fact]
    public void Document_EverySource_IsUpToDate()
    {
        var document = File.ReadAllText(Document);
        var (now, before) = (document.IndexOf(Now, StringComparison.Ordinal), document.IndexOf(Before, StringComparison.Ordinal));
        Assert.InRange(now, 0, before);
        switch (Environment.GetEnvironmentVariable(Regenerate))
        {
            case null or "":
                var written = document[(now + Now.Length)..before].TrimEnd('\n') + "\n";
                Assert.True(
                    Picture(SharedFolder.RepositoryRoot) == written,
                    $"docs/architecture/imports.md is not what the sources say. Run this test once with {Regenerate}=1 and look at the difference.");
                break;
            case "1":
                File.WriteAllText(Document, document[..(now + Now.Length)] + Picture(SharedFolder.RepositoryRoot) + "\n" + document[before..]);
                break;
            case var older:
                File.WriteAllText(Document, document[..(before + Before.Length)] + Picture(older));
                break;
        }
    }

    [Fact]
    public void Picture_TypesOfOtherFolders_AreCountedWhereTheyAreSeenAndNamed()
    {
        using var src = new TemporarySources(
            ("AdClip.Vision/Detection/Scorer.cs", "namespace AdClip.Vision.Detection;\npublic sealed class Scorer;\npublic sealed class Unnamed;\n"),
            ("AdClip.Portal/Features/Runs/Run.cs",
                "using AdClip.Vision.Detection;\nnamespace AdClip.Portal.Features.Runs;\npublic sealed record Run(Scorer By);\n"),
            ("AdClip.Portal/Features/Review/Page.razor", "@using AdClip.Portal.Features.Runs\n@* Unnamed *@\n@code { private Run? _run; }\n"),
            ("AdClip.Portal/Features/Review/Deaf.cs",
                "namespace AdClip.Portal.Features.Review;\n// Run\ninternal static class Deaf { "
                + "public const string Text = \"Run\"; public static object Run() => new(); }\n"));

        var picture = ImportPicture.Of(src.Root);

        Assert.Contains("| | Storage | Shell | Runs | Review | Vision |\n", picture, StringComparison.Ordinal);
        Assert.Contains("| Runs | | | | | 1 |\n", picture, StringComparison.Ordinal);
        Assert.Contains("| Review | | | 1 | | |\n", picture, StringComparison.Ordinal);
        Assert.Contains("| `Scorer` | 1 |\n", picture, StringComparison.Ordinal);
        Assert.Contains("- `AdClip.Portal/Features/Runs/Run.cs`: Scorer\n", picture, StringComparison.Ordinal);
    }

    [Fact]
    public void Types_EverySource_HaveANameOfTheirOwn() => Assert.Empty(ImportPicture.NamesDeclaredTwice(Path.Combine(SharedFolder.RepositoryRoot, "src")));

    private static string Picture(string root) => ImportPicture.Of(Path.Combine(root, "src"));

    private sealed class TemporarySources : IDisposable
    {
        public TemporarySources(params IEnumerable<(string File, string Text)> files)
        {
            foreach (var (file, text) in files)
            {
                var path = Path.Combine(Root, file);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, text);
            }
        }

        public string Root { get; } = Directory.CreateTempSubdirectory("adclip-imports-").FullName;

        public void Dispose() => Directory.Delete(Root, recursive: true);
    }
}
