using System.Text;
using System.Text.Json;
using AdClip.Vision.Backbones.Clip;

namespace AdClip.Pretrain.Words;

/// <summary>Learns CLIP's kind of vocabulary from texts: byte pairs, the most frequent merged first (Sennrich et al., ACL 2016).</summary>
internal static class VocabularyTrainer
{
    private const string WordEnd = "</w>";

    /// <summary>Writes vocab.json and merges.txt as CLIP's tokenizer reads them: bytes, bytes that end a word, merges, the two marks.</summary>
    /// <param name="texts">What to learn from.</param>
    /// <param name="merges">Merges at most; fewer where no pair is seen twice.</param>
    /// <param name="folder">Where to.</param>
    public static void Write(IEnumerable<string> texts, int merges, string folder)
    {
        var pairs = Learn(ClipTokenizer.Pieces(texts).CountBy(piece => piece).ToDictionary(), merges);
        string[] symbols =
        [
            .. BytePairVocabulary.ByteSymbols.OrderBy(symbol => symbol, StringComparer.Ordinal),
            .. BytePairVocabulary.ByteSymbols.OrderBy(symbol => symbol, StringComparer.Ordinal).Select(symbol => symbol + WordEnd),
            .. pairs.Select(pair => pair.Left + pair.Right),
            BytePairVocabulary.StartSymbol,
            BytePairVocabulary.EndSymbol,
        ];
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, VocabularyFiles.Vocab), JsonSerializer.Serialize(
            symbols.Distinct(StringComparer.Ordinal).Select((symbol, id) => (symbol, id)).ToDictionary(one => one.symbol, one => one.id)));
        File.WriteAllLines(Path.Combine(folder, VocabularyFiles.Merges), ["#version: 0.2", .. pairs.Select(pair => $"{pair.Left} {pair.Right}")]);
    }

    /// <summary>The rows of the vocabulary in a folder by token.</summary>
    public static IReadOnlyDictionary<string, int> Words(string folder) =>
        JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(Path.Combine(folder, VocabularyFiles.Vocab)))!;

    private static List<(string Left, string Right)> Learn(Dictionary<string, int> pieces, int merges)
    {
        var words = pieces.OrderBy(piece => piece.Key, StringComparer.Ordinal).Select(piece => (Symbols: Symbols(piece.Key), Count: piece.Value)).ToList();
        List<(string Left, string Right)> learned = [];
        HashSet<string> made = [];
        while (learned.Count < merges)
        {
            Dictionary<(string, string), long> counts = [];
            foreach (var (symbols, count) in words)
            {
                for (var i = 0; i + 1 < symbols.Count; i++)
                {
                    counts[(symbols[i], symbols[i + 1])] = counts.GetValueOrDefault((symbols[i], symbols[i + 1])) + count;
                }
            }
            var best = counts.Where(pair => !made.Contains(pair.Key.Item1 + pair.Key.Item2))
                .OrderByDescending(pair => pair.Value)
                .ThenBy(pair => pair.Key.Item1, StringComparer.Ordinal)
                .ThenBy(pair => pair.Key.Item2, StringComparer.Ordinal)
                .FirstOrDefault();
            if (best.Value < 2)
            {
                break;
            }
            var (left, right) = best.Key;
            learned.Add((left, right));
            made.Add(left + right);
            foreach (var (symbols, _) in words)
            {
                for (var i = 0; i + 1 < symbols.Count; i++)
                {
                    if (symbols[i] == left && symbols[i + 1] == right)
                    {
                        symbols[i] = left + right;
                        symbols.RemoveAt(i + 1);
                    }
                }
            }
        }
        return learned;
    }

    private static List<string> Symbols(string piece)
    {
        List<string> symbols = [.. Encoding.UTF8.GetBytes(piece).Select(value => BytePairVocabulary.ByteSymbols[value])];
        symbols[^1] += WordEnd;
        return symbols;
    }
}
