using AdClip.Vision.Detection.GoodImages;

namespace AdClip.Portal.Features.Runs.Plans;

/// <summary>How somebody wants images to be looked at; what is left out follows <see cref="From"/>, else the project and the model.</summary>
public sealed record PlanRequest
{
    /// <summary>A plan whose settings hold where nothing else is asked for: its arithmetic, tiles and good images are taken as they are.</summary>
    public InspectionPlan? From { get; init; }

    /// <summary>Folder name of the model.</summary>
    public string? Model { get; init; }

    /// <summary>The word for the product in the texts.</summary>
    public string? ObjectName { get; init; }

    /// <summary>Left out without <see cref="From"/>: all good images if there are any, else none.</summary>
    public ReferenceChoice? References { get; init; }

    /// <summary>How many, for <see cref="ReferenceChoice.FirstGood"/>.</summary>
    public int? ReferenceCount { get; init; }

    /// <summary>Which, for <see cref="ReferenceChoice.Chosen"/>.</summary>
    public IReadOnlyList<Guid>? ReferenceImages { get; init; }

    /// <summary>Side of the model's input in pixels.</summary>
    public int? ImageSize { get; init; }

    public RunPrompts? Prompts { get; init; }

    /// <summary>In which orientations good images are taken by a model without words; left out: chosen from the good images.</summary>
    public OrientationChoice? Orientations { get; init; }

    /// <summary>How large images are cut; left out without <see cref="From"/>: each is looked at whole.</summary>
    public RunTiles? Tiles { get; init; }

    /// <summary>Whether to multiply in 8 bits; refused unless a check on the project's images allowed it.</summary>
    public bool EightBit { get; init; }

    /// <summary>A trained detector, which brings its own model, texts and image size: whatever else is asked for is refused.</summary>
    public Guid? Detector { get; init; }

    /// <summary>Nothing that a trained detector fixes is asked for.</summary>
    internal bool LeavesAllToDetector =>
        this is { Model: null, ObjectName: null, References: null or ReferenceChoice.None, ReferenceCount: null, ReferenceImages: null }
            and { ImageSize: null, Prompts: null, Orientations: null, Tiles: null, EightBit: false };

    public static PlanRequest Of(NewRun request) => new()
    {
        Model = request.Model,
        ObjectName = request.ObjectName,
        References = request.References,
        ReferenceCount = request.ReferenceCount,
        ReferenceImages = request.ReferenceImages,
        ImageSize = request.ImageSize,
        Prompts = request.Prompts,
        Orientations = request.Orientations,
        Tiles = request.Tiles,
        EightBit = request.EightBit,
        Detector = request.Detector,
    };

    /// <summary>The plan of a run with what shall be different.</summary>
    public static PlanRequest Of(RescoreRequest request, InspectionPlan from) => new()
    {
        From = from,
        ObjectName = request.ObjectName,
        References = request.References,
        ReferenceCount = request.References is null ? null : request.ReferenceCount,
        ReferenceImages = request.ReferenceImages,
        Prompts = request.Prompts,
        Detector = request.Detector ?? from.DetectorId,
    };
}
