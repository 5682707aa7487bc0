using System.Text.RegularExpressions;
using AdClip.Portal.Features.Review;
using AdClip.Portal.Shell.Parts;
using AdClip.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Tests.Shell.Parts;

/// <summary>What people are told of keys is what the scripts listen to. That keys do not collide is tested beside the scripts (keys.test.ts).</summary>
public sealed partial class KeyMapTests
{
    [Fact]
    public void Guide_EverySurface_ListsTheKeysOfTheMap()
    {
        var guide = File.ReadAllText(Path.Combine(SharedFolder.RepositoryRoot, "docs", "guide", "keys.md"));
        var tables = Table().Matches(guide).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        Assert.Equal(KeyMap.Surfaces.Order(), tables.Keys.Order());
        foreach (var surface in KeyMap.Surfaces)
        {
            var told = Row().Matches(tables[surface]).Select(row => string.Join(' ', Key().Matches(row.Groups[1].Value).Select(key => key.Groups[1].Value)));
            Assert.Equal(KeyMap.Commands(surface).Select(command => string.Join(' ', KeyMap.KeysOf(surface, command))), told);
        }
    }

    [Theory]
    [InlineData(false, "review")]
    [InlineData(true, "teaching")]
    public void Legend_OfTheResultPage_NamesEveryCommandThatIsHeard(bool isTeaching, string surface)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddLocalization();
        using var provider = services.BuildServiceProvider();
        var rows = ResultKeys.Legend(isTeaching, provider.GetRequiredService<IStringLocalizer<ReviewText>>());

        var told = rows.SelectMany(row => row.Commands.Select(command => (row.Surface, command))).ToList();
        Assert.Equal(told.Count, told.Distinct().Count());
        var heard = ((string[])["result", surface]).SelectMany(one => KeyMap.Commands(one).Select(command => (one, command)));
        Assert.Equal(heard.Order(), told.Order());
        Assert.All(rows, row => Assert.DoesNotMatch("^Keys[A-Z]", row.Text));
    }

    [Fact]
    public void Pages_EveryKeyAndCommandTheyName_AreInTheMap()
    {
        var portal = Path.Combine(SharedFolder.RepositoryRoot, "src", "AdClip.Portal");
        var markup = Directory.EnumerateFiles(portal, "*.razor", SearchOption.AllDirectories).Select(File.ReadAllText).ToList();
        var commands = markup.SelectMany(text => ButtonCommand().Matches(text)).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(commands);
        Assert.Empty(commands.Except(KeyMap.Commands("gallery")));
        var named = markup.SelectMany(text => NamedKey().Matches(text)).Select(match => (match.Groups[1].Value, match.Groups[2].Value)).ToList();
        Assert.NotEmpty(named);
        Assert.All(named, one => Assert.Contains(one.Item2, KeyMap.Commands(one.Item1)));
    }

    [Fact]
    public void Verdicts_EachOfTheirCommands_FilesOne()
    {
        Assert.Equal(
            Enum.GetValues<ReviewVerdict>().Order(),
            KeyMap.Commands("review").Select(ResultVerdict.VerdictOf).OfType<ReviewVerdict>().Order());
        Assert.All(KeyMap.Commands("result"), command => Assert.Null(ResultVerdict.VerdictOf(command)));
    }

    [Theory]
    [InlineData("labeler", "redo", "Ctrl+Shift+Z", "Control+Shift+Z")]
    [InlineData("labeler", "zoomOut", "−", "-")]
    [InlineData("labeler", "resize", "Alt+← ↑ → ↓", "Alt+Arrows")]
    [InlineData("gallery", "drop", "Esc", "Escape")]
    [InlineData("review", "falseAlarm", "K", "K")]
    public void KeyOf_ACommand_IsWrittenForPeopleAndForScreenReaders(string surface, string command, string label, string aria) =>
        Assert.Equal((label, aria), (KeyMap.KeyOf(surface, command), KeyMap.AriaKeyOf(surface, command)));

    [GeneratedRegex(@"<!-- keys of (\w+) -->\s+((?:\|.*\n?)+)")]
    private static partial Regex Table();

    [GeneratedRegex(@"^\| ((?:`[^`]+` ?)+)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Key();

    [GeneratedRegex(@"data-command=""(\w+)""")]
    private static partial Regex ButtonCommand();

    [GeneratedRegex(@"KeyMap\.\w+\(""(\w+)"", ""(\w+)""\)")]
    private static partial Regex NamedKey();
}
