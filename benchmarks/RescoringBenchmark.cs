using System.Globalization;
using AdClip.Vision.Detection;
using AdClip.Vision.Tokens;

namespace AdClip.Benchmarks;

/// <summary>Scoring 500 images again from kept tokens against encoding them: the same pictures, one thread, the embedded model.</summary>
/// <remarks>
/// Encoding: read, decode, preprocess, encode, score, map. Again: read the file of tokens, check it, score, map. Neither stores a
/// result. With good images most of the time is the search for the nearest of their patches, which both do alike.
/// </remarks>
internal static class RescoringBenchmark
{
    private const int Images = 500;

    public static void Run()
    {
        using var detector = DetectionModel.Open(Models.EmbeddedFolder);
        string[] files = [.. Directory.EnumerateFiles(Models.SampleFolder, "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        var tokens = files.ToDictionary(file => file, file => detector.EncodeFile(file));
        var folder = Directory.CreateTempSubdirectory("adclip-rescoring-").FullName;
        try
        {
            for (var i = 0; i < Images; i++)
            {
                File.WriteAllBytes(PathOf(i), TokenFile.Write(tokens[files[i % files.Length]], Key(i)));
            }
            Console.WriteLine("| good images | encode, ms CPU | again, ms CPU | ratio |\n|---|---|---|---|");
            foreach (var count in (int[])[0, 10])
            {
                var scorer = detector.CreateScorer(
                    new PromptSettings(PromptKind.Pair), [.. files.Take(count).Select(file => new Reference(file, tokens[file]))]);
                var measured = Rounds.Interleave(
                    5,
                    new Candidate("encode", () => Each(i => scorer.Score(detector.EncodeFile(files[i % files.Length]), null))),
                    new Candidate("again", () => Each(i => scorer.Score(TokenFile.Read(File.ReadAllBytes(PathOf(i)), detector.EncoderId, Key(i)), null))));
                var (encode, again) = (measured[0].CpuSeconds * 1000 / Images, measured[1].CpuSeconds * 1000 / Images);
                Console.WriteLine($"| {count} | {encode:F2} | {again:F3} | {encode / again:F0} |");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        string PathOf(int image) => Path.Combine(folder, Key(image));
    }

    private static string Key(int image) => image.ToString("000", CultureInfo.InvariantCulture);

    private static void Each(Func<int, object> score)
    {
        for (var i = 0; i < Images; i++)
        {
            score(i);
        }
    }
}
