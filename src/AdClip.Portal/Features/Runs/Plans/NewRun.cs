using System.ComponentModel;
using System.Text.Json.Serialization;
using AdClip.Vision.Detection.GoodImages;

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
public sealed record NewRun
{
    /// <summary>Null: the project's default.</summary>
    public string? Model { get; init; }

    /// <summary>The word for the product in prompts; null: the project's.</summary>
    public string? ObjectName { get; init; }

    /// <summary>Null: all good images if there are any, else none.</summary>
    public ReferenceChoice? References { get; init; }

    /// <summary>How many, for <see cref="ReferenceChoice.FirstGood"/>: the first by SHA-256.</summary>
    public int? ReferenceCount { get; init; }

    /// <summary>Which, for <see cref="ReferenceChoice.Chosen"/>.</summary>
    public IReadOnlyList<Guid>? ReferenceImages { get; init; }

    /// <summary>Which images to inspect.</summary>
    // The description of the API does not see initial values.
    [DefaultValue(ImageChoice.All)]
    public ImageChoice Images { get; init; } = ImageChoice.All;

    /// <summary>For <see cref="ImageChoice.Selection"/>.</summary>
    public IReadOnlyList<Guid>? ImageIds { get; init; }

    /// <summary>Side of the model's input in pixels; null: as the model recommends.</summary>
    public int? ImageSize { get; init; }

    /// <summary>The words to compare with; null: what the model recommends.</summary>
    public RunPrompts? Prompts { get; init; }

    /// <summary>In which orientations good images are taken by a model without words; null: chosen from the good images.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<OrientationChoice>))]
    public OrientationChoice? Orientations { get; init; }

    /// <summary>How large images are cut; null: each is looked at whole.</summary>
    public RunTiles? Tiles { get; init; }

    /// <summary>Whether to multiply in 8 bits; refused unless a check on the project's images allowed it.</summary>
    [DefaultValue(false)]
    public bool EightBit { get; init; }

    /// <summary>A trained detector of the project, which brings its own model, texts and image size; null: the model itself.</summary>
    public Guid? Detector { get; init; }
}
