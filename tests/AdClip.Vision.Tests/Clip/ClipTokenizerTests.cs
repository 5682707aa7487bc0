using System.Text.Json;
using AdClip.Testing;
using AdClip.Vision.Clip;

namespace AdClip.Vision.Tests.Clip;

public sealed class ClipTokenizerTests
{
    private static readonly Lazy<ClipTokenizer> OpenAi = new(() => new ClipTokenizer(BytePairVocabulary.Read(Golden.Vocabulary, "OpenAI CLIP", 49408), 77));

    // Text decoded in the wrong encoding, which only the ftfy library guesses back.
    private static readonly string[] Misread = ["schÃ¶n", "â€œquotedâ€\u009d", "lâ€™humanitÃ©", "Ã©", "cafÃ© &amp; thÃ©", "Â\u00a0x"];

    [Fact]
    public void Encode_GoldenTexts_ExactIds()
    {
        using var cases = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Require("golden/text/tokenizer/cases.json")));
        var wrong = new List<string>();
        foreach (var entry in cases.RootElement.EnumerateArray())
        {
            var text = entry.GetProperty("text").GetString()!;
            if (text == "&NotEqual;")
            {
                continue; // a name of HTML 5 alone
            }
            var ids = Misread.Contains(text) ? "ids_without_ftfy" : "ids";
            int[] expected = [.. entry.GetProperty(ids).EnumerateArray().Select(id => id.GetInt32())];
            var actual = OpenAi.Value.Encode(text);
            if (!actual.SequenceEqual(expected))
            {
                wrong.Add($"{JsonSerializer.Serialize(text)}: {string.Join(' ', actual)} instead of {string.Join(' ', expected)}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void TruncatedSequence_LongTexts_CutWithTheEndLast()
    {
        var folder = SharedFolder.Require("golden/text/tokenizer");
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "case.json")));
        var rows = NpyInts(Path.Combine(folder, "tokenize_77_truncated.npy"));
        var texts = golden.RootElement.GetProperty("long_strings").EnumerateArray().Select(text => text.GetString()!).ToArray();
        var raises = golden.RootElement.GetProperty("too_long_raises").EnumerateArray().Select(flag => flag.GetBoolean()).ToArray();

        for (var i = 0; i < texts.Length; i++)
        {
            var ids = OpenAi.Value.TruncatedSequence(texts[i]);
            Assert.Equal(rows.Skip(i * 77).Take(77), ids.Concat(new int[77 - ids.Length]));
            if (raises[i])
            {
                Assert.Equal(RefusalCode.TextTooLong, Assert.Throws<RefusedInputException>(() => OpenAi.Value.Sequence(texts[i])).Code);
            }
        }
    }

    [Fact]
    public void Sequence_EmbeddedModel_ItsGoldenIds()
    {
        var folder = Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini");
        var ids = WeightFile.Open(Path.Combine(folder, "golden.safetensors")).Require("token_ids").ReadFloats();
        var tokenizer = new ClipTokenizer(BytePairVocabulary.Read(folder, "adclip-mini", 2514), 77);
        string[] prompts = ["object.", "damaged object."];

        for (var i = 0; i < prompts.Length; i++)
        {
            var sequence = tokenizer.Sequence(prompts[i]);
            Assert.Equal(ids.Skip(i * 77).Take(77), sequence.Select(id => (float)id).Concat(new float[77 - sequence.Length]));
        }
    }

    [Fact]
    public void Read_FolderWithoutVocabulary_SaysWhichFilesToAdd()
    {
        var refusal = Assert.Throws<RefusedInputException>(() => BytePairVocabulary.Read(Path.GetTempPath(), "model.pt", 49408));

        Assert.Equal(RefusalCode.VocabularyMissing, refusal.Code);
        Assert.Contains("bpe_simple_vocab_16e6.txt.gz", refusal.Message, StringComparison.Ordinal);
    }

    private static int[] NpyInts(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var start = 10 + bytes[8] + (bytes[9] << 8);
        var values = new int[(bytes.Length - start) / sizeof(int)];
        Buffer.BlockCopy(bytes, start, values, 0, values.Length * sizeof(int));
        return values;
    }
}
