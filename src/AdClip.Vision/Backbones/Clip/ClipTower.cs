using System.Globalization;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>The function between the two layers of a block's MLP.</summary>
public enum ClipActivation
{
    /// <summary>v · sigmoid(1.702 v): OpenAI's models.</summary>
    QuickGelu,

    /// <summary>v · Φ(v) with the exact normal distribution: most of open_clip's models.</summary>
    Gelu,
}

/// <summary>What the shapes of a transformer's weights do not tell.</summary>
/// <param name="Activation">Of the MLPs.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="NormEpsilon">Added to the variance in every layer norm.</param>
public sealed record ClipTower(ClipActivation Activation, int Heads, float NormEpsilon)
{
    internal const int OpenAiHeadWidth = 64;
    internal const float OpenAiNormEpsilon = 1e-5f;

    /// <summary>OpenAI's habits for a transformer of this width; no heads if the width is no multiple of theirs.</summary>
    internal static ClipTower OpenAi(int width) => new(ClipActivation.QuickGelu, width % OpenAiHeadWidth == 0 ? width / OpenAiHeadWidth : 0, OpenAiNormEpsilon);

    /// <summary>What an id says of these settings: nothing for OpenAI's, which most models have.</summary>
    internal string Mark(int width) =>
        this == OpenAi(width) ? "" : string.Create(CultureInfo.InvariantCulture, $"-{Activation}-h{Heads}-e{NormEpsilon}");
}
