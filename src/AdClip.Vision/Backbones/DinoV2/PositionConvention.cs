namespace AdClip.Vision.Backbones.DinoV2;

/// <summary>How a position table is resized to another grid; programs differ, so the same weights give different tokens in them.</summary>
/// <remarks>M: stored grid; n: wanted grid along an axis; i: output position. All are bicubic with half-pixel centres.</remarks>
public enum PositionConvention
{
    /// <summary>The original without registers: source coordinate (i + 0.5) M / (n + 0.1) - 0.5, cubic a = -0.75, indices clamped, no antialiasing.</summary>
    Offset,

    /// <summary>Hugging Face's Dinov2Model (since 2024): the same with (i + 0.5) M / n - 0.5.</summary>
    Size,

    /// <summary>The original with registers, Hugging Face with registers, timm of both kinds: antialiased, cubic a = -0.5, taps outside dropped.</summary>
    Antialias,
}
