using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>Finds and reads the tokenizer's files that lie beside weights.</summary>
/// <remarks>
/// Looked for in this order: Hugging Face's <c>vocab.json</c> with <c>merges.txt</c>, its <c>tokenizer.json</c>, OpenAI's
/// <c>bpe_simple_vocab_16e6.txt.gz</c>. How much is read follows from the model's number of tokens, not from the files.
/// </remarks>
internal static class VocabularyFiles
{
    public const string Vocab = "vocab.json";
    public const string Merges = "merges.txt";
    public const string Tokenizer = "tokenizer.json";
    public const string Archive = "bpe_simple_vocab_16e6.txt.gz";
    private const int BytesLimit = 8 << 20; // CLIP's have one to four mebibytes
    private const string WordEnd = "</w>";

    /// <param name="folder">Where the files lie.</param>
    /// <param name="model">The model's name, for sentences.</param>
    /// <param name="size">Tokens of the model.</param>
    /// <exception cref="RefusedInputException">There is none, or none that fits.</exception>
    public static BytePairVocabulary Read(string folder, string model, int size)
    {
        string File(string name) => Path.Combine(folder, name);
        var (vocabulary, source) =
            Exist(File(Vocab), File(Merges)) ? (Reading(Vocab, () => FromFiles(File(Vocab), File(Merges), size)), Vocab)
            : Exist(File(Tokenizer)) ? (Reading(Tokenizer, () => FromTokenizer(File(Tokenizer), size)), Tokenizer)
            : Exist(File(Archive)) ? (Reading(Archive, () => FromArchive(File(Archive), size)), Archive)
            : throw new RefusedInputException(
                RefusalCode.VocabularyMissing,
                $"The tokenizer's files of {model} ({size} tokens) are missing; put "
                    + $"its {Vocab} and {Merges}, its {Tokenizer}, or OpenAI's {Archive} beside the weights.",
                model, size);
        return vocabulary.Count == size ? vocabulary : throw Invalid(source, $"it has {vocabulary.Count} tokens, {model} has {size}");
    }

    public static RefusedInputException Invalid(string file, string what)
        => new(RefusalCode.VocabularyInvalid, $"{file} cannot be used ({what}); put the model's own tokenizer files beside the weights.", file, what);

    private static bool Exist(params string[] files) => Array.TrueForAll(files, File.Exists);

    private static BytePairVocabulary Reading(string name, Func<BytePairVocabulary> read)
    {
        try
        {
            return read();
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException or KeyNotFoundException
            or ArgumentException or InvalidDataException or IndexOutOfRangeException)
        {
            throw Invalid(name, wrong.Message);
        }
    }

    private static BytePairVocabulary FromFiles(string vocabFile, string mergesFile, int size)
    {
        using var json = JsonDocument.Parse(ReadBytes(vocabFile));
        var ids = Ids(json.RootElement, size);
        return new BytePairVocabulary(ids, Ranks(Lines(ReadBytes(mergesFile)), size));
    }

    private static BytePairVocabulary FromTokenizer(string file, int size)
    {
        using var json = JsonDocument.Parse(ReadBytes(file));
        var model = json.RootElement.GetProperty("model");
        if (model.TryGetProperty("type", out var type) && type.GetString() is not "BPE")
        {
            throw Invalid(Tokenizer, $"it is of the kind {type}, not BPE");
        }
        if (model.TryGetProperty("end_of_word_suffix", out var suffix) && suffix.GetString() is not WordEnd)
        {
            throw Invalid(Tokenizer, $"its words end with {suffix} instead of {WordEnd}, so it is not CLIP's");
        }
        var ids = Ids(model.GetProperty("vocab"), size);
        if (json.RootElement.TryGetProperty("added_tokens", out var added) && added.ValueKind == JsonValueKind.Array)
        {
            foreach (var token in added.EnumerateArray().Take(size))
            {
                ids[token.GetProperty("content").GetString()!] = token.GetProperty("id").GetInt32();
            }
        }
        return new BytePairVocabulary(ids, Ranks(model.GetProperty("merges").EnumerateArray().Select(Pair), size));

        // "a b", or since 2024 ["a", "b"].
        static string Pair(JsonElement merge)
            => merge.ValueKind == JsonValueKind.Array
                ? $"{merge[0].GetString()} {merge[1].GetString()}"
                : merge.GetString() ?? throw new InvalidDataException("a merge is null");
    }

    // Ids follow from the order: bytes, bytes that end a word, one for each merge, the two markers.
    private static BytePairVocabulary FromArchive(string archive, int size)
    {
        var bytes = BytePairVocabulary.ByteSymbols.Count;
        var most = size - (2 * bytes) - 2;
        if (most < 0)
        {
            throw Invalid(Archive, $"a model of {size} tokens has fewer than it needs for single bytes");
        }
        using var stream = File.OpenRead(archive);
        using var unzipped = new GZipStream(stream, CompressionMode.Decompress);
        // OpenAI's file holds more merges than the model uses, and begins with its own name instead of a merge.
        var ranks = Ranks(Lines(ReadAtMost(unzipped)).Where(line => !line.Contains("#version", StringComparison.Ordinal)), most);
        // The bytes' own order is that of their symbols: printable ones first.
        string[] symbols = [.. BytePairVocabulary.ByteSymbols.Order(Comparer<string>.Create((a, b) => a[0].CompareTo(b[0])))];
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var symbol in symbols.Concat(symbols.Select(symbol => symbol + WordEnd))
            .Concat(ranks.OrderBy(merge => merge.Value).Select(merge => merge.Key.Left + merge.Key.Right))
            .Append(BytePairVocabulary.StartSymbol).Append(BytePairVocabulary.EndSymbol))
        {
            ids[symbol] = ids.Count;
        }
        return new BytePairVocabulary(ids, ranks);
    }

    private static Dictionary<string, int> Ids(JsonElement vocab, int size)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in vocab.EnumerateObject())
        {
            if (ids.Count > size)
            {
                throw new InvalidDataException($"more than the {size} tokens of the model");
            }
            ids[entry.Name] = entry.Value.GetInt32();
        }
        return ids;
    }

    private static Dictionary<(string Left, string Right), int> Ranks(IEnumerable<string> lines, int most)
    {
        var ranks = new Dictionary<(string Left, string Right), int>();
        foreach (var line in lines)
        {
            if (ranks.Count >= most)
            {
                break;
            }
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            // The first line is a header, which names a version and no pair of symbols.
            if (space > 0 && space < line.Length - 1 && line.IndexOf(' ', space + 1) < 0 && !line.StartsWith("#version", StringComparison.Ordinal))
            {
                ranks[(line[..space], line[(space + 1)..])] = ranks.Count;
            }
        }
        return ranks;
    }

    private static IEnumerable<string> Lines(byte[] utf8)
    {
        using var reader = new StreamReader(new MemoryStream(utf8), Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static byte[] ReadBytes(string path)
    {
        var length = new FileInfo(path).Length;
        return length <= BytesLimit ? File.ReadAllBytes(path) : throw new InvalidDataException($"{length} bytes, more than {BytesLimit}");
    }

    // A few bytes of gzip can unpack to any number.
    private static byte[] ReadAtMost(Stream stream)
    {
        var buffer = new byte[BytesLimit + 1];
        var bytes = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return bytes <= BytesLimit ? buffer[..bytes] : throw new InvalidDataException($"it unpacks to more than {BytesLimit} bytes");
    }
}
