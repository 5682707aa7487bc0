using AdClip.Vision.Tokens;

namespace AdClip.Vision.Detection;

/// <summary>A good image to compare with.</summary>
/// <param name="Sha256">Of its file, in hexadecimal; an image is never compared with itself.</param>
/// <param name="Tokens">Made by the same encoder as the images to be inspected.</param>
public sealed record Reference(string Sha256, ImageTokens Tokens);

/// <summary>Where an image looks abnormal.</summary>
/// <remarks>
/// Frame "map": the map always covers the whole stored image, edge to edge, so cell (x, y) covers stored columns
/// [x · W / Width, (x + 1) · W / Width) and likewise rows, where W is the stored image's width. Without tiles it is the model's
/// square input; with tiles its aspect is about that of the image.
/// The scale is fixed for a model and never stretched per image: 0 normal, 1 abnormal. Outside the inspection
/// regions it is 0, so that no maximum and no box lies there.
/// </remarks>
/// <param name="Width">Cells along x.</param>
/// <param name="Height">Cells along y.</param>
/// <param name="Values">[Height, Width] row-major.</param>
public sealed record AnomalyMap(int Width, int Height, float[] Values);

/// <summary>What the detector says about one image.</summary>
/// <param name="Score">
/// The image score, larger is more abnormal. Its scale depends on the model and on whether there are good images: for adclip-mini
/// it is <paramref name="FewShotScore"/> with them and <paramref name="ZeroShotScore"/> without.
/// </param>
/// <param name="ZeroShotScore">The score from texts alone, 0 to 1; 0 where none were compared with.</param>
/// <param name="FewShotScore">
/// Distance to the nearest good patches, 0 to 2; null without good images other than the inspected one.
/// </param>
/// <param name="ClassProbability">Probability of "abnormal" by the class token alone, 0 to 1; 0 where no texts were compared with.</param>
/// <param name="Map">Where.</param>
public sealed record Detection(float Score, float ZeroShotScore, float? FewShotScore, float ClassProbability, AnomalyMap Map)
{
    /// <summary>Calibrated probability that the image is anomalous, 0 to 1; null unless the detector was fitted with anomalies.</summary>
    public double? Probability { get; init; }

    /// <summary>Probability of "good" and of every class of defects, sum 1; empty where <see cref="Probability"/> is null.</summary>
    public IReadOnlyDictionary<string, double> ClassProbabilities { get; init; } = EmptyClasses;

    private static readonly Dictionary<string, double> EmptyClasses = [];
}

/// <summary>A detection whose map is still on the patch grid.</summary>
/// <param name="Score">As in <see cref="Detection"/>.</param>
/// <param name="ZeroShotScore">As in <see cref="Detection"/>.</param>
/// <param name="FewShotScore">As in <see cref="Detection"/>.</param>
/// <param name="ClassProbability">As in <see cref="Detection"/>.</param>
/// <param name="Patches">[g · g] row-major on the scale of the map.</param>
internal sealed record PatchDetection(float Score, float ZeroShotScore, float? FewShotScore, float ClassProbability, float[] Patches);
