using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace AdClip.Vision.Clip;

/// <summary>The tokens of a CLIP model and the merges that build them.</summary>
internal sealed class BytePairVocabulary
{
    public const string StartSymbol = "<|startoftext|>";
    public const string EndSymbol = "<|endoftext|>";
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<(string Left, string Right), int> _ranks;

    private BytePairVocabulary(Dictionary<string, int> ids, Dictionary<(string Left, string Right), int> ranks)
    {
        _ids = ids;
        _ranks = ranks;
        Start = ids[StartSymbol];
        End = ids[EndSymbol];
    }

    /// <summary>The symbol that stands for each byte, as in GPT-2: printable Latin-1 as itself, the rest from U+0100 on.</summary>
    public static IReadOnlyList<string> ByteSymbols { get; } = MakeByteSymbols();

    public int Start { get; }

    public int End { get; }

    public int Count => _ids.Count;

    public int? Id(string symbol) => _ids.TryGetValue(symbol, out var id) ? id : null;

    /// <summary>Lower merges earlier; null if the two never merge.</summary>
    public int? Rank(string left, string right) => _ranks.TryGetValue((left, right), out var rank) ? rank : null;

    /// <summary>The vocabulary in a folder: <c>vocab.json</c> with <c>merges.txt</c>, or OpenAI's <c>bpe_simple_vocab_16e6.txt.gz</c>.</summary>
    /// <param name="folder">Where the files lie.</param>
    /// <param name="model">The model's name, for sentences.</param>
    /// <param name="size">Tokens of the model.</param>
    /// <exception cref="RefusedInputException">There is none, or none that fits.</exception>
    public static BytePairVocabulary Read(string folder, string model, int size)
    {
        var (vocab, merges, archive) = (Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt"), Path.Combine(folder, "bpe_simple_vocab_16e6.txt.gz"));
        BytePairVocabulary vocabulary;
        if (File.Exists(vocab) && File.Exists(merges))
        {
            vocabulary = FromFiles(vocab, merges);
        }
        else if (File.Exists(archive))
        {
            vocabulary = FromArchive(archive, size);
        }
        else
        {
            throw new RefusedInputException(
                RefusalCode.VocabularyMissing,
                $"The tokenizer's files of {model} ({size} tokens) are missing; put its vocab.json and merges.txt, or OpenAI's bpe_simple_vocab_16e6.txt.gz, beside the weights.",
                model,
                size);
        }
        return vocabulary.Count == size
            ? vocabulary
            : throw new RefusedInputException(RefusalCode.VocabularyInvalid, $"The vocabulary of {model} has {vocabulary.Count} tokens, the model {size}; put the model's own vocab.json and merges.txt there.", vocabulary.Count, model, size);
    }

    private static BytePairVocabulary FromArchive(string archive, int size)
    {
        try
        {
            using var stream = File.OpenRead(archive);
            return FromMerges(Unzip(stream), size);
        }
        catch (InvalidDataException wrong)
        {
            throw new RefusedInputException(RefusalCode.VocabularyInvalid, $"{Path.GetFileName(archive)} is damaged ({wrong.Message}); copy it again.", Path.GetFileName(archive), wrong.Message);
        }
    }

    private static BytePairVocabulary FromFiles(string vocabFile, string mergesFile)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(vocabFile));
            var ids = json.RootElement.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetInt32(), StringComparer.Ordinal);
            return new BytePairVocabulary(ids, Ranks(File.ReadLines(mergesFile)));
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException)
        {
            throw new RefusedInputException(RefusalCode.VocabularyInvalid, $"{Path.GetFileName(vocabFile)} or {Path.GetFileName(mergesFile)} is damaged ({wrong.Message}); copy them again.", Path.GetFileName(vocabFile), Path.GetFileName(mergesFile), wrong.Message);
        }
    }

    // Ids follow from the order: bytes, bytes that end a word, one for each merge, the two markers.
    private static BytePairVocabulary FromMerges(IEnumerable<string> lines, int size)
    {
        var ranks = Ranks(lines.Take(1 + Math.Max(0, size - (2 * ByteSymbols.Count) - 2)), limit: size - (2 * ByteSymbols.Count) - 2);
        // The bytes' own order is that of their symbols: printable ones first.
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        string[] symbols = [.. ByteSymbols.Order(ByteSymbolOrder)];
        foreach (var symbol in symbols.Concat(symbols.Select(symbol => symbol + "</w>"))
            .Concat(ranks.OrderBy(merge => merge.Value).Select(merge => merge.Key.Left + merge.Key.Right))
            .Append(StartSymbol).Append(EndSymbol))
        {
            ids[symbol] = ids.Count;
        }
        return new BytePairVocabulary(ids, ranks);
    }

    private static Comparer<string> ByteSymbolOrder { get; } = Comparer<string>.Create((a, b) => a[0].CompareTo(b[0]));

    private static Dictionary<(string Left, string Right), int> Ranks(IEnumerable<string> lines, int limit = int.MaxValue)
    {
        var ranks = new Dictionary<(string Left, string Right), int>();
        foreach (var line in lines)
        {
            var parts = line.Split(' ');
            // The first line is a header, which names a version and no pair of symbols.
            if (parts.Length == 2 && ranks.Count < limit && !line.StartsWith("#version", StringComparison.Ordinal))
            {
                ranks[(parts[0], parts[1])] = ranks.Count;
            }
        }
        return ranks;
    }

    private static List<string> Unzip(Stream stream)
    {
        using var reader = new StreamReader(new GZipStream(stream, CompressionMode.Decompress), Encoding.UTF8);
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            // OpenAI's file begins with its own name instead of a merge.
            if (!line.Contains("#version", StringComparison.Ordinal))
            {
                lines.Add(line);
            }
        }
        return lines;
    }

    private static string[] MakeByteSymbols()
    {
        var symbols = new string[256];
        var next = 256;
        for (var value = 0; value < symbols.Length; value++)
        {
            var isPrintable = value is (>= '!' and <= '~') or (>= 0xa1 and <= 0xac) or (>= 0xae and <= 0xff);
            symbols[value] = ((char)(isPrintable ? value : next++)).ToString();
        }
        return symbols;
    }
}
