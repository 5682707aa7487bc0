using System.Text.RegularExpressions;
using System.Xml.Linq;
using AdClip.Testing;
using AdClip.Vision;

namespace AdClip.Portal.Tests;

/// <summary>Every text exists in both languages, and every page takes its texts from there.</summary>
public sealed partial class ResourceTests
{
    private static readonly string Portal = Path.Combine(SharedFolder.RepositoryRoot, "src", "AdClip.Portal");

    [Fact]
    public void Texts_EveryFile_HaveTheSameKeysAndArgumentsInBothLanguages()
    {
        var files = EnglishFiles().ToList();
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var english = Read(file);
            var korean = Read(file.Replace(".resx", ".ko.resx", StringComparison.Ordinal));
            Assert.Equal(english.Keys.Order(), korean.Keys.Order());
            foreach (var (key, text) in english)
            {
                Assert.False(string.IsNullOrWhiteSpace(text) || string.IsNullOrWhiteSpace(korean[key]), $"{Path.GetFileName(file)}: {key} is empty");
                Assert.True(Arguments(text).SetEquals(Arguments(korean[key])), $"{Path.GetFileName(file)}: {key} names other arguments in Korean");
            }
        }
    }

    [Fact]
    public void Texts_EveryKeyUsedInAPage_Exists()
    {
        var known = EnglishFiles().SelectMany(file => Read(file).Keys).ToHashSet();
        var missing =
            from file in Directory.EnumerateFiles(Portal, "*.razor", SearchOption.AllDirectories)
            from key in UsedKey().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)
            where !known.Contains(key)
            select $"{Path.GetFileName(file)}: {key}";
        Assert.Empty(missing);
    }

    [Fact]
    public void Refusals_EveryCode_HasASentence()
    {
        var sentences = Read(Path.Combine(Portal, "Shell", "Refusals", "RefusalText.resx"));
        Assert.Empty(Enum.GetNames<RefusalCode>().Except(sentences.Keys));
    }

    [Fact]
    public void Pages_EveryMarkup_HoldsNoHardCodedKorean()
    {
        var wrong = Directory.EnumerateFiles(Portal, "*.razor", SearchOption.AllDirectories).Where(file => Hangul().IsMatch(File.ReadAllText(file)));
        Assert.Empty(wrong);
    }

    private static IEnumerable<string> EnglishFiles() => Directory
        .EnumerateFiles(Portal, "*.resx", SearchOption.AllDirectories)
        .Where(file => !file.EndsWith(".ko.resx", StringComparison.Ordinal) && !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static Dictionary<string, string> Read(string file) => XDocument.Load(file).Root!
        .Elements("data").ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value);

    private static HashSet<string> Arguments(string text) => Argument().Matches(text).Select(match => match.Groups[1].Value).ToHashSet();

    [GeneratedRegex(@"\{(\d+)")]
    private static partial Regex Argument();

    [GeneratedRegex(@"(?:Text|Common)\[""(\w+)""[,\]]")]
    private static partial Regex UsedKey();

    [GeneratedRegex(@"[\uAC00-\uD7AF]")]
    private static partial Regex Hangul();
}
