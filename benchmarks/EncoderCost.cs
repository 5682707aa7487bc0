using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Backbones;

namespace AdClip.Benchmarks;

/// <summary>Counts the multiply-adds of the image encoder's graph, as the graph is built.</summary>
/// <remarks>
/// Counted: the patch convolution, every linear layer, both products of each attention, the last projections. Left out, since
/// they are no matrix products: layer norms, softmax, activations, biases, residual sums, copies. So a model that runs at the
/// matrix rate throughout except for these would show less than 100 %.
/// </remarks>
internal static class EncoderCost
{
    public static double MultiplyAdds(ClipArchitecture model, ImageEncoderSettings settings)
    {
        double grid = settings.ImageSize / model.PatchSize;
        var (tokens, width, embed) = ((grid * grid) + 1, (double)model.VisionWidth, (double)model.EmbedWidth);
        var firstDual = settings.Dpam < 2 ? model.VisionLayers + 1 : model.VisionLayers - settings.Dpam + 2;
        var sum = grid * grid * 3 * model.PatchSize * model.PatchSize * width;
        for (var layer = 1; layer <= model.VisionLayers; layer++)
        {
            var isDual = layer >= firstDual;
            // The last block's original path runs for the class token alone, except for keys and values.
            var rows = layer == model.VisionLayers && (isDual || !settings.Layers.Contains(layer)) ? 1 : tokens;
            sum += (rows + (2 * tokens)) * width * width;
            sum += 2 * rows * tokens * width;
            sum += rows * width * width;
            sum += 8 * rows * width * width;
            if (isDual)
            {
                sum += (2 * tokens * tokens * width) + (tokens * width * width);
            }
            if (settings.Layers.Contains(layer))
            {
                sum += tokens * width * embed;
            }
        }
        return sum + (width * embed);
    }
}
