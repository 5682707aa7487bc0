using AdClip.Vision.Graphs;
using AdClip.Vision.Graphs.Onnx;
using AdClip.Vision.Imaging;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Backbones.ResNet18;

/// <summary>The ResNet-18 of <c>tools/resnet18</c>: one layer of tokens, no words.</summary>
internal sealed class ResNet18Backbone(ResNet18Weights weights) : IBackbone
{
    private const int BestImageSize = 320;
    private const int TrainedImageSize = 224;
    private const long Runtime = 24L << 20; // graph, kernels, threads

    /// <summary>The entry of the list of kinds.</summary>
    public static BackboneKind Kind { get; } = new(
        "resnet18", file => file.Tensors.ContainsKey(ResNet18Weights.Stem.Weight), (file, _) => new ResNet18Backbone(ResNet18Weights.From(file)), SessionBytes);

    /// <summary>Blue, green, red in 0 to 255, minus the mean of each, no division.</summary>
    /// <remarks>
    /// The package subtracts a mean for every place of a 224 x 224 picture; these are the means of that over all places, so that any size
    /// can be taken. What the convolutions pad with, zero, is the mean colour.
    /// </remarks>
    public static PixelScale Input { get; } = new(divisor: 1, mean: [123.152f, 115.903f, 103.063f], deviation: [1, 1, 1], isBgr: true);

    public BackboneShape Shape { get; } = new()
    {
        Kind = Kind.Name,
        PixelsPerToken = ResNet18Graph.PixelsPerToken,
        SideStep = ResNet18Graph.SideStep,
        TokenWidth = ResNet18Graph.TokenWidth,
        StreamWidth = ResNet18Weights.Width(ResNet18Weights.Stages),
        Layers = 1,
        NativeImageSize = TrainedImageSize,
        Parameters = ResNet18Weights.Parameters,
        Input = Input,
        HasScaledTokens = true,
        HasWords = false,
        HasEightBit = false,
    };

    public ImageEncoderSettings Recommended => new(BestImageSize, Dpam: 0, [ResNet18Graph.Layer]);

    public string FilePath => weights.FilePath;

    public string? ConfigFile => null;

    public string IdOf(ImageEncoderSettings settings) => "";

    public ImageEncoderSettings Checked(ImageEncoderSettings settings) => settings.CheckedFor(Shape, hasDpam: false);

    public Prepacking Packing(int imageSize, Precision precision) => Prepacking.Always;

    public long ImageBytes(int imageSize, Precision precision) => ResNet18Graph.ImageBytes(imageSize, imageSize) / (precision == Precision.Float16 ? 2 : 1);

    public EightBitFile OpenEightBit(string? path) => throw new RefusedInputException(
        RefusalCode.EightBitUnsupported, $"{Path.GetFileName(FilePath)} is a ResNet-18, which has no 8-bit form here; run it in float32.",
        Path.GetFileName(FilePath));

    public ModelProto Graph(ImageEncoderSettings settings, bool isBatched, WeightFile? eightBit) =>
        ResNet18Graph.Build(weights, settings.ImageSize, settings.ImageSize, isBatched: isBatched);

    private static long SessionBytes(BackboneFootprint model, int imageSize, SessionSettings settings, int callers) =>
        Runtime + (sizeof(float) * model.Parameters) + (ResNet18Graph.ImageBytes(imageSize, imageSize) * callers);
}
