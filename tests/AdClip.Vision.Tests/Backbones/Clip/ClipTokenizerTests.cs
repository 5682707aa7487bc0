using System.IO.Compression;
using System.Text.Json;
using AdClip.Testing;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Tests.Backbones.Clip;

public sealed class ClipTokenizerTests
{
    private static readonly Lazy<ClipTokenizer> OpenAi = new(() => new ClipTokenizer(VocabularyFiles.Read(Golden.Vocabulary, "OpenAI CLIP", 49408), 77));

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
        var tokenizer = new ClipTokenizer(VocabularyFiles.Read(folder, "adclip-mini", 2514), 77);
        string[] prompts = ["object.", "damaged object."];

        for (var i = 0; i < prompts.Length; i++)
        {
            var sequence = tokenizer.Sequence(prompts[i]);
            Assert.Equal(ids.Skip(i * 77).Take(77), sequence.Select(id => (float)id).Concat(new float[77 - sequence.Length]));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_HuggingFaceFilesOfTheSameVocabulary_SameIds(bool asTokenizerJson)
    {
        var mini = Path.Combine(SharedFolder.RepositoryRoot, "data/models/adclip-mini");
        var (vocab, merges) = asTokenizerJson ? HuggingFace(mini) : OpenAiAsHuggingFace();
        var folder = Directory.CreateTempSubdirectory("adclip-vocabulary").FullName;
        try
        {
            Write(vocab, merges, asPairs: false);
            if (asTokenizerJson)
            {
                AssertSame(new ClipTokenizer(VocabularyFiles.Read(mini, "adclip-mini", vocab.Count), 77), Read());
                File.Delete(Path.Combine(folder, "tokenizer.json"));
                Write(vocab, merges, asPairs: true);
                AssertSame(new ClipTokenizer(VocabularyFiles.Read(mini, "adclip-mini", vocab.Count), 77), Read());
            }
            else
            {
                AssertSame(OpenAi.Value, Read());
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        ClipTokenizer Read() => new(VocabularyFiles.Read(folder, "test", vocab.Count), 77);

        void Write(Dictionary<string, int> vocab, string[] merges, bool asPairs)
        {
            if (!asTokenizerJson)
            {
                File.WriteAllText(Path.Combine(folder, "vocab.json"), JsonSerializer.Serialize(vocab));
                File.WriteAllLines(Path.Combine(folder, "merges.txt"), ["#version: 0.2", .. merges]);
                return;
            }
            object[] list = asPairs ? [.. merges.Select(merge => merge.Split(' '))] : [.. merges];
            var model = new { type = "BPE", end_of_word_suffix = "</w>", vocab, merges = list };
            File.WriteAllText(
                Path.Combine(folder, "tokenizer.json"), JsonSerializer.Serialize(new { version = "1.0", added_tokens = Array.Empty<object>(), model }));
        }

        static void AssertSame(ClipTokenizer expected, ClipTokenizer actual)
        {
            foreach (var text in (string[])[
                "a photo of a damaged metal nut.", "강판 표면의 긁힘", "KABEL № 7, it's 3 µm", "ＡＢＣ naïve ☕", "<|endoftext|> x",
            ])
            {
                Assert.Equal(expected.Encode(text), actual.Encode(text));
            }
        }
    }

    [Fact]
    public void Sequence_KoreanClassName_EncodedAsItsBytes()
    {
        // Every byte has a token, so no text is lost: the pieces' symbols give the text back.
        var (vocab, _) = OpenAiAsHuggingFace();
        var symbols = vocab.ToDictionary(entry => entry.Value, entry => entry.Key);

        var ids = OpenAi.Value.Sequence("손상된 강판");

        Assert.Equal((49406, 49407), (ids[0], ids[^1]));
        var bytes = string.Concat(ids[1..^1].Select(id => symbols[id])).Replace("</w>", " ", StringComparison.Ordinal).TrimEnd()
            .Select(symbol => symbol == ' ' ? (byte)' ' : (byte)BytePairVocabulary.ByteSymbols.ToList().IndexOf(symbol.ToString())).ToArray();
        Assert.Equal("손상된 강판", System.Text.Encoding.UTF8.GetString(bytes));
    }

    [Theory]
    [InlineData("""{"a": 0, "<|startoftext|>": 1, "<|endoftext|>": 1}""", "each once")]
    [InlineData("""{"a": 7, "<|startoftext|>": 1, "<|endoftext|>": 2}""", "each once")]
    [InlineData("""{"a": 2, "<|startoftext|>": 0, "<|endoftext|>": 1}""", "not the largest")]
    [InlineData("""{"a": 0, "b": 1, "<|endoftext|>": 2}""", "<|startoftext|>")]
    [InlineData("""{"a": 0, "b": 1, "c": 2, "<|startoftext|>": 3, "<|endoftext|>": 4}""", "tokens")]
    [InlineData("""{"a": "x", "<|startoftext|>": 1, "<|endoftext|>": 2}""", "vocab.json")]
    [InlineData("""[1, 2]""", "vocab.json")]
    [InlineData("""{""", "vocab.json")]
    public void Read_DamagedVocabulary_Refused(string vocab, string word)
    {
        var folder = Directory.CreateTempSubdirectory("adclip-vocabulary").FullName;
        File.WriteAllText(Path.Combine(folder, "vocab.json"), vocab);
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "");

        var refusal = Assert.Throws<RefusedInputException>(() => VocabularyFiles.Read(folder, "test", 3));
        Directory.Delete(folder, recursive: true);

        Assert.Equal(RefusalCode.VocabularyInvalid, refusal.Code);
        Assert.Contains(word, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ArchiveThatUnpacksWithoutEnd_Refused()
    {
        var folder = Directory.CreateTempSubdirectory("adclip-vocabulary").FullName;
        using (var zip = new GZipStream(File.Create(Path.Combine(folder, VocabularyFiles.Archive)), CompressionLevel.Fastest))
        {
            for (var i = 0; i < 64; i++)
            {
                zip.Write(new byte[1 << 20]);
            }
        }

        var refusal = Assert.Throws<RefusedInputException>(() => VocabularyFiles.Read(folder, "test", 49408));
        Directory.Delete(folder, recursive: true);

        Assert.Contains("unpacks to more", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sequence_WordOfAMillionLetters_RefusedWithoutMergingIt()
        => Assert.Equal(RefusalCode.TextTooLong, Assert.Throws<RefusedInputException>(() => OpenAi.Value.Sequence(new string('a', 1_000_000))).Code);

    [Fact]
    public void Read_FolderWithoutVocabulary_SaysWhichFilesToAdd()
    {
        var refusal = Assert.Throws<RefusedInputException>(() => VocabularyFiles.Read(Path.GetTempPath(), "model.pt", 49408));

        Assert.Equal(RefusalCode.VocabularyMissing, refusal.Code);
        Assert.Contains("bpe_simple_vocab_16e6.txt.gz", refusal.Message, StringComparison.Ordinal);
    }

    private static (Dictionary<string, int> Vocab, string[] Merges) HuggingFace(string folder) => (
        JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(Path.Combine(folder, "vocab.json")))!,
        [.. File.ReadLines(Path.Combine(folder, "merges.txt")).Where(line => !line.StartsWith("#version", StringComparison.Ordinal) && line.Length > 0)]);

    // OpenAI's vocabulary in the files that Hugging Face ships: printable bytes first, then the others, then words' ends, merges, markers.
    private static (Dictionary<string, int> Vocab, string[] Merges) OpenAiAsHuggingFace()
    {
        using var reader = new StreamReader(
            new GZipStream(File.OpenRead(Path.Combine(Golden.Vocabulary, VocabularyFiles.Archive)), CompressionMode.Decompress));
        string[] merges = [.. reader.ReadToEnd().Split('\n').Skip(1).Take(48894)];
        string[] bytes = [.. BytePairVocabulary.ByteSymbols.OrderBy(symbol => (int)symbol[0])];
        string[] symbols =
        [
            .. bytes, .. bytes.Select(symbol => symbol + "</w>"), .. merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal)),
            "<|startoftext|>", "<|endoftext|>",
        ];
        return (symbols.Select((symbol, id) => (symbol, id)).ToDictionary(entry => entry.symbol, entry => entry.id), merges);
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
