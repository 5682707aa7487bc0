using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Graphs;

namespace AdClip.Vision.Detection;

/// <summary>What a model with words makes of texts. Safe for concurrent calls.</summary>
/// <remarks>The text encoder lives as long as it takes to encode a set of prompts, whose features are kept.</remarks>
public sealed class ModelWords
{
    // Raised whenever the text encoder's numbers change.
    private const int TextVersion = 1;

    private readonly string _weightsSha256;
    private readonly PromptLists? _ensemble;
    private readonly SessionSettings _session;
    private readonly Lazy<ClipTokenizer> _tokenizer;
    private readonly ConcurrentDictionary<string, Lazy<TextPair>> _texts = new(StringComparer.Ordinal);
    private readonly string? _textFolder;

    internal ModelWords(ClipWeights weights, string name, string weightsSha256, PromptLists? ensemble, int threads, DetectorOptions options)
    {
        Weights = weights;
        (_weightsSha256, _ensemble, _textFolder) = (weightsSha256, ensemble, options.TextFolder);
        // Prompts are encoded once on the CPU in float32, whatever the images run on: the same features everywhere.
        _session = new SessionSettings(threads, Device: DeviceWish.Cpu);
        _tokenizer = new Lazy<ClipTokenizer>(() => new ClipTokenizer(
            VocabularyFiles.Read(options.VocabularyFolder ?? Path.GetDirectoryName(weights.FilePath)!, name, Architecture.VocabularySize),
            Architecture.ContextLength));
    }

    /// <summary>Numbers of both transformers.</summary>
    public ClipArchitecture Architecture => Weights.Architecture;

    /// <summary>All of the model.</summary>
    internal ClipWeights Weights { get; }

    /// <summary>The ids of a text, start and end included.</summary>
    /// <exception cref="RefusedInputException">The text is too long, or the vocabulary is missing.</exception>
    public IReadOnlyList<int> Tokenize(string text) => _tokenizer.Value.Sequence(text);

    /// <summary>One text feature of unit length for each text: [E].</summary>
    /// <exception cref="RefusedInputException">A text is too long, or the vocabulary is missing.</exception>
    public IReadOnlyList<float[]> EncodeTexts(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        int[][] sequences = [.. texts.Select(_tokenizer.Value.Sequence)];
        using var encoder = new TextEncoder(Weights, _session);
        return [.. sequences.Select(ids => UnitVectors.Normalise(encoder.Encode(ids), Architecture.EmbedWidth))];
    }

    /// <summary>The text features of the two states; kept, so asking again costs nothing.</summary>
    /// <exception cref="RefusedInputException">A phrase or checkpoint that does not fit the model.</exception>
    public TextPair EncodePrompts(PromptSettings prompts)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        var key = TextIdOf(prompts);
        var made = _texts.GetOrAdd(key, _ => new Lazy<TextPair>(() => KeptTexts(key, prompts)));
        try
        {
            return made.Value;
        }
        catch (RefusedInputException)
        {
            // The next try may find the file repaired.
            _texts.TryRemove(KeyValuePair.Create(key, made));
            throw;
        }
    }

    /// <summary>Finds out whether prompts fit the model; phrases are not encoded for it.</summary>
    /// <returns>As <see cref="TextIdOf"/>.</returns>
    /// <exception cref="RefusedInputException">
    /// An empty list, a phrase that is too long, a vocabulary or file that is missing, learned prompts of another model.
    /// </exception>
    public string CheckPrompts(PromptSettings prompts)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        if (prompts.Kind == PromptKind.Learned)
        {
            EncodePrompts(prompts);
        }
        return TextIdOf(prompts);
    }

    /// <summary>Names what the text features depend on: the weights, and the token ids of every sentence or the file of learned prompts.</summary>
    /// <exception cref="RefusedInputException">A phrase that does not fit the model, or a file that is not there.</exception>
    public string TextIdOf(PromptSettings prompts)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"t{TextVersion} {_weightsSha256}{Architecture.Text.Mark(Architecture.TextWidth)} "));
        if (prompts.Kind == PromptKind.Learned)
        {
            var file = prompts.CheckpointFile;
            hash.AppendData(Encoding.UTF8.GetBytes(File.Exists(file)
                ? $"learned {FileHash.Sha256(file)}"
                : throw new RefusedInputException(
                    RefusalCode.FileMissing, $"There is no checkpoint file '{file}' for the learned prompts; name one.", file ?? "")));
        }
        else
        {
            var lists = Lists(prompts);
            foreach (var phrases in (IReadOnlyList<string>[])[lists.Normal, lists.Abnormal])
            {
                hash.AppendData("|"u8);
                foreach (var sentence in lists.Sentences(phrases, prompts.ProductName))
                {
                    hash.AppendData(MemoryMarshal.AsBytes<int>(_tokenizer.Value.Sequence(sentence)));
                }
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private TextPair KeptTexts(string id, PromptSettings prompts)
    {
        if (_textFolder is null)
        {
            return MakeTexts(prompts);
        }
        if (TextPairFile.Find(_textFolder, id) is { } kept)
        {
            return kept;
        }
        var made = MakeTexts(prompts);
        TextPairFile.Keep(_textFolder, id, made);
        return made;
    }

    private PromptLists Lists(PromptSettings prompts) => prompts.Kind switch
    {
        PromptKind.Pair => PromptLists.Pair,
        PromptKind.Ensemble => _ensemble ?? PromptLists.WinClip,
        PromptKind.Lists => PromptLists.From(prompts),
        _ => _ensemble ?? PromptLists.Pair,
    };

    private TextPair MakeTexts(PromptSettings prompts)
    {
        if (prompts.Kind == PromptKind.Learned)
        {
            var learned = PromptCheckpoint.Encode(prompts.CheckpointFile!, Weights, _session);
            var width = Architecture.EmbedWidth;
            return new TextPair(UnitVectors.Normalise(learned[0], width), UnitVectors.Normalise(learned[1], width));
        }
        var lists = Lists(prompts);
        return new TextPair(
            UnitVectors.MeanDirection(EncodeTexts([.. lists.Sentences(lists.Normal, prompts.ProductName)])),
            UnitVectors.MeanDirection(EncodeTexts([.. lists.Sentences(lists.Abnormal, prompts.ProductName)])));
    }
}
