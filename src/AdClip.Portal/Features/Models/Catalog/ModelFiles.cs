namespace AdClip.Portal.Features.Models.Catalog;

/// <summary>The files that make up a model, by the names that people have them under.</summary>
internal static class ModelFiles
{
    private static readonly string[] WeightExtensions = [".safetensors", ".pt", ".pth", ".bin"];

    /// <summary>Beside the weights; each is optional.</summary>
    public static IReadOnlyList<string> Companions { get; } =
    [
        "config.json", "open_clip_config.json", "vocab.json", "merges.txt",
        "tokenizer.json", "bpe_simple_vocab_16e6.txt.gz", "MODEL_CARD.md",
    ];

    public static bool IsWeights(string fileName) => WeightExtensions.Contains(Path.GetExtension(fileName), StringComparer.OrdinalIgnoreCase);

    /// <summary>True for a plain name of a file that a model may consist of.</summary>
    public static bool IsAccepted(string fileName) =>
        // Separators of every system, whichever this one is: a data folder may move.
        fileName.IndexOfAny(['/', '\\', ':']) < 0 && !fileName.StartsWith('.') && fileName.Length <= 200 && !fileName.Any(char.IsControl)
        && (IsWeights(fileName) || Companions.Contains(fileName, StringComparer.Ordinal));
}
