using System.Text.RegularExpressions;
using AdClip.Testing;

namespace AdClip.Portal.Tests;

/// <summary>The directions in which code may look, read from the sources.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string[] FeaturesInOrder =
    [
        "Accounts", "Projects", "Images", "Annotations", "Jobs", "Models", "Training", "Runs", "Inspectors", "Evaluation", "Review", "Exports", "Dashboard", "Samples",
    ];

    private static readonly string Source = Path.Combine(SharedFolder.RepositoryRoot, "src");

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
    public void OnnxRuntime_EverySource_IsNamedInOneFile()
    {
        var files = Sources(Source).Where(file => File.ReadAllText(file).Contains("using Microsoft.ML.OnnxRuntime", StringComparison.Ordinal)).Select(Path.GetFileName);
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

    private static IEnumerable<string> Sources(string folder) => Directory
        .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal))
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "node_modules"));

    [GeneratedRegex(@"AdClip\.Portal\.Features\.(\w+)")]
    private static partial Regex FeatureName();

    [GeneratedRegex(@"using (Microsoft\.AspNetCore|Microsoft\.EntityFrameworkCore|Microsoft\.Extensions|Microsoft\.Data)")]
    private static partial Regex WebOrDatabase();

    [GeneratedRegex(@"\b(IJSRuntime|NavigationManager|ComponentBase|HttpContext)\b")]
    private static partial Regex BrowserType();
}
