using AdClip.Portal.Features.Runs;
using AdClip.Vision.Detection.Tiles;

namespace AdClip.Portal.Features.Inspectors.Production;

/// <summary>What the detector says of an image that was sent to be looked at.</summary>
/// <param name="Verdict">good, anomaly, or review: a person has to look.</param>
/// <param name="Threshold">The score threshold that was applied; null: none was given or saved, and the boxes decide.</param>
/// <param name="InspectionAreaRevision">Revision of the inspection area that was looked at; 0: everything was.</param>
/// <param name="Tiles">How the image was cut; null: it was looked at whole.</param>
/// <param name="ImageId">The image, if it was stored.</param>
/// <param name="DetectorId">The trained detector that scored; null: the model itself.</param>
/// <param name="Probability">Calibrated probability of an anomaly; null unless a trained detector says it.</param>
/// <param name="ClassProbabilities">Of "good" and of each defect class; null where there is no probability.</param>
public sealed record InspectAnswer(
    string Verdict, float Score, float? Threshold, float ZeroShotScore, float? FewShotScore,
    float ClassProbability, IReadOnlyList<BoxAnswer> Boxes, float MapThreshold,
    string Model, int ReferenceCount, int InspectionAreaRevision, TileSettings? Tiles, int Width, int Height, string Sha256, double Milliseconds, Guid? ImageId,
    Guid? DetectorId, double? Probability, IReadOnlyDictionary<string, double>? ClassProbabilities)
{
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
