namespace AdClip.Vision.Detection.FewShot;

/// <summary>What one part says about one image.</summary>
/// <param name="Score">Of the image; larger is more abnormal.</param>
/// <param name="Patches">Of each patch, [T]; null for a part that sees whole images only.</param>
internal sealed record PartValues(double Score, float[]? Patches);
