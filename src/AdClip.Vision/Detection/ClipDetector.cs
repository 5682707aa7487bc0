using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AdClip.Vision.Clip;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.Graphs;
using AdClip.Vision.Imaging;

namespace AdClip.Vision.Detection;

/// <summary>A CLIP model opened for anomaly detection: encodes images and texts, and makes scorers.</summary>
/// <remarks>
/// Safe for concurrent calls. The weight file is mapped, so it must not change until disposal. The image encoder is made ready
/// when an image is first encoded, and kept: scoring kept tokens needs none. The text encoder lives as long as it takes to encode
/// a set of prompts, whose features are kept.
/// </remarks>
public sealed class ClipDetector : IDisposable
{
    // Raised whenever the encoder's numbers change, so that cached tokens of older versions are not used.
    private const int EncoderVersion = 2;
    private const int ReferenceImageSize = 518;

    // Raised whenever the text encoder's numbers change.
    private const int TextVersion = 1;

    private readonly ClipWeights _weights;
    private readonly ImageEncoderSettings _settings;
    private readonly SessionSettings _session;
    private readonly Lock _opening = new();
    private readonly ScoringScheme _scheme;
    private readonly PromptLists? _ensemble;
    private readonly SessionSettings _textSession;
    private readonly Lazy<ClipTokenizer> _tokenizer;
    private readonly ConcurrentDictionary<string, Lazy<TextPair>> _texts = new(StringComparer.Ordinal);
    private readonly string? _textFolder;
    private readonly string? _eightBitFile;
    private ImageEncoder? _encoder;

    private ClipDetector(
        ClipWeights weights, ImageEncoderSettings settings, ScoringScheme scheme,
        PromptLists? ensemble, ModelDescription model, SessionSettings session, DetectorOptions options)
    {
        _weights = weights;
        _settings = settings;
        _scheme = scheme;
        _ensemble = ensemble;
        _session = session;
        // Prompts are encoded once on the CPU in float32, whatever the images run on: the same features everywhere.
        _textSession = new SessionSettings(session.Threads, Device: DeviceWish.Cpu);
        _textFolder = options.TextFolder;
        _eightBitFile = options.EightBitFolder is { } kept ? Path.Combine(kept, $"{model.Sha256}.8bit.safetensors") : null;
        Model = model;
        _tokenizer = new Lazy<ClipTokenizer>(() => new ClipTokenizer(
            VocabularyFiles.Read(options.VocabularyFolder ?? Path.GetDirectoryName(model.WeightFile)!, model.Name, weights.Architecture.VocabularySize),
            weights.Architecture.ContextLength));
    }

    /// <summary>What is known about the model, and how it is being run.</summary>
    public ModelDescription Model { get; }

    /// <summary>How the image encoder runs: device, precision, and why not otherwise. Until it is open, how it is meant to.</summary>
    public Execution Execution
    {
        get
        {
            var preview = Devices.Preview(_session.Device);
            return Volatile.Read(ref _encoder)?.Execution ?? new Execution(preview.Device, preview.Fallback, _session, preview.Device.Kind != DeviceKind.Cpu);
        }
    }

    /// <summary>Names the encoder and its settings; tokens with another id do not fit.</summary>
    public string EncoderId => Model.EncoderId;

    /// <summary>Whether the image encoder is in memory: false until an image is encoded or <see cref="WarmUp"/> is called.</summary>
    public bool IsEncoderOpen => Volatile.Read(ref _encoder) is not null;

    /// <summary>Opens a weight file (safetensors or PyTorch zip, OpenAI or Hugging Face naming) or a folder that holds one.</summary>
    /// <exception cref="RefusedInputException">No usable model there, or it cannot run with these options.</exception>
    public static ClipDetector Open(string modelFileOrFolder, DetectorOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelFileOrFolder);
        options ??= new DetectorOptions();
        var session = options.Session ?? new SessionSettings();
        var folder = ModelFolder.Find(modelFileOrFolder);
        var weights = ClipWeights.From(WeightFile.Open(folder.WeightFile), folder.Clip);
        var architecture = weights.Architecture;
        var (scheme, ensemble, recommendedSize, dpam) = Scheme(folder, architecture, options);
        var settings = new ImageEncoderSettings(
            options.ImageSize ?? recommendedSize,
            options.Dpam ?? dpam,
            [.. scheme.ZeroShotLayers.Union(scheme.FewShotLayers)],
            KeepsOriginal: options.KeepsOriginal).CheckedFor(architecture);
        scheme = scheme with
        {
            ZeroShotLayers = [.. scheme.ZeroShotLayers.Where(settings.Layers.Contains)],
            FewShotLayers = [.. scheme.FewShotLayers.Where(settings.Layers.Contains)],
        };
        var sha256 = options.WeightsSha256 ?? FileHash.Sha256(weights.FilePath);
        var encoderId = string.Create(
            CultureInfo.InvariantCulture,
            $"v{EncoderVersion}-{sha256[..16]}-s{settings.ImageSize}-k{settings.Dpam}-l{string.Join('.', settings.Layers)}"
                + $"{Setting(architecture.Vision, architecture.VisionWidth)}{(settings.KeepsOriginal ? "-o" : "")}"
                + $"{PrecisionMark(session.Precision)}{PackingMark(session.Prepack)}");
        var model = new ModelDescription
        {
            Name = folder.Name,
            WeightFile = folder.WeightFile,
            Sha256 = sha256,
            EncoderId = encoderId,
            Architecture = architecture,
            ImageSize = settings.ImageSize,
            RecommendedImageSize = recommendedSize,
            Dpam = settings.Dpam,
            Layers = settings.Layers,
            HasOwnScheme = folder.Config is not null,
            ConfigFile = folder.Clip?.FileName,
            Licence = folder.Config is { } own && own.TryGetProperty("licence", out var licence) ? licence.ToString() : null,
            Limits = folder.Limits,
        };
        return new ClipDetector(weights, settings, scheme, ensemble, model, session, options);
    }

    /// <summary>The tokens of a picture, squashed to the model's square.</summary>
    public ImageTokens Encode(PixelImage image) => Encode(Preprocessing.ToTensor(image, Model.ImageSize));

    /// <summary>The tokens of a picture file, which is streamed: large files need little memory.</summary>
    /// <exception cref="RefusedInputException">The file is not a picture that can be read.</exception>
    public ImageTokens EncodeFile(string imageFile, ImageLimits? limits = null) => Encode(Preprocessing.LoadTensor(imageFile, Model.ImageSize, limits));

    /// <summary>The tokens of preprocessed pixels, rounded to float16, so that kept tokens score as fresh ones.</summary>
    /// <param name="pixels">Normalised, [3, S, S] with S the model's image size.</param>
    /// <exception cref="RefusedInputException">The weights are damaged, or give values beyond float16.</exception>
    public ImageTokens Encode(ReadOnlySpan<float> pixels) => EncodeExactly(pixels).RoundedToHalf();

    /// <summary>The tokens of preprocessed pixels as the encoder gives them, in float32; for export and comparison, not for scoring.</summary>
    /// <param name="pixels">Normalised, [3, S, S] with S the model's image size.</param>
    /// <exception cref="RefusedInputException">The weights are damaged.</exception>
    public ImageTokens EncodeExactly(ReadOnlySpan<float> pixels) => OpenEncoder().Encode(pixels);

    /// <summary>Makes the image encoder ready, which otherwise happens with the first image.</summary>
    /// <exception cref="RefusedInputException">The weights lack a part of it.</exception>
    public void WarmUp() => OpenEncoder();

    /// <summary>The ids of a text, start and end included.</summary>
    /// <exception cref="RefusedInputException">The text is too long, or the vocabulary is missing.</exception>
    public IReadOnlyList<int> Tokenize(string text) => _tokenizer.Value.Sequence(text);

    /// <summary>One text feature of unit length for each text: [E].</summary>
    /// <exception cref="RefusedInputException">A text is too long, or the vocabulary is missing.</exception>
    public IReadOnlyList<float[]> EncodeTexts(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        int[][] sequences = [.. texts.Select(_tokenizer.Value.Sequence)];
        using var encoder = new TextEncoder(_weights, _textSession);
        return [.. sequences.Select(ids => UnitVectors.Normalise(encoder.Encode(ids), _weights.Architecture.EmbedWidth))];
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

    /// <summary>Makes a scorer for these prompts and good images.</summary>
    /// <param name="prompts">What "normal" and "abnormal" mean.</param>
    /// <param name="references">Good images; may be empty.</param>
    /// <param name="regions">What is inspected; null: everything.</param>
    /// <exception cref="RefusedInputException">A prompt or a reference that does not fit the model, or regions smaller than it can see.</exception>
    public Scorer CreateScorer(PromptSettings prompts, IReadOnlyList<Reference> references, InspectionRegions? regions = null)
    {
        ArgumentNullException.ThrowIfNull(references);
        return new Scorer(EncoderId, Model.ImageSize, Model.ImageSize / Model.Architecture.PatchSize, _scheme, EncodePrompts(prompts), references, regions);
    }

    /// <summary>Makes a scorer for the tiles of large images.</summary>
    /// <param name="prompts">What "normal" and "abnormal" mean.</param>
    /// <param name="references">Good images, cut like the images to be inspected; may be empty.</param>
    /// <param name="regions">What is inspected; null: everything.</param>
    /// <exception cref="RefusedInputException">A prompt or a reference that does not fit the model.</exception>
    public Scorer CreateTiledScorer(PromptSettings prompts, IReadOnlyList<CorePatches> references, InspectionRegions? regions = null)
    {
        ArgumentNullException.ThrowIfNull(references);
        return new Scorer(EncoderId, Model.ImageSize, Model.ImageSize / Model.Architecture.PatchSize, _scheme, EncodePrompts(prompts), references, regions);
    }

    /// <summary>What a fit on cached tokens has to know of this model.</summary>
    public FitContext FitContext => new(EncoderId, Model.ImageSize, Model.ImageSize / Model.Architecture.PatchSize, _scheme);

    /// <summary>Makes a scorer for text features that no file holds, without good images.</summary>
    /// <param name="texts">Of this model's width, unit length.</param>
    public Scorer CreateScorer(TextPair texts)
        => new(EncoderId, Model.ImageSize, Model.ImageSize / Model.Architecture.PatchSize, _scheme, texts, (IReadOnlyList<Reference>)[], null);

    /// <summary>The weight file.</summary>
    internal ClipWeights Weights => _weights;

    /// <summary>Layers whose patches are compared with texts, and learned from.</summary>
    internal IReadOnlyList<int> ZeroShotLayers => _scheme.ZeroShotLayers;

    /// <summary>Divides cosines before the softmax.</summary>
    internal float Temperature => _scheme.Temperature;

    /// <summary>Layers whose patches are compared with good images.</summary>
    internal IReadOnlyList<int> FewShotLayers => _scheme.FewShotLayers;

    /// <inheritdoc/>
    public void Dispose() => _encoder?.Dispose();

    private ImageEncoder OpenEncoder()
    {
        if (Volatile.Read(ref _encoder) is { } open)
        {
            return open;
        }
        lock (_opening)
        {
            return _encoder ??= new ImageEncoder(_weights, _settings, EncoderId, _session, eightBitFile: _eightBitFile);
        }
    }

    /// <summary>Names what the text features depend on: the weights, and the token ids of every sentence or the file of learned prompts.</summary>
    /// <exception cref="RefusedInputException">A phrase that does not fit the model, or a file that is not there.</exception>
    public string TextIdOf(PromptSettings prompts)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"t{TextVersion} {Model.Sha256}{Setting(_weights.Architecture.Text, _weights.Architecture.TextWidth)} "));
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
            var learned = PromptCheckpoint.Encode(prompts.CheckpointFile!, _weights, _textSession);
            var width = _weights.Architecture.EmbedWidth;
            return new TextPair(UnitVectors.Normalise(learned[0], width), UnitVectors.Normalise(learned[1], width));
        }
        var lists = Lists(prompts);
        return new TextPair(
            UnitVectors.MeanDirection(EncodeTexts([.. lists.Sentences(lists.Normal, prompts.ProductName)])),
            UnitVectors.MeanDirection(EncodeTexts([.. lists.Sentences(lists.Abnormal, prompts.ProductName)])));
    }

    private static (ScoringScheme Scheme, PromptLists? Ensemble, int RecommendedSize, int Dpam) Scheme(
        ModelFolder folder, ClipArchitecture model, DetectorOptions options)
    {
        if (folder.Config is not { } config)
        {
            // AnomalyCLIP's habits for ViT-L/14 (every sixth layer, 20 of 24 at 518 pixels) carried over to other depths.
            int[] quarters = [.. Enumerable.Range(1, 4)
                .Select(quarter => Math.Max(1, (int)Math.Round(quarter * model.VisionLayers / 4.0, MidpointRounding.AwayFromZero)))
                .Distinct()];
            var size = model.NativeImageSize < 224 ? model.NativeImageSize : ReferenceImageSize / model.PatchSize * model.PatchSize;
            return (ScoringScheme.AnomalyClip(options.Layers ?? quarters), null, size, (int)Math.Round(model.VisionLayers * 20 / 24.0));
        }
        try
        {
            var scheme = ScoringScheme.From(config);
            var lists = config.GetProperty("prompts").GetProperty("ensemble");
            var ensemble = new PromptLists(Texts(lists, "normal_states"), Texts(lists, "abnormal_states"), Texts(lists, "templates"));
            // The configuration counts value-value blocks; DPAM_layer k means k - 1 of them.
            var blocks = config.GetProperty("dpam_depth").GetInt32();
            scheme = options.Layers is { } layers ? scheme with { ZeroShotLayers = layers, FewShotLayers = layers } : scheme;
            return (scheme, ensemble, config.GetProperty("image_size").GetInt32(), blocks == 0 ? 0 : blocks + 1);
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new RefusedInputException(
                RefusalCode.ModelConfigInvalid, $"The config.json of {folder.Name} is incomplete ({wrong.Message}); copy it again.",
                folder.Name, wrong.Message);
        }

        static string[] Texts(JsonElement parent, string name) => [.. parent.GetProperty(name).EnumerateArray().Select(text => text.GetString()!)];
    }

    private static string PrecisionMark(Precision precision) => precision switch
    {
        Precision.Float16 => "-f16",
        Precision.Int8 => "-i8",
        _ => "",
    };

    // Chosen by hand it may differ from the rule, and with it the last bits.
    private static string PackingMark(Prepacking prepack) => prepack == Prepacking.Auto ? "" : $"-p{(prepack == Prepacking.Always ? 1 : 0)}";

    // Nothing for OpenAI's settings, which most models have.
    private static string Setting(ClipTower tower, int width)
        => tower == ClipTower.OpenAi(width) ? "" : string.Create(CultureInfo.InvariantCulture, $"-{tower.Activation}-h{tower.Heads}-e{tower.NormEpsilon}");
}
