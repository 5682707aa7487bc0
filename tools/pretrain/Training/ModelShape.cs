namespace AdClip.Pretrain.Training;

/// <summary>The sizes of a CLIP model in OpenAI's layout with AnomalyCLIP's value-value path in its last visual blocks.</summary>
public sealed record ModelShape
{
    /// <summary>Side in pixels for which the position table is made.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Side of a patch in pixels.</summary>
    public required int Patch { get; init; }

    /// <summary>Of the visual stream, a multiple of 64.</summary>
    public required int Width { get; init; }

    /// <summary>Visual blocks.</summary>
    public required int Blocks { get; init; }

    /// <summary>The last so many run the value-value path beside the ordinary one.</summary>
    public required int DualBlocks { get; init; }

    /// <summary>Blocks, counted from 1, whose patch features are trained.</summary>
    public required IReadOnlyList<int> FeatureBlocks { get; init; }

    /// <summary>Width shared by images and texts.</summary>
    public required int Embed { get; init; }

    /// <summary>Of the text stream, a multiple of 64.</summary>
    public required int TextWidth { get; init; }

    /// <summary>Text blocks.</summary>
    public required int TextBlocks { get; init; }

    /// <summary>Tokens of a text at most.</summary>
    public required int Context { get; init; }

    /// <summary>Entries of the tokenizer.</summary>
    public required int Vocabulary { get; init; }

    public int Heads => Width / 64;

    public int TextHeads => TextWidth / 64;

    /// <summary>Positions along a side of the position table.</summary>
    public int Grid => ImageSize / Patch;

    public int PatchValues => 3 * Patch * Patch;
}
