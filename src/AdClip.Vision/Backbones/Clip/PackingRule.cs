using AdClip.Vision.Graphs;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>Decides for <see cref="Prepacking.Auto"/> whether the image encoder's weights are packed.</summary>
/// <remarks>
/// Packing reads all weights when the session is made and holds a second copy; a product with many rows makes up for unpacked
/// weights by itself. Measured (processor time, unpacked against packed): ViT-B/16 at 224 pixels 1.07, at 256 1.05, at 288 0.98,
/// at 512 0.98; ViT-L/14 at 224 1.00, at 518 0.99, where it saves six seconds of start; 8 bits 1.11 at every size. The two
/// differ in the last bits, so the rule depends on nothing but the model and its settings.
/// </remarks>
internal static class PackingRule
{
    private const int ManyRows = 320;
    private const long SmallBytes = 64L << 20;
    private const long LargeBytes = 512L << 20;

    /// <param name="model">The model.</param>
    /// <param name="rows">Tokens of an image.</param>
    /// <param name="precision">Of the products.</param>
    public static Prepacking Decide(ClipArchitecture model, int rows, Precision precision) => Decide(model.VisionLayers, model.VisionWidth, rows, precision);

    /// <param name="layers">Blocks of the image transformer.</param>
    /// <param name="width">Width D of its stream.</param>
    /// <param name="rows">Tokens of an image.</param>
    /// <param name="precision">Of the products.</param>
    public static Prepacking Decide(int layers, int width, long rows, Precision precision)
    {
        // Of a block the projections of attention, 4 D², and the two layers of the network, 8 D²; the rest is small.
        var bytes = 12L * layers * width * width * sizeof(float);
        return precision == Precision.Int8 || bytes <= SmallBytes || (rows < ManyRows && bytes <= LargeBytes) ? Prepacking.Always : Prepacking.Never;
    }
}
