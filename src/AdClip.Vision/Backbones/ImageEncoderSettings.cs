namespace AdClip.Vision.Backbones;

/// <summary>How the image encoder is to be run; each combination gives tokens that only fit themselves.</summary>
/// <param name="ImageSize">Side S of the square input in pixels.</param>
/// <param name="Dpam">
/// AnomalyCLIP's DPAM_layer k: the last k - 1 blocks run the value-value path as well; 0 and 1 mean none, L + 1 means all.
/// </param>
/// <param name="Layers">The blocks, counted from 1, whose patch tokens are returned, ascending.</param>
/// <param name="HasFeedForward">AnomalyCLIP's <c>ffn</c> variant of the value-value path.</param>
/// <param name="KeepsOriginal">
/// Also returns the patch tokens of the original path, which the value-value path replaces; they are those of <paramref name="Dpam"/> 0.
/// </param>
public sealed record ImageEncoderSettings(int ImageSize, int Dpam, IReadOnlyList<int> Layers, bool HasFeedForward = false, bool KeepsOriginal = false)
{
    private const int LargestSide = 2048;

    /// <summary>The settings with layers sorted, each once, those beyond the encoder left out as in AnomalyCLIP.</summary>
    /// <param name="shape">What the encoder can be asked for.</param>
    /// <param name="hasDpam">Whether it has blocks that can run the value-value path.</param>
    /// <exception cref="RefusedInputException">The model cannot run them.</exception>
    internal ImageEncoderSettings CheckedFor(BackboneShape shape, bool hasDpam)
    {
        var step = Math.Max(shape.SideStep, shape.PixelsPerToken);
        if (ImageSize < step || ImageSize > LargestSide || ImageSize % shape.SideStep != 0)
        {
            throw new RefusedInputException(
                RefusalCode.EncoderSettingInvalid,
                $"An image size of {ImageSize} cannot be used; choose a multiple of {step} from {step} to {LargestSide}.",
                ImageSize,
                step,
                LargestSide);
        }
        if (Dpam < 0 || Dpam > (hasDpam ? shape.Layers + 1 : 0))
        {
            throw new RefusedInputException(
                RefusalCode.EncoderSettingInvalid,
                $"A DPAM layer of {Dpam} is outside 0 to {(hasDpam ? shape.Layers + 1 : 0)} for a model of {shape.Layers} layers.",
                Dpam,
                0,
                hasDpam ? shape.Layers + 1 : 0);
        }
        int[] layers = [.. Layers.Where(layer => layer <= shape.Layers).Distinct().Order()];
        if (layers.Length == 0 || layers[0] < 1)
        {
            throw new RefusedInputException(
                RefusalCode.EncoderSettingInvalid, $"Layers {string.Join(", ", Layers)} name no block of this model; choose from 1 to {shape.Layers}.",
                string.Join(", ", Layers), 1, shape.Layers);
        }
        return this with { Layers = layers };
    }
}
