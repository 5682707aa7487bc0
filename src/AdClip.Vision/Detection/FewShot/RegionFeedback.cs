using AdClip.Vision.Tokens;

namespace AdClip.Vision.Detection.FewShot;

/// <summary>What a person said of one region of one image.</summary>
/// <param name="Sha256">Of the image's file, in hexadecimal.</param>
/// <param name="Tokens">Of the image.</param>
/// <param name="Patches">The patches of the region: indices into the grid, row-major from the top left.</param>
/// <param name="IsDefect">True: it is a defect. False: it is good.</param>
public sealed record RegionFeedback(string Sha256, ImageTokens Tokens, IReadOnlyList<int> Patches, bool IsDefect);
