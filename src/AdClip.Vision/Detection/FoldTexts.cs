namespace AdClip.Vision.Detection;

/// <summary>Learned texts that did not see certain images, so that these can judge what was learned.</summary>
/// <param name="FoldOf">By SHA-256 of an image the fold that it lies in.</param>
/// <param name="Texts">By fold the texts of prompts that learned from all other folds.</param>
public sealed record FoldTexts(IReadOnlyDictionary<string, int> FoldOf, IReadOnlyList<TextPair> Texts);
