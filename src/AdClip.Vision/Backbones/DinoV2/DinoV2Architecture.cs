namespace AdClip.Vision.Backbones.DinoV2;

/// <summary>The numbers that describe a DINOv2 vision transformer, read from the shapes and names of its tensors but for heads and epsilon.</summary>
/// <remarks>Source: Oquab et al., DINOv2, TMLR 2024; Darcet et al., Vision Transformers Need Registers, ICLR 2024.</remarks>
internal sealed record DinoV2Architecture
{
    // The seven layers of 40 that SubspaceAD looks at, as a share of the depth.
    private const double FirstMiddle = 0.575;
    private const double LastMiddle = 0.725;

    /// <summary>Width D of the stream of tokens.</summary>
    public required int Width { get; init; }

    /// <summary>Number of blocks L.</summary>
    public required int Layers { get; init; }

    /// <summary>Attention heads; D / 64 unless a configuration says otherwise.</summary>
    public required int Heads { get; init; }

    /// <summary>Side P of a patch in pixels.</summary>
    public required int PatchSize { get; init; }

    /// <summary>Patches M along one side of the image that the position table was trained at.</summary>
    public required int Grid { get; init; }

    /// <summary>Number R of register tokens; 0 for the kind without.</summary>
    public required int Registers { get; init; }

    /// <summary>Width F within the feed-forward part; of a gated one, of each of its two halves.</summary>
    public required int HiddenWidth { get; init; }

    /// <summary>Whether the feed-forward part is SwiGLU (the giant model) and not two layers with GELU between.</summary>
    public required bool IsGated { get; init; }

    /// <summary>Added to the variance in every layer norm.</summary>
    public required float NormEpsilon { get; init; }

    /// <summary>How the position table is resized.</summary>
    public required PositionConvention Positions { get; init; }

    /// <summary>Number of weights that are used.</summary>
    public required long Parameters { get; init; }

    /// <summary>Side in pixels of the image that the position table was trained at.</summary>
    public int NativeImageSize => Grid * PatchSize;

    /// <summary>The layers, counted from 1, that tell most of a patch: 23 to 29 of 40, as in SubspaceAD, and the same share of other depths.</summary>
    public IReadOnlyList<int> MiddleLayers
    {
        get
        {
            var first = Math.Clamp((int)Math.Round(FirstMiddle * Layers), 1, Layers);
            return [.. Enumerable.Range(first, Math.Clamp((int)Math.Round(LastMiddle * Layers), first, Layers) - first + 1)];
        }
    }
}
