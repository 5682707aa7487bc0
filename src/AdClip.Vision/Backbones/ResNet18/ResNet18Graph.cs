using AdClip.Vision.Graphs;
using AdClip.Vision.Graphs.Onnx;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Backbones.ResNet18;

/// <summary>The patch tokens of a picture from stages 2 and 3 of a ResNet-18.</summary>
/// <remarks>
/// Input <c>pixels</c> [B, 3, H, W] as <see cref="ResNet18Backbone.Input"/> scales them. Outputs <c>class</c> [B, 384], the mean of a
/// picture's tokens, and <c>patches.1</c> [B · (1 + h · w), 384] with h = H / 16 and w = W / 16: image after image, that mean first, then
/// the tokens in rows from the top left. A token is that of stage 2 (128 wide) and that of stage 3 (256 wide), side by side, divided by
/// the square root of 2. Each of the two is a mean over 3 x 3 places of the stage's map, at the border over those that are there,
/// divided by its length; of stage 2, whose map is twice as fine, the mean over 2 x 2 of these. B is 1 unless the graph is made for
/// batches, whose B is free. Source: means and joined stages as in Roth et al., PatchCore, CVPR 2022, section 3.1; lengths by our own
/// measurements.
/// </remarks>
internal static class ResNet18Graph
{
    /// <summary>The number under which the tokens are given.</summary>
    public const int Layer = 1;

    /// <summary>Width of a token.</summary>
    public const int TokenWidth = 384;

    /// <summary>Pixels from a token to the next.</summary>
    public const int PixelsPerToken = 16;

    /// <summary>Sides of a picture are multiples of this.</summary>
    public const int SideStep = 32;

    // A patch of nothing but zeros has no direction and stays zero. Large enough for 16-bit floats.
    private const float LeastLength = 1e-6f;

    /// <summary>The map that a stage ends with: [B, 32 · 2^stage, H / 2^(stage + 1), W / 2^(stage + 1)]; for looking inside.</summary>
    public static string Stage(int stage) => $"stage.{stage}";

    /// <summary>Bytes of intermediate values that are held at once for one picture, about.</summary>
    /// <remarks>
    /// The picture and two maps of the size of the first one. Measured at one picture: 7, 13, 23, 44 and 107 MB at 224, 320, 448, 640 and
    /// 1024 pixels, for which this says 7, 14, 28, 57 and 147.
    /// </remarks>
    public static long ImageBytes(int height, int width) => 4L * height * width * (3 + (ResNet18Weights.Stem.Outputs / 2));

    /// <param name="weights">The model.</param>
    /// <param name="height">Rows H of a picture.</param>
    /// <param name="width">Pixels W of a row.</param>
    /// <param name="withStages">Also gives <see cref="Stage"/> 2 and 3 as outputs.</param>
    /// <param name="isBatched">Takes any number of pictures in one run.</param>
    public static ModelProto Build(ResNet18Weights weights, int height, int width, bool withStages = false, bool isBatched = false)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(height % SideStep, 0);
        ArgumentOutOfRangeException.ThrowIfNotEqual(width % SideStep, 0);
        var graph = new GraphBuilder();
        var x = graph.Input(EncoderValues.Pixels, isBatched ? -1 : 1, 3, height, width);
        x = graph.Relu(Convolve(ResNet18Weights.Stem, x));
        x = graph.MaxPool(x, 3, 2, ResNet18Layer.PaddingBefore(3, 2), ResNet18Layer.PaddingAfter(3, 2));
        var stages = new string[ResNet18Weights.Stages + 1];
        for (var stage = 1; stage <= ResNet18Weights.Stages; stage++)
        {
            for (var block = 1; block <= ResNet18Weights.Blocks; block++)
            {
                var around = ResNet18Weights.Shortcut(stage, block) is { } shortcut ? Convolve(shortcut, x) : x;
                var through = graph.Relu(Convolve(ResNet18Weights.First(stage, block), x));
                x = graph.Relu(graph.Add(Convolve(ResNet18Weights.Second(stage, block), through), around));
            }
            stages[stage] = x;
        }
        var fine = graph.MeanPool(Directions(stages[2]), 2, 2, 0);
        var tokens = graph.Multiply(graph.ConcatColumns(fine, Directions(stages[3])), graph.Scalar(1 / MathF.Sqrt(2)));
        var places = height / PixelsPerToken * (width / PixelsPerToken);
        tokens = graph.Reshape(tokens, -1, TokenWidth, places);
        var mean = graph.MeanLast(tokens);
        graph.Output(graph.Named(EncoderValues.Class, graph.Reshape(mean, -1, TokenWidth)));
        graph.Output(graph.Named(
            EncoderValues.Patches(Layer), graph.Reshape(graph.TransposeEach(graph.ConcatLast(mean, tokens)), -1, TokenWidth)));
        if (withStages)
        {
            graph.Output(graph.Named(Stage(2), stages[2]));
            graph.Output(graph.Named(Stage(3), stages[3]));
        }
        return graph.Build();

        string Convolve(ResNet18Layer layer, string input) => graph.PaddedConvolution(
            input, graph.Place(weights[layer.Weight]), graph.Place(weights[layer.Bias]), layer.Kernel, layer.Stride, layer.Before, layer.After);

        string Directions(string map) => graph.UnitChannels(graph.MeanPool(map, 3, 1, 1), LeastLength);
    }
}
