using AdClip.Fuzz;
using AdClip.Testing;

namespace AdClip.Vision.Tests.Weights;

/// <summary>Replays the files that once harmed a reader, or were made to, and some hundred damaged ones.</summary>
/// <remarks>Ten minutes of the same for one reader: <c>dotnet run -c Release --project tools/fuzz -- READER --seconds 600</c>.</remarks>
public sealed class CorpusTests : IDisposable
{
    private const int DamagedFiles = 150;

    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-corpus").FullName;

    public static TheoryData<string> Readers => [.. Targets.All.Select(target => target.Name)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Readers))]
    public void Read_HarmfulFile_RefusedCleanlyAndSoon(string reader)
    {
        var target = Targets.All.Single(target => target.Name == reader);
        target.Prepare?.Invoke(_folder);
        var random = new Random(5);
        var kept = Directory.GetFiles(Path.Combine(SharedFolder.RepositoryRoot, "tests/AdClip.Vision.Tests/Weights/Corpus", reader))
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes)
            .ToList();

        foreach (var file in kept)
        {
            AssertClean(file);
        }
        for (var i = 0; i < DamagedFiles; i++)
        {
            AssertClean(target.Mutate(random, kept[random.Next(kept.Count)]));
        }

        void AssertClean(byte[] file)
        {
            var outcome = FuzzCase.Run(target, _folder, file);
            Assert.True(outcome.Fault is null, $"{reader}: {outcome.Fault}");
        }
    }

    [Fact]
    public void Read_FirstSeedOfEveryReader_Accepted()
    {
        foreach (var target in Targets.All)
        {
            var folder = Directory.CreateDirectory(Path.Combine(_folder, target.Name)).FullName;
            target.Prepare?.Invoke(folder);
            var outcome = FuzzCase.Run(target, folder, target.Seeds[0]);
            Assert.True(outcome.WasRead, $"{target.Name} refuses its first seed {outcome.Fault}");
        }
    }
}
