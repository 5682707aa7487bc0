using AdClip.Vision.Backbones;

namespace AdClip.Vision.Detection;

/// <summary>What is known about an opened model, and how it is being run.</summary>
public sealed record ModelDescription
{
    /// <summary>From its configuration, else the file's or folder's name.</summary>
    public required string Name { get; init; }

    /// <summary>Full path of the weights.</summary>
    public required string WeightFile { get; init; }

    /// <summary>Of the weight file, lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Changes with the weights, image size, DPAM and layers: the key of cached tokens.</summary>
    public required string EncoderId { get; init; }

    /// <summary>What the encoder takes and gives.</summary>
    public required BackboneShape Shape { get; init; }

    /// <summary>Side of the square input in pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>What <see cref="ImageSize"/> is unless asked otherwise.</summary>
    public required int RecommendedImageSize { get; init; }

    /// <summary>AnomalyCLIP's DPAM_layer k: the last k - 1 blocks run the value-value path; 0 and 1 mean none.</summary>
    public required int Dpam { get; init; }

    /// <summary>Blocks, counted from 1, whose patch tokens are used.</summary>
    public required IReadOnlyList<int> Layers { get; init; }

    /// <summary>Whether the model brings its own scoring, calibrated maps included.</summary>
    public required bool HasOwnScheme { get; init; }

    /// <summary>
    /// The file beside the weights that told activation, heads and layer norm epsilon; null: OpenAI's are assumed (quick GELU, heads 64 wide, 1e-5).
    /// </summary>
    public required string? ConfigFile { get; init; }

    /// <summary>Whether settings that weights do not tell had to be assumed.</summary>
    public bool IsConfigAssumed => ConfigFile is null && Shape.HasWords;

    /// <summary>From its configuration; null if not given.</summary>
    public required string? Licence { get; init; }

    /// <summary>The section "Limits" of its card in Markdown; null if it has none.</summary>
    public required string? Limits { get; init; }
}
