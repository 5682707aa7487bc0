namespace AdClip.Pretrain.Tests;

public sealed class CommandTests
{
    [Theory]
    [InlineData("--groops", "vocabulary", "--out", "x", "--groops", "2")]
    [InlineData("--out is missing", "train", "--vocabulary", "x")]
    [InlineData("\"many\"; give a whole number", "speed", "--groups", "many")]
    [InlineData("--merges: give options as --name value", "vocabulary", "--out", "x", "--merges")]
    [InlineData("--seed is given twice", "stats", "--seed", "1", "--seed", "2")]
    [InlineData("--phases has \"14\"", "train", "--phases", "14")]
    public void Run_WrongOptions_SaysWhatIsWrongBeforeAnythingIsDone(string expected, params string[] words)
    {
        var refused = Assert.Throws<ArgumentException>(() => Commands.Run(words));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists("x") || Directory.Exists("x"));
    }

    [Fact]
    public void Run_ExportWithoutVocabulary_SaysWhatToDoAndWritesNothing()
    {
        var folder = Directory.CreateTempSubdirectory("adclip-pretrain-").FullName;
        var (settings, model) = (Path.Combine(folder, "settings.json"), Path.Combine(folder, "model"));
        File.WriteAllText(settings, "{}");

        var refused = Assert.Throws<ArgumentException>(() => Commands.Run(["export", "--checkpoint", "x", "--settings", settings, "--out", model]));

        Assert.Contains($"adclip-pretrain vocabulary --out {model}", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(model));
        Directory.Delete(folder, recursive: true);
    }
}
