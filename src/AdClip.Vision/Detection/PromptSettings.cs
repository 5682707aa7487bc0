namespace AdClip.Vision.Detection;

/// <summary>Where the texts for "normal" and "abnormal" come from.</summary>
public enum PromptKind
{
    /// <summary>What the model's own configuration recommends, else <see cref="Pair"/>.</summary>
    ModelDefault,

    /// <summary>"NAME." against "damaged NAME.".</summary>
    Pair,

    /// <summary>Many phrases in many templates, averaged: the model's own lists, else those of WinCLIP.</summary>
    Ensemble,

    /// <summary>The phrases given.</summary>
    Lists,

    /// <summary>Learned prompts from a checkpoint file.</summary>
    Learned,
}

/// <summary>What the detector compares images with.</summary>
/// <param name="Kind">Where the texts come from.</param>
/// <param name="ProductName">Replaces <c>{}</c> in phrases; English and plain works best.</param>
/// <param name="Normal">Phrases for a good product, with <c>{}</c> for its name; for <see cref="PromptKind.Lists"/>.</param>
/// <param name="Abnormal">Phrases for a defective product; for <see cref="PromptKind.Lists"/>.</param>
/// <param name="Templates">Sentences with <c>{}</c> for a phrase; null means the one sentence "{}.".</param>
/// <param name="CheckpointFile">The file of learned prompts; for <see cref="PromptKind.Learned"/>.</param>
public sealed record PromptSettings(
    PromptKind Kind = PromptKind.ModelDefault,
    string ProductName = "object",
    IReadOnlyList<string>? Normal = null,
    IReadOnlyList<string>? Abnormal = null,
    IReadOnlyList<string>? Templates = null,
    string? CheckpointFile = null);
