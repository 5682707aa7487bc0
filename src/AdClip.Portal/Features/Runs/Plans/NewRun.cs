using System.Text.Json.Serialization;

namespace AdClip.Portal.Features.Runs.Plans;

/// <summary>Which images of the project a run inspects.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImageChoice>))]
public enum ImageChoice
{
    All,
    Unlabelled,
    Labelled,

    /// <summary>Those named.</summary>
    Selection,
}

/// <summary>What somebody asks for; what is left out follows the project and the model.</summary>
/// <param name="Model">Null: the project's default.</param>
/// <param name="ObjectName">The word for the product in prompts; null: the project's.</param>
/// <param name="References">Null: all good images if there are any, else none.</param>
/// <param name="ReferenceCount">How many, for <see cref="ReferenceChoice.FirstGood"/>: the first by SHA-256.</param>
/// <param name="ReferenceImages">Which, for <see cref="ReferenceChoice.Chosen"/>.</param>
/// <param name="Images">Which images to inspect.</param>
/// <param name="ImageIds">For <see cref="ImageChoice.Selection"/>.</param>
/// <param name="ImageSize">Side of the model's input in pixels; null: as the model recommends.</param>
/// <param name="Prompts">The words to compare with; null: what the model recommends.</param>
/// <param name="Tiles">How large images are cut; null: each is looked at whole.</param>
/// <param name="Detector">A trained detector of the project, which brings its own model, texts and image size; null: the model itself.</param>
/// <param name="EightBit">Whether to multiply in 8 bits; refused unless a check on the project's images allowed it.</param>
public sealed record NewRun(
    string? Model = null,
    string? ObjectName = null,
    ReferenceChoice? References = null,
    int? ReferenceCount = null,
    IReadOnlyList<Guid>? ReferenceImages = null,
    ImageChoice Images = ImageChoice.All,
    IReadOnlyList<Guid>? ImageIds = null,
    int? ImageSize = null,
    RunPrompts? Prompts = null,
    RunTiles? Tiles = null,
    bool EightBit = false,
    Guid? Detector = null);
