namespace AdClip.Vision.Backbones.Clip;

/// <summary>The tokens of a CLIP model and the merges that build them.</summary>
internal sealed class BytePairVocabulary
{
    public const string StartSymbol = "<|startoftext|>";
    public const string EndSymbol = "<|endoftext|>";
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<(string Left, string Right), int> _ranks;

    /// <exception cref="RefusedInputException">The ids are not one for each row of the model's table, or a marker is missing or not the last.</exception>
    public BytePairVocabulary(Dictionary<string, int> ids, Dictionary<(string Left, string Right), int> ranks)
    {
        _ids = ids;
        _ranks = ranks;
        (Start, End) = (Marker(StartSymbol), Marker(EndSymbol));
        LongestSymbol = ids.Keys.Max(symbol => symbol.Length);
        var isTaken = new bool[ids.Count];
        foreach (var (symbol, id) in ids)
        {
            if (id < 0 || id >= isTaken.Length || isTaken[id])
            {
                throw Invalid($"the id {id} of '{(symbol.Length <= 40 ? symbol : symbol[..40])}' is not one of 0 to {isTaken.Length - 1}, each once");
            }
            isTaken[id] = true;
        }
        // CLIP takes the text's feature where the largest id is.
        if (End != isTaken.Length - 1)
        {
            throw Invalid($"the id of {EndSymbol} is {End}, not the largest, {isTaken.Length - 1}");
        }

        int Marker(string symbol) => ids.TryGetValue(symbol, out var id) ? id : throw Invalid($"it has no {symbol}");
        static RefusedInputException Invalid(string what) => VocabularyFiles.Invalid("The vocabulary", what);
    }

    /// <summary>The symbol that stands for each byte, as in GPT-2: printable Latin-1 as itself, the rest from U+0100 on.</summary>
    public static IReadOnlyList<string> ByteSymbols { get; } = MakeByteSymbols();

    public int Start { get; }

    public int End { get; }

    public int Count => _ids.Count;

    /// <summary>Symbols of single bytes in the longest token, at most.</summary>
    public int LongestSymbol { get; }

    public int? Id(string symbol) => _ids.TryGetValue(symbol, out var id) ? id : null;

    /// <summary>Lower merges earlier; null if the two never merge.</summary>
    public int? Rank(string left, string right) => _ranks.TryGetValue((left, right), out var rank) ? rank : null;

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
