using AdClip.Portal.Features.Images;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.GroundTruth;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>One result of a run beside what people say of the image.</summary>
public sealed record ScoredImage
{
    public required Guid ImageId { get; init; }

    public required Guid ResultId { get; init; }

    public required string FileName { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required float Score { get; init; }

    public required ImageLabel Label { get; init; }

    public required int ShapeCount { get; init; }

    /// <summary>Revision of the ground truth that <see cref="Label"/> and <see cref="ShapeCount"/> are from.</summary>
    public required int Revision { get; init; }

    /// <summary>One of the good images that the run compared with; it was itself compared with the others only.</summary>
    public required bool IsReference { get; init; }

    /// <summary>The run's trained detector or its learned prompts learned from it: its score flatters.</summary>
    public bool IsTrainedOn { get; init; }

    /// <summary>Whether detectors may learn from the image or are judged on it, as it is now.</summary>
    public ImageSplit Split { get; init; }

    /// <summary>The run compares with good images, but with none other than this one: its score is of another scale, that of the texts alone.</summary>
    public bool IsUncompared { get; init; }

    /// <summary>Calibrated probability of an anomaly; null unless a trained detector says it.</summary>
    public double? Probability { get; init; }

    /// <summary>As in <see cref="Runs.Scoring.ImageResult.ClassProbabilities"/>.</summary>
    public string? ClassProbabilities { get; init; }

    public required string MapBlob { get; init; }

    /// <summary>How the run's detector stands to the image: a reference is scored against the other references only.</summary>
    public ScoreOrigin Origin => IsTrainedOn ? ScoreOrigin.Training : IsReference ? ScoreOrigin.OutOfFold : ScoreOrigin.Test;
}

/// <summary>What a band makes of one image, against its label.</summary>
public enum Outcome
{
    /// <summary>Anomalous and failed: found.</summary>
    TruePositive,

    /// <summary>Good, yet failed: overkill.</summary>
    FalsePositive,

    /// <summary>Good and passed.</summary>
    TrueNegative,

    /// <summary>Anomalous, yet passed: an escape.</summary>
    FalseNegative,

    /// <summary>Good, and a person has to look: neither passed nor overkill.</summary>
    GoodForReview,

    /// <summary>Anomalous, and a person has to look: neither found nor an escape.</summary>
    AnomalyForReview,
}
