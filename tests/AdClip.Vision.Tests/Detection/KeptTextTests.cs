using AdClip.Testing;
using AdClip.Vision.Detection;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Tests.Detection;

public sealed class KeptTextTests : IDisposable
{
    private static readonly string Model = Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini");
    private readonly string _folder = Directory.CreateTempSubdirectory("adclip-texts-").FullName;

    [Fact]
    public void Score_KeptTokensAndTexts_OpensNoEncoderAndGivesTheSameBits()
    {
        var settings = new PromptSettings(PromptKind.Lists, "plate", ["flawless {}", "정상 {}"], ["scratched {}"]);
        byte[] file;
        Vision.Detection.Detection fresh;
        using (var first = DetectionModel.Open(Model, new DetectorOptions(TextFolder: _folder)))
        {
            Assert.False(first.IsEncoderOpen);
            var tokens = first.Encode(Pixels());
            Assert.True(first.IsEncoderOpen);
            file = TokenFile.Write(tokens, "image");
            fresh = first.CreateScorer(settings, []).Score(tokens, null);
        }

        using var second = DetectionModel.Open(Model, new DetectorOptions(TextFolder: _folder));
        var kept = second.CreateScorer(settings, []).Score(TokenFile.Read(file, second.EncoderId, "image"), null);

        Assert.False(second.IsEncoderOpen);
        Assert.Equal((fresh.Score, fresh.ClassProbability), (kept.Score, kept.ClassProbability));
        Assert.Equal(fresh.Map.Values, kept.Map.Values);
    }

    [Fact]
    public void EncodePrompts_KeptFile_IsReadInsteadOfEncoding()
    {
        var settings = new PromptSettings(PromptKind.Pair, "plate");
        TextPair made;
        string id;
        using (var first = DetectionModel.Open(Model, new DetectorOptions(TextFolder: _folder)))
        {
            made = first.RequireWords().EncodePrompts(settings);
            id = first.RequireWords().TextIdOf(settings);
        }
        // What lies there is what comes out: vectors that no encoder gives.
        float[] up = [1, .. new float[127]], down = [-1, .. new float[127]];
        TextPairFile.Keep(_folder, id, new TextPair(up, down));
        using (var second = DetectionModel.Open(Model, new DetectorOptions(TextFolder: _folder)))
        {
            Assert.Equal(up, second.RequireWords().EncodePrompts(settings).Normal);
        }

        // Damaged anywhere, it is made again.
        var path = Assert.Single(Directory.GetFiles(_folder));
        var whole = File.ReadAllBytes(path);
        for (var at = 0; at < whole.Length; at++)
        {
            whole[at] ^= 0x10;
            File.WriteAllBytes(path, whole);
            Assert.Null(TextPairFile.Find(_folder, id));
            whole[at] ^= 0x10;
        }
        File.WriteAllBytes(path, whole.AsSpan(0, whole.Length / 2));
        using var third = DetectionModel.Open(Model, new DetectorOptions(TextFolder: _folder));
        Assert.Equal(made.Abnormal, third.RequireWords().EncodePrompts(settings).Abnormal);
    }

    [Fact]
    public void TextIdOf_OtherWordsNameOrModel_Differs()
    {
        using var detector = DetectionModel.Open(Model);
        string[] ids =
        [
            detector.RequireWords().TextIdOf(new PromptSettings(PromptKind.Pair, "plate")),
            detector.RequireWords().TextIdOf(new PromptSettings(PromptKind.Pair, "cup")),
            detector.RequireWords().TextIdOf(new PromptSettings(PromptKind.Ensemble, "plate")),
            detector.RequireWords().TextIdOf(new PromptSettings(PromptKind.Lists, "plate", ["a", "b"], ["c"])),
            detector.RequireWords().TextIdOf(new PromptSettings(PromptKind.Lists, "plate", ["a"], ["b", "c"])),
        ];

        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Equal(
            RefusalCode.PromptsEmpty,
            Assert.Throws<RefusedInputException>(() => detector.RequireWords().CheckPrompts(
                new PromptSettings(PromptKind.Lists, "plate", ["a"], []))).Code);
        Assert.Equal(RefusalCode.TextTooLong, Assert.Throws<RefusedInputException>(
            () => detector.RequireWords().CheckPrompts(
                new PromptSettings(PromptKind.Lists, "plate", ["a"], [string.Join(' ', Enumerable.Repeat("scratch", 90))]))).Code);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static float[] Pixels()
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, 3 * 224 * 224).Select(_ => (float)random.NextDouble())];
    }
}
