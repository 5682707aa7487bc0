using AdClip.Vision.Clip;

namespace AdClip.Vision.Detection;

/// <summary>What is known about an opened model, and how it is being run.</summary>
/// <param name="Name">From its configuration, else the file's or folder's name.</param>
/// <param name="WeightFile">Full path of the weights.</param>
/// <param name="Sha256">Of the weight file, lower-case hexadecimal.</param>
/// <param name="EncoderId">Changes with the weights, image size, DPAM and layers: the key of cached tokens.</param>
/// <param name="Architecture">Numbers read from the weights.</param>
/// <param name="ImageSize">Side of the square input in pixels.</param>
/// <param name="RecommendedImageSize">What <paramref name="ImageSize"/> is unless asked otherwise.</param>
/// <param name="Dpam">AnomalyCLIP's DPAM_layer k: the last k - 1 blocks run the value-value path; 0 and 1 mean none.</param>
/// <param name="Layers">Blocks, counted from 1, whose patch tokens are used.</param>
/// <param name="HasOwnScheme">Whether the model brings its own scoring, calibrated maps included.</param>
/// <param name="ConfigFile">
/// The file beside the weights that told activation, heads and layer norm epsilon; null: OpenAI's are assumed (quick GELU, heads 64 wide, 1e-5).
/// </param>
/// <param name="Licence">From its configuration; null if not given.</param>
/// <param name="Limits">The section "Limits" of its card in Markdown; null if it has none.</param>
public sealed record ModelDescription(
    string Name, string WeightFile, string Sha256, string EncoderId, ClipArchitecture Architecture,
    int ImageSize, int RecommendedImageSize, int Dpam, IReadOnlyList<int> Layers, bool HasOwnScheme, string? ConfigFile, string? Licence, string? Limits);
