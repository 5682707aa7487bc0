using AdClip.Portal.Features.Runs;
using AdClip.Vision.Detection.Tiles;

namespace AdClip.Portal.Features.Inspectors.Production;

/// <summary>What the detector says of an image that was sent to be looked at.</summary>
public sealed record InspectAnswer
{
    /// <summary>good, anomaly, or review: a person has to look.</summary>
    public required string Verdict { get; init; }

    public required float Score { get; init; }

    /// <summary>The score threshold that was applied; null: none was given or saved, and the boxes decide.</summary>
    public required float? Threshold { get; init; }

    public required float ZeroShotScore { get; init; }

    public required float? FewShotScore { get; init; }

    public required float ClassProbability { get; init; }

    public required IReadOnlyList<BoxAnswer> Boxes { get; init; }

    public required float MapThreshold { get; init; }

    public required string Model { get; init; }

    public required int ReferenceCount { get; init; }

    /// <summary>Revision of the inspection area that was looked at; 0: everything was.</summary>
    public required int InspectionAreaRevision { get; init; }

    /// <summary>How the image was cut; null: it was looked at whole.</summary>
    public required TileSettings? Tiles { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required string Sha256 { get; init; }

    public required double Milliseconds { get; init; }

    /// <summary>The image, if it was stored.</summary>
    public required Guid? ImageId { get; init; }

    /// <summary>The trained detector that scored; null: the model itself.</summary>
    public required Guid? DetectorId { get; init; }

    /// <summary>Calibrated probability of an anomaly; null unless a trained detector says it.</summary>
    public required double? Probability { get; init; }

    /// <summary>Of "good" and of each defect class; null where there is no probability.</summary>
    public required IReadOnlyDictionary<string, double>? ClassProbabilities { get; init; }

    /// <summary>From this score on, below the threshold, the verdict is review; null: it never is.</summary>
    public float? ReviewFrom { get; init; }

    /// <summary>From this score on the verdict is anomaly; as Threshold.</summary>
    public float? FailFrom => Threshold;

    /// <summary>The inspector that looked; null: a free inspection.</summary>
    public Guid? InspectorId { get; init; }

    /// <summary>Its number, as people call it.</summary>
    public int? InspectorNumber { get; init; }

    /// <summary>The score on the inspector's scale, 0 to 100; null: a free inspection, or an inspector without a scale.</summary>
    public double? Index { get; init; }

    /// <summary>There are good images, but none other than this one: the score is that of the texts alone, and no threshold is applied.</summary>
    public bool ComparedWithNoGoodImage => ReferenceCount > 0 && FewShotScore is null;

    /// <summary>Names all that the scale of the score depends on: a threshold holds for scores of one identity.</summary>
    public required string ScoreIdentity { get; init; }
}
