using AdClip.Vision.Tokens;

namespace AdClip.Vision.Detection.FewShot;

/// <summary>An image whose truth is known.</summary>
/// <param name="Sha256">Of its file, in hexadecimal. Given twice, the second is a further view of the same image, such as a rotated one.</param>
/// <param name="Tokens">From the encoder of the images to be inspected.</param>
/// <param name="IsAnomaly">Whether it shows a defect.</param>
/// <param name="Class">The kind of defect; null if unknown or good.</param>
/// <param name="Mask">Defect pixels in the model's square frame, [S, S] row-major, 0 or 1; null: not drawn.</param>
public sealed record LabelledTokens(string Sha256, ImageTokens Tokens, bool IsAnomaly, string? Class, byte[]? Mask);
