using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>CLIP's byte-pair tokenizer. Safe for concurrent calls.</summary>
/// <param name="vocabulary">The model's tokens and merges.</param>
/// <param name="contextLength">Longest sequence, start and end included.</param>
internal sealed class ClipTokenizer(BytePairVocabulary vocabulary, int contextLength)
{
    // A long s is an s to a pattern that ignores case.
    private static readonly string[] Contractions = ["'s", "'ſ", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private readonly ConcurrentDictionary<string, int[]> _pieces = new(StringComparer.Ordinal);

    /// <summary>The ids of a text without start and end.</summary>
    public List<int> Encode(string text) => EncodeClean(TextCleaner.Clean(text));

    /// <summary>Start, the ids, end; not padded.</summary>
    /// <exception cref="RefusedInputException">More tokens than the model's context.</exception>
    public int[] Sequence(string text)
    {
        var clean = TextCleaner.Clean(text);
        // Merging takes the square of a word's length, so what cannot fit is not merged at all.
        var least = 2 + (clean.Count(letter => !char.IsWhiteSpace(letter)) / vocabulary.LongestSymbol);
        if (least > contextLength)
        {
            throw TooLong(text, least);
        }
        int[] sequence = [vocabulary.Start, .. EncodeClean(clean), vocabulary.End];
        return sequence.Length <= contextLength ? sequence : throw TooLong(text, sequence.Length);
    }

    /// <summary>The same cut to the context, the last token replaced by the end.</summary>
    public int[] TruncatedSequence(string text)
    {
        int[] sequence = [vocabulary.Start, .. Encode(text), vocabulary.End];
        return sequence.Length <= contextLength ? sequence : [.. sequence[..(contextLength - 1)], vocabulary.End];
    }

    /// <summary>The pieces of texts within which pairs are merged.</summary>
    public static IEnumerable<string> Pieces(IEnumerable<string> texts) => texts.SelectMany(text => Split(TextCleaner.Clean(text)));

    private List<int> EncodeClean(string text)
    {
        var ids = new List<int>();
        foreach (var piece in Split(text))
        {
            ids.AddRange(piece switch
            {
                BytePairVocabulary.StartSymbol => [vocabulary.Start],
                BytePairVocabulary.EndSymbol => [vocabulary.End],
                _ => _pieces.GetOrAdd(piece, Merge),
            });
        }
        return ids;
    }

    private RefusedInputException TooLong(string text, int tokens)
        => new(
            RefusalCode.TextTooLong,
            $"The text '{Shorten(text)}' has {tokens} tokens or more, start and end included; the model takes {contextLength}, so shorten it.",
            Shorten(text),
            tokens,
            contextLength);

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "...";

    // Markers, contractions, runs of letters, single digits, runs of anything else but spaces.
    private static IEnumerable<string> Split(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var length = PieceLength(text, at);
            if (length > 0)
            {
                yield return text.Substring(at, length);
            }
            at += Math.Max(1, length);
        }
    }

    private static int PieceLength(string text, int at)
    {
        var rest = text.AsSpan(at);
        foreach (var marker in (string[])[BytePairVocabulary.StartSymbol, BytePairVocabulary.EndSymbol, .. Contractions])
        {
            if (rest.StartsWith(marker, StringComparison.Ordinal))
            {
                return marker.Length;
            }
        }
        var first = Kind(rest, out var length);
        if (first is PieceKind.Space)
        {
            return 0;
        }
        while (first != PieceKind.Number && length < rest.Length && Kind(rest[length..], out var next) == first)
        {
            length += next;
        }
        return length;
    }

    private enum PieceKind
    {
        Space,
        Letter,
        Number,
        Other,
    }

    private static PieceKind Kind(ReadOnlySpan<char> text, out int length)
    {
        Rune.DecodeFromUtf16(text, out var rune, out length);
        if (rune.IsBmp && TextCleaner.IsSpace((char)rune.Value))
        {
            return PieceKind.Space;
        }
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => PieceKind.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => PieceKind.Number,
            _ => PieceKind.Other,
        };
    }

    private int[] Merge(string piece)
    {
        List<string> symbols = [.. Encoding.UTF8.GetBytes(piece).Select(value => BytePairVocabulary.ByteSymbols[value])];
        symbols[^1] += "</w>";
        while (symbols.Count > 1)
        {
            var best = Enumerable.Range(0, symbols.Count - 1).MinBy(i => vocabulary.Rank(symbols[i], symbols[i + 1]) ?? int.MaxValue);
            var (left, right) = (symbols[best], symbols[best + 1]);
            if (vocabulary.Rank(left, right) is null)
            {
                break;
            }
            for (var i = best; i < symbols.Count - 1; i++)
            {
                if (symbols[i] == left && symbols[i + 1] == right)
                {
                    symbols[i] = left + right;
                    symbols.RemoveAt(i + 1);
                }
            }
        }
        return [.. symbols.Select(symbol => vocabulary.Id(symbol)
            ?? throw VocabularyFiles.Invalid("The vocabulary", $"it has no token '{Shorten(symbol)}', which its merges make"))];
    }
}
