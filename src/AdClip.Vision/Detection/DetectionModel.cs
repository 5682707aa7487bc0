using System.Globalization;
using System.Text.Json;
using AdClip.Vision.Backbones;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Detection.GoodImages;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.Graphs;
using AdClip.Vision.Imaging;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Detection;

/// <summary>A model opened for anomaly detection: encodes images and, where it knows words, texts; and makes scorers.</summary>
/// <remarks>
/// Safe for concurrent calls. The weight file is mapped, so it must not change until disposal. The image encoder is made ready
/// when an image is first encoded, and kept: scoring kept tokens needs none.
/// </remarks>
public sealed class DetectionModel : IDisposable
{
    // Raised whenever the encoder's numbers change, so that cached tokens of older versions are not used.
    private const int EncoderVersion = 2;

    private readonly IBackbone _backbone;
    private readonly ImageEncoderSettings _settings;
    private readonly SessionSettings _session;
    private readonly Lock _opening = new();
    private readonly ScoringScheme _scheme;
    private readonly string? _eightBitFile;
    private ImageEncoder? _encoder;

    private DetectionModel(
        IBackbone backbone, ImageEncoderSettings settings, ScoringScheme scheme, ModelWords? words, ModelDescription model, SessionSettings session,
        string? eightBitFolder)
    {
        (_backbone, _settings, _scheme, _session, Words, Model) = (backbone, settings, scheme, session, words, model);
        _eightBitFile = eightBitFolder is { } kept ? Path.Combine(kept, $"{model.Sha256}.8bit.safetensors") : null;
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

    /// <summary>What it makes of texts; null: it knows no words.</summary>
    public ModelWords? Words { get; }

    /// <summary>Opens a weight file (safetensors or PyTorch zip, of any of the known kinds and namings) or a folder that holds one.</summary>
    /// <exception cref="RefusedInputException">No usable model there, or it cannot run with these options.</exception>
    public static DetectionModel Open(string modelFileOrFolder, DetectorOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelFileOrFolder);
        options ??= new DetectorOptions();
        var session = options.Session ?? new SessionSettings();
        var folder = ModelFolder.Find(modelFileOrFolder);
        var backbone = BackboneKinds.Open(folder);
        var (scheme, ensemble, recommended) = Scheme(folder, backbone, options);
        var settings = backbone.Checked(new ImageEncoderSettings(
            options.ImageSize ?? recommended.ImageSize,
            options.Dpam ?? recommended.Dpam,
            [.. scheme.ZeroShotLayers.Union(scheme.FewShotLayers)],
            KeepsOriginal: options.KeepsOriginal));
        scheme = scheme with
        {
            ZeroShotLayers = [.. scheme.ZeroShotLayers.Where(settings.Layers.Contains)],
            FewShotLayers = [.. scheme.FewShotLayers.Where(settings.Layers.Contains)],
            HasScaledTokens = backbone.Shape.HasScaledTokens,
        };
        var sha256 = options.WeightsSha256 ?? FileHash.Sha256(backbone.FilePath);
        var model = new ModelDescription
        {
            Name = folder.Name,
            WeightFile = folder.WeightFile,
            Sha256 = sha256,
            EncoderId = string.Create(
                CultureInfo.InvariantCulture,
                $"v{EncoderVersion}-{sha256[..16]}-s{settings.ImageSize}{backbone.IdOf(settings)}"
                    + $"{PrecisionMark(session.Precision)}{PackingMark(session.Prepack)}"),
            Shape = backbone.Shape,
            ImageSize = settings.ImageSize,
            RecommendedImageSize = recommended.ImageSize,
            Dpam = settings.Dpam,
            Layers = settings.Layers,
            HasOwnScheme = folder.Own is not null,
            ConfigFile = backbone.ConfigFile,
            Licence = folder.Own is { } own && own.TryGetProperty("licence", out var licence) ? licence.ToString() : null,
            Limits = folder.Limits,
        };
        var words = backbone is ClipBackbone clip ? new ModelWords(clip.Weights, folder.Name, sha256, ensemble, session.Threads, options) : null;
        return new DetectionModel(backbone, settings, scheme, words, model, session, options.EightBitFolder);
    }

    /// <summary>How pixels go in.</summary>
    public PixelScale Input => Model.Shape.Input;

    /// <summary>Tokens along one side of the input.</summary>
    public int Grid => Model.Shape.Grid(Model.ImageSize);

    /// <summary>The tokens of a picture, squashed to the model's square.</summary>
    public ImageTokens Encode(PixelImage image) => Encode(Preprocessing.ToTensor(image, Model.ImageSize, Input));

    /// <summary>The tokens of a picture file, which is streamed: large files need little memory.</summary>
    /// <exception cref="RefusedInputException">The file is not a picture that can be read.</exception>
    public ImageTokens EncodeFile(string imageFile, ImageLimits? limits = null) => Encode(Preprocessing.LoadTensor(imageFile, Model.ImageSize, Input, limits));

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

    /// <summary>Its words.</summary>
    /// <exception cref="RefusedInputException">It has none.</exception>
    public ModelWords RequireWords() => Words ?? throw new RefusedInputException(
        RefusalCode.ModelHasNoWords, $"{Model.Name} knows no words; compare with good images, or choose a model with words.", Model.Name);

    /// <summary>Makes a scorer for these prompts and good images.</summary>
    /// <param name="prompts">What "normal" and "abnormal" mean.</param>
    /// <param name="references">Good images; may be empty.</param>
    /// <param name="regions">What is inspected; null: everything.</param>
    /// <exception cref="RefusedInputException">A prompt or a reference that does not fit the model, or regions smaller than it can see.</exception>
    public Scorer CreateScorer(PromptSettings prompts, IReadOnlyList<Reference> references, InspectionRegions? regions = null)
    {
        ArgumentNullException.ThrowIfNull(references);
        return new Scorer(EncoderId, Model.ImageSize, Grid, _scheme, RequireWords().EncodePrompts(prompts), references, regions);
    }

    /// <summary>Makes a scorer for the tiles of large images.</summary>
    /// <param name="prompts">What "normal" and "abnormal" mean.</param>
    /// <param name="references">Good images, cut like the images to be inspected; may be empty.</param>
    /// <param name="regions">What is inspected; null: everything.</param>
    /// <exception cref="RefusedInputException">A prompt or a reference that does not fit the model.</exception>
    public Scorer CreateTiledScorer(PromptSettings prompts, IReadOnlyList<CorePatches> references, InspectionRegions? regions = null)
    {
        ArgumentNullException.ThrowIfNull(references);
        return new Scorer(EncoderId, Model.ImageSize, Grid, _scheme, RequireWords().EncodePrompts(prompts), references, regions);
    }

    /// <summary>A good image for <see cref="CreateGoodScorer"/>. Its picture is decoded when an orientation is first asked for, and held.</summary>
    /// <param name="imageFile">Must be there as long as it is used.</param>
    /// <param name="sha256">Of the file, in hexadecimal.</param>
    /// <param name="upright">Its tokens, if they are kept; null: it is encoded.</param>
    /// <param name="limits">Of what is decoded.</param>
    /// <exception cref="RefusedInputException">The file is not a picture that can be read.</exception>
    public GoodImage OpenGood(string imageFile, string sha256, ImageTokens? upright = null, ImageLimits? limits = null)
    {
        var square = new Lazy<PixelImage>(() => ImageDecoder.DecodeResized(imageFile, Model.ImageSize, Model.ImageSize, limits));
        return new GoodImage(
            sha256, upright ?? EncodeFile(imageFile, limits), orientation => Encode(Input.Apply(orientation.Turn(square.Value))));
    }

    /// <summary>Makes a scorer that compares with good images alone, for models with and without words.</summary>
    /// <param name="good">At least one; their order does not count.</param>
    /// <param name="options">How; part of the scale of scores: <see cref="ScoreIdentity.OfGood"/>.</param>
    /// <param name="regions">What is inspected, and learned from; null: everything.</param>
    /// <param name="progress">From 0 to 1.</param>
    /// <param name="cancel">Stops between images.</param>
    /// <exception cref="RefusedInputException">
    /// No good image, one of another encoder or that cannot be read, or regions smaller than the model can see.
    /// </exception>
    public GoodScorer CreateGoodScorer(
        IReadOnlyList<GoodImage> good, GoodOptions options, InspectionRegions? regions = null, IProgress<double>? progress = null,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(good);
        ArgumentNullException.ThrowIfNull(options);
        if (good.Count == 0)
        {
            RequireWords();
            throw new ArgumentException("Without good images there is nothing to compare with.", nameof(good));
        }
        return GoodFitting.Fit(good, options, regions is null ? FitContext : FitContext.At(regions), progress, cancel);
    }

    /// <summary>Reads what <see cref="GoodScorer.Write"/> wrote.</summary>
    /// <exception cref="RefusedInputException">Not such a file, damaged, or of another encoder.</exception>
    public GoodScorer ReadGoodScorer(Stream stream) => GoodFile.Read(stream, FitContext);

    /// <summary>What a fit on cached tokens has to know of this model.</summary>
    public FitContext FitContext => new(EncoderId, Model.ImageSize, Grid, _scheme);

    /// <summary>Makes a scorer for text features that no file holds, without good images.</summary>
    /// <param name="texts">Of this model's width, unit length.</param>
    public Scorer CreateScorer(TextPair texts)
        => new(EncoderId, Model.ImageSize, Grid, _scheme, texts, (IReadOnlyList<Reference>)[], null);

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
            return _encoder ??= new ImageEncoder(_backbone, _settings, EncoderId, _session, eightBitFile: _eightBitFile);
        }
    }

    private static (ScoringScheme Scheme, PromptLists? Ensemble, ImageEncoderSettings Recommended) Scheme(
        ModelFolder folder, IBackbone backbone, DetectorOptions options)
    {
        var recommended = backbone.Recommended;
        if (!backbone.Shape.HasWords)
        {
            return (ScoringScheme.GoodImages(options.Layers ?? recommended.Layers), null, recommended);
        }
        if (folder.Own is not { } config)
        {
            return (ScoringScheme.AnomalyClip(options.Layers ?? recommended.Layers), null, recommended);
        }
        try
        {
            var scheme = ScoringScheme.From(config);
            var lists = config.GetProperty("prompts").GetProperty("ensemble");
            var ensemble = new PromptLists(Texts(lists, "normal_states"), Texts(lists, "abnormal_states"), Texts(lists, "templates"));
            // The configuration counts value-value blocks; DPAM_layer k means k - 1 of them.
            var blocks = config.GetProperty("dpam_depth").GetInt32();
            scheme = options.Layers is { } layers ? scheme with { ZeroShotLayers = layers, FewShotLayers = layers } : scheme;
            return (scheme, ensemble, recommended with { ImageSize = config.GetProperty("image_size").GetInt32(), Dpam = blocks == 0 ? 0 : blocks + 1 });
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
}
