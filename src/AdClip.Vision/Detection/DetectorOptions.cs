using AdClip.Vision.Graphs;

namespace AdClip.Vision.Detection;

/// <summary>How a model is run; what is left null follows the model's own recommendation.</summary>
/// <param name="ImageSize">Side of the square input in pixels.</param>
/// <param name="Dpam">AnomalyCLIP's DPAM_layer k: the last k - 1 blocks run the value-value path; 0 and 1 mean none.</param>
/// <param name="Layers">Blocks, counted from 1, whose patch tokens are used.</param>
/// <param name="VocabularyFolder">Where the tokenizer's files lie, if not beside the weights.</param>
/// <param name="Session">How the image encoder is run; null: one thread, in float32.</param>
/// <param name="KeepsOriginal">Also returns patch tokens of the original path beside the value-value path; scoring does not use them.</param>
/// <param name="TextFolder">Where text features are kept from one opening to the next; null: nowhere. Files in it can be deleted at any time.</param>
/// <param name="WeightsSha256">
/// SHA-256 of the weight file in hexadecimal, if the caller knows it for sure: hashing takes several times as long as everything
/// else that opening does. Null: it is computed.
/// </param>
public sealed record DetectorOptions(
    int? ImageSize = null, int? Dpam = null, IReadOnlyList<int>? Layers = null, string? VocabularyFolder = null, SessionSettings? Session = null,
    bool KeepsOriginal = false, string? TextFolder = null, string? WeightsSha256 = null)
{
    /// <summary>Where 8-bit weights are kept once made; null: they are made each time and deleted afterwards.</summary>
    public string? EightBitFolder { get; init; }
}
