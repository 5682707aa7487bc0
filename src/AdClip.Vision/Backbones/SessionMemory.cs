using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Graphs;

namespace AdClip.Vision.Backbones;

/// <summary>How much memory an image encoder's session takes, estimated before it is made.</summary>
/// <remarks>
/// Weights: their bytes at the session's precision, when they are copied into the kernels' order; else they stay in the page
/// cache, which all processes share and the system takes back when it needs to. Intermediate values: the runtime's arena holds
/// about forty times the stream [rows, width] per image in flight, by measurement: 20 MiB for ViT-B/16 at 224 pixels (0.58 MiB)
/// and 220 MiB for ViT-L/14 at 518 (5.4 MiB).
/// </remarks>
public static class SessionMemory
{
    private const int LiveStreams = 40;
    private const long Runtime = 24L << 20; // graph, kernels, threads

    /// <summary>Bytes of intermediate values of one image.</summary>
    /// <param name="rows">Tokens of the image, class token included.</param>
    /// <param name="width">Width of the stream.</param>
    /// <param name="precision">How values are held; 8-bit products keep float32 streams.</param>
    public static long PerImage(long rows, int width, Precision precision) => rows * width * LiveStreams * (precision == Precision.Float16 ? 2 : 4);

    /// <summary>Bytes of a session of an image transformer and of the images that it encodes at once.</summary>
    /// <param name="model">What is known of the encoder.</param>
    /// <param name="imageSize">Side of the square input in pixels.</param>
    /// <param name="settings">How it is run.</param>
    /// <param name="callers">Images at once.</param>
    public static long ImageEncoder(BackboneFootprint model, int imageSize, SessionSettings settings, int callers)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(settings);
        var (layers, width, patch) = (model.Layers, model.StreamWidth, model.PixelsPerToken);
        long rows = 1 + (imageSize / patch * (imageSize / patch));
        // Per block: joined projections 3, their output 1, the two MLP matrices 4 each.
        var weights = (12L * layers * width * width) + (3L * patch * patch * width) + (rows * width);
        var prepack = settings.Prepack == Prepacking.Auto ? PackingRule.Decide(layers, width, rows, settings.Precision) : settings.Prepack;
        var packed = prepack == Prepacking.Never ? 0 : weights * BytesPerWeight(settings.Precision);
        return Runtime + packed + (PerImage(rows, width, settings.Precision) * callers);
    }

    private static int BytesPerWeight(Precision precision) => precision switch
    {
        Precision.Float16 => 2,
        Precision.Int8 => 1,
        _ => 4,
    };
}
