namespace AdClip.Vision.Clip;

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

    /// <summary>The settings with layers sorted, each once, those beyond the model left out as in AnomalyCLIP.</summary>
    /// <exception cref="RefusedInputException">The model cannot run them.</exception>
    internal ImageEncoderSettings CheckedFor(ClipArchitecture model)
    {
        if (ImageSize < model.PatchSize || ImageSize > LargestSide)
        {
            throw new RefusedInputException(
                RefusalCode.EncoderSettingInvalid,
                $"An image size of {ImageSize} is outside {model.PatchSize} to {LargestSide}; choose a multiple of {model.PatchSize} between them.",
                ImageSize,
                model.PatchSize,
                LargestSide);
        }
        if (Dpam < 0 || Dpam > model.VisionLayers + 1)
        {
            throw new RefusedInputException(
                RefusalCode.EncoderSettingInvalid,
                $"A DPAM layer of {Dpam} is outside 0 to {model.VisionLayers + 1} for a model of {model.VisionLayers} blocks.",
                Dpam,
                0,
                model.VisionLayers + 1);
        }
        int[] layers = [.. Layers.Where(layer => layer <= model.VisionLayers).Distinct().Order()];
        if (layers.Length == 0 || layers[0] < 1)
        {
            throw new RefusedInputException(
                RefusalCode.EncoderSettingInvalid, $"Layers {string.Join(", ", Layers)} name no block of this model; choose from 1 to {model.VisionLayers}.",
                string.Join(", ", Layers), 1, model.VisionLayers);
        }
        return this with { Layers = layers };
    }
}
