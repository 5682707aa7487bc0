namespace AdClip.Vision.Backbones.Clip;

/// <summary>The numbers that describe a CLIP model, read from the shapes of its tensors but for the two towers' settings.</summary>
public sealed record ClipArchitecture
{
    /// <summary>Width E of the space that images and texts share.</summary>
    public required int EmbedWidth { get; init; }

    /// <summary>Width of the image transformer.</summary>
    public required int VisionWidth { get; init; }

    /// <summary>Blocks L of the image transformer.</summary>
    public required int VisionLayers { get; init; }

    /// <summary>Side P of a patch in pixels.</summary>
    public required int PatchSize { get; init; }

    /// <summary>Patches along one side of the image that the model was trained at.</summary>
    public required int Grid { get; init; }

    /// <summary>Width of the text transformer.</summary>
    public required int TextWidth { get; init; }

    /// <summary>Blocks of the text transformer.</summary>
    public required int TextLayers { get; init; }

    /// <summary>Longest token sequence.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Number of tokens.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Number of weights, the temperature included.</summary>
    public required long Parameters { get; init; }

    /// <summary>Of the image transformer.</summary>
    public required ClipTower Vision { get; init; }

    /// <summary>Of the text transformer.</summary>
    public required ClipTower Text { get; init; }

    /// <summary>Attention heads of the image transformer.</summary>
    public int VisionHeads => Vision.Heads;

    /// <summary>Attention heads of the text transformer.</summary>
    public int TextHeads => Text.Heads;

    /// <summary>Side in pixels of the image that the model was trained at.</summary>
    public int NativeImageSize => Grid * PatchSize;
}
