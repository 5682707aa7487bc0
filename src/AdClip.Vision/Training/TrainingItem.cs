using AdClip.Vision.Tokens;

namespace AdClip.Vision.Training;

/// <summary>What training sees of one image or view.</summary>
/// <param name="Tokens">Of the image or view.</param>
/// <param name="Mask">Defect pixels, 0 or 1, S x S in the frame of the model's square; null: not drawn.</param>
public sealed record TrainingTokens(ImageTokens Tokens, byte[]? Mask);

/// <summary>An image to learn from, or an augmented view of one. Its tokens are loaded when needed, as often as needed.</summary>
/// <param name="Sha256">Of the image's file; all views of an image share it, and its fold.</param>
/// <param name="View">Which view; empty: the whole image as it is, which alone is used to judge.</param>
/// <param name="IsAnomaly">The label.</param>
/// <param name="Load">Gives the tokens; by several threads at once.</param>
public sealed record TrainingItem(string Sha256, string View, bool IsAnomaly, Func<TrainingTokens> Load);
