namespace AdClip.Vision.Clip;

/// <summary>The numbers that describe a CLIP model, read from the shapes of its tensors but for the two towers' settings.</summary>
/// <param name="EmbedWidth">Width E of the space that images and texts share.</param>
/// <param name="VisionWidth">Width of the image transformer.</param>
/// <param name="VisionLayers">Blocks L of the image transformer.</param>
/// <param name="PatchSize">Side P of a patch in pixels.</param>
/// <param name="Grid">Patches along one side of the image that the model was trained at.</param>
/// <param name="TextWidth">Width of the text transformer.</param>
/// <param name="TextLayers">Blocks of the text transformer.</param>
/// <param name="ContextLength">Longest token sequence.</param>
/// <param name="VocabularySize">Number of tokens.</param>
/// <param name="Parameters">Number of weights, the temperature included.</param>
/// <param name="Vision">Of the image transformer.</param>
/// <param name="Text">Of the text transformer.</param>
public sealed record ClipArchitecture(
    int EmbedWidth, int VisionWidth, int VisionLayers, int PatchSize, int Grid,
    int TextWidth, int TextLayers, int ContextLength, int VocabularySize, long Parameters,
    ClipTower Vision, ClipTower Text)
{
    /// <summary>Attention heads of the image transformer.</summary>
    public int VisionHeads => Vision.Heads;

    /// <summary>Attention heads of the text transformer.</summary>
    public int TextHeads => Text.Heads;

    /// <summary>Side in pixels of the image that the model was trained at.</summary>
    public int NativeImageSize => Grid * PatchSize;
}
