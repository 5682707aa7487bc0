using System.Globalization;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Graphs;
using AdClip.Vision.Graphs.Onnx;
using AdClip.Vision.Imaging;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Backbones.DinoV2;

/// <summary>DINOv2: a vision transformer that learned from images alone, so it knows no words.</summary>
/// <remarks>
/// Tokens of the last layer are the model's own output, after its final layer norm, as AnomalyDINO takes them; those of layers
/// before it are as their blocks give them, as SubspaceAD takes them. Blocks after the last layer that is asked for are not run.
/// </remarks>
internal sealed class DinoV2Backbone(DinoV2Weights weights, string? configFile) : IBackbone
{
    // That of AnomalyDINO; SubspaceAD has 672 with the giant model.
    private const int ReferenceImageSize = 448;
    private const int SmallestReal = 224;

    /// <summary>The entry of the list of kinds.</summary>
    public static BackboneKind Kind { get; } = new("dinov2", DinoV2Weights.IsKind, Open, SessionMemory.ImageEncoder);

    /// <summary>Mean and deviation of ImageNet's pictures, which all of these models are given.</summary>
    public static PixelScale Input { get; } = new(255, [0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    public DinoV2Weights Weights { get; } = weights;

    public BackboneShape Shape { get; } = new()
    {
        Kind = Kind.Name,
        PixelsPerToken = weights.Architecture.PatchSize,
        SideStep = weights.Architecture.PatchSize,
        TokenWidth = weights.Architecture.Width,
        StreamWidth = weights.Architecture.Width,
        Layers = weights.Architecture.Layers,
        NativeImageSize = weights.Architecture.NativeImageSize,
        Parameters = weights.Architecture.Parameters,
        Input = Input,
        HasWords = false,
        HasEightBit = false,
    };

    public ImageEncoderSettings Recommended
    {
        get
        {
            var model = Weights.Architecture;
            var side = model.NativeImageSize < SmallestReal ? model.NativeImageSize : ReferenceImageSize / model.PatchSize * model.PatchSize;
            return new ImageEncoderSettings(side, Dpam: 0, model.MiddleLayers);
        }
    }

    public string FilePath => Weights.FilePath;

    public string? ConfigFile { get; } = configFile;

    public string IdOf(ImageEncoderSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var model = Weights.Architecture;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"-l{string.Join('.', settings.Layers)}-h{model.Heads}-e{model.NormEpsilon}-{model.Positions.ToString().ToLowerInvariant()}");
    }

    public ImageEncoderSettings Checked(ImageEncoderSettings settings) => settings.CheckedFor(Shape, hasDpam: false) with { KeepsOriginal = false };

    public Prepacking Packing(int imageSize, Precision precision) => PackingRule.Decide(Shape.Layers, Shape.StreamWidth, Rows(imageSize), precision);

    public long ImageBytes(int imageSize, Precision precision) => SessionMemory.PerImage(Rows(imageSize), Shape.StreamWidth, precision);

    public EightBitFile OpenEightBit(string? path) => throw new RefusedInputException(
        RefusalCode.EightBitUnsupported, $"{Path.GetFileName(FilePath)} is a DINOv2 model, which has no 8-bit form here; run it in float32.",
        Path.GetFileName(FilePath));

    public ModelProto Graph(ImageEncoderSettings settings, bool isBatched, WeightFile? eightBit) => DinoV2Graph.Build(
        Weights, new DinoV2Settings(settings.ImageSize, settings.ImageSize, settings.Layers, NormedLayers.Last, IsWhole: false), isBatched: isBatched);

    private static DinoV2Backbone Open(WeightFile file, ModelFolder folder)
    {
        var config = folder.Configs().Select(found => DinoV2Config.Parse(found.Json, found.Name)).FirstOrDefault(parsed => parsed is not null);
        return new DinoV2Backbone(DinoV2Weights.From(file, config), config?.FileName);
    }

    private int Rows(int imageSize) => 1 + Weights.Architecture.Registers + (Shape.Grid(imageSize) * Shape.Grid(imageSize));
}
