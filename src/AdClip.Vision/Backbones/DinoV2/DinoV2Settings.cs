namespace AdClip.Vision.Backbones.DinoV2;

/// <summary>Layers whose tokens are returned after the final layer norm.</summary>
internal enum NormedLayers
{
    /// <summary>All as the blocks give them.</summary>
    None,

    /// <summary>Those of the last block, which are the model's own output; others as the blocks give them.</summary>
    Last,

    /// <summary>All, as the original's <c>get_intermediate_layers</c> does unless told otherwise.</summary>
    All,
}

/// <summary>How a DINOv2 model is to be run; each combination gives tokens that only fit themselves.</summary>
/// <param name="Height">Of the input in pixels, a multiple of the patch.</param>
/// <param name="Width">Of the input in pixels, a multiple of the patch.</param>
/// <param name="Layers">The blocks, counted from 1, whose tokens are returned, ascending.</param>
/// <param name="Normed">Which of them the final layer norm is applied to.</param>
/// <param name="IsWhole">
/// Whether the class token is that of the whole model; else it is that of the last of <paramref name="Layers"/>, and the blocks
/// after it are not run.
/// </param>
internal sealed record DinoV2Settings(int Height, int Width, IReadOnlyList<int> Layers, NormedLayers Normed, bool IsWhole)
{
    private const int LargestSide = 2048;

    /// <summary>The settings with layers sorted, each once.</summary>
    /// <exception cref="RefusedInputException">The model cannot run them.</exception>
    public DinoV2Settings CheckedFor(DinoV2Architecture model)
    {
        foreach (var side in (int[])[Height, Width])
        {
            if (side < model.PatchSize || side > LargestSide)
            {
                throw new RefusedInputException(
                    RefusalCode.EncoderSettingInvalid,
                    $"An image side of {side} pixels is outside {model.PatchSize} to {LargestSide}; choose a multiple of {model.PatchSize} between them.",
                    side, model.PatchSize, LargestSide);
            }
        }
        if (Height % model.PatchSize != 0 || Width % model.PatchSize != 0)
        {
            int Nearest(int side) => Math.Max(1, (side + (model.PatchSize / 2)) / model.PatchSize) * model.PatchSize;
            throw new RefusedInputException(
                RefusalCode.EncoderSideNotMultiple,
                $"The model looks at patches of {model.PatchSize} pixels, which an image of {Width} x {Height} cannot be cut into; "
                    + $"choose {Nearest(Width)} x {Nearest(Height)}.",
                model.PatchSize, Width, Height, Nearest(Width), Nearest(Height));
        }
        int[] layers = [.. Layers.Distinct().Order()];
        if (layers.Length == 0 || layers[0] < 1 || layers[^1] > model.Layers)
        {
            throw new RefusedInputException(
                RefusalCode.EncoderSettingInvalid, $"Layers {string.Join(", ", Layers)} are not all blocks of this model; choose from 1 to {model.Layers}.",
                string.Join(", ", Layers), 1, model.Layers);
        }
        return this with { Layers = layers };
    }
}
