namespace AdClip.Pretrain.Training;

/// <summary>The sizes of a CLIP model in OpenAI's layout with AnomalyCLIP's value-value path in its last visual blocks.</summary>
/// <param name="ImageSize">Side in pixels for which the position table is made.</param>
/// <param name="Patch">Side of a patch in pixels.</param>
/// <param name="Width">Of the visual stream, a multiple of 64.</param>
/// <param name="Blocks">Visual blocks.</param>
/// <param name="DualBlocks">The last so many run the value-value path beside the ordinary one.</param>
/// <param name="FeatureBlocks">Blocks, counted from 1, whose patch features are trained.</param>
/// <param name="Embed">Width shared by images and texts.</param>
/// <param name="TextWidth">Of the text stream, a multiple of 64.</param>
/// <param name="TextBlocks">Text blocks.</param>
/// <param name="Context">Tokens of a text at most.</param>
/// <param name="Vocabulary">Entries of the tokenizer.</param>
public sealed record ModelShape(
    int ImageSize, int Patch, int Width, int Blocks, int DualBlocks, IReadOnlyList<int> FeatureBlocks,
    int Embed, int TextWidth, int TextBlocks, int Context, int Vocabulary)
{
    public int Heads => Width / 64;

    public int TextHeads => TextWidth / 64;

    /// <summary>Positions along a side of the position table.</summary>
    public int Grid => ImageSize / Patch;

    public int PatchValues => 3 * Patch * Patch;
}
