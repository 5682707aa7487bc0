using System.Globalization;
using AdClip.Vision.Graphs;
using AdClip.Vision.Graphs.Onnx;
using AdClip.Vision.Imaging;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>The image transformer of a CLIP model, with AnomalyCLIP's value-value path.</summary>
internal sealed class ClipBackbone(ClipWeights weights, string? configFile = null) : IBackbone
{
    private const int ReferenceImageSize = 518;

    /// <summary>The entry of the list of kinds. Last there: what nobody reads is refused as a CLIP model that lacks something.</summary>
    public static BackboneKind Kind { get; } = new("clip", _ => true, Open, SessionMemory.ImageEncoder);

    /// <summary>All of the model, texts included.</summary>
    public ClipWeights Weights { get; } = weights;

    public BackboneShape Shape { get; } = new()
    {
        Kind = Kind.Name,
        PixelsPerToken = weights.Architecture.PatchSize,
        SideStep = 1,
        TokenWidth = weights.Architecture.EmbedWidth,
        StreamWidth = weights.Architecture.VisionWidth,
        Layers = weights.Architecture.VisionLayers,
        NativeImageSize = weights.Architecture.NativeImageSize,
        Parameters = weights.Architecture.Parameters,
        Input = PixelScale.Clip,
        HasWords = true,
        HasEightBit = true,
    };

    /// <summary>AnomalyCLIP's habits for ViT-L/14 (every sixth layer, 20 of 24 at 518 pixels) carried over to other depths.</summary>
    public ImageEncoderSettings Recommended
    {
        get
        {
            var model = Weights.Architecture;
            return new ImageEncoderSettings(
                model.NativeImageSize < 224 ? model.NativeImageSize : ReferenceImageSize / model.PatchSize * model.PatchSize,
                (int)Math.Round(model.VisionLayers * 20 / 24.0),
                [.. Enumerable.Range(1, 4)
                    .Select(quarter => Math.Max(1, (int)Math.Round(quarter * model.VisionLayers / 4.0, MidpointRounding.AwayFromZero)))
                    .Distinct()]);
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
            $"-k{settings.Dpam}-l{string.Join('.', settings.Layers)}{model.Vision.Mark(model.VisionWidth)}{(settings.KeepsOriginal ? "-o" : "")}");
    }

    public ImageEncoderSettings Checked(ImageEncoderSettings settings) => settings.CheckedFor(Shape, hasDpam: true);

    public Prepacking Packing(int imageSize, Precision precision) => PackingRule.Decide(Weights.Architecture, Rows(imageSize), precision);

    public long ImageBytes(int imageSize, Precision precision) => SessionMemory.PerImage(Rows(imageSize), Shape.StreamWidth, precision);

    public EightBitFile OpenEightBit(string? path) => EightBitWeights.Open(Weights, path);

    public ModelProto Graph(ImageEncoderSettings settings, bool isBatched, WeightFile? eightBit) =>
        ImageEncoderGraph.Build(Weights, settings, isBatched: isBatched, eightBit: eightBit);

    private static ClipBackbone Open(WeightFile file, ModelFolder folder)
    {
        var config = folder.Configs().Select(found => ClipConfig.Parse(found.Json, found.Name)).FirstOrDefault(parsed => parsed is not null);
        return new ClipBackbone(ClipWeights.From(file, config), config?.FileName);
    }

    private int Rows(int imageSize) => 1 + (Shape.Grid(imageSize) * Shape.Grid(imageSize));
}
