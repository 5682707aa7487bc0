namespace AdClip.Vision.Detection.FewShot;

/// <summary>A part of the fitted detector.</summary>
public enum FitPart
{
    /// <summary>Comparison with the texts.</summary>
    Text,

    /// <summary>Distance to good patches.</summary>
    Bank,

    /// <summary>Linear head on patches.</summary>
    PatchHead,

    /// <summary>Linear head on the whole image.</summary>
    ImageHead,

    /// <summary>Nearer to defective than to good patches.</summary>
    AnomalyBank,
}

/// <summary>Why a part has its weight.</summary>
public enum FitReason
{
    /// <summary>Weighed by how well it tells anomalies apart out of fold.</summary>
    Measured,

    /// <summary>Without anomalies nothing can be measured: the weight that the model's scheme gives it.</summary>
    ModelRule,

    /// <summary>Out of fold it is no better than chance: not used.</summary>
    NoBetterThanChance,

    /// <summary>Switched off.</summary>
    SwitchedOff,

    /// <summary>Too few anomalies to learn from: at least two.</summary>
    TooFewAnomalies,

    /// <summary>Too few anomalies with a drawn mask: at least two.</summary>
    TooFewMasks,
}

/// <summary>What became of one part.</summary>
/// <param name="Part">Which.</param>
/// <param name="Weight">Its share in the score; all shares sum to 1.</param>
/// <param name="Reason">Why.</param>
/// <param name="AreaUnderRoc">Out of fold on the images of the fit; null without anomalies.</param>
/// <param name="Mean">Of its scores on good images, each left out.</param>
/// <param name="Deviation">Standard deviation of the same.</param>
public sealed record PartReport(FitPart Part, double Weight, FitReason Reason, double? AreaUnderRoc, double Mean, double Deviation);

/// <summary>The score of an image of the fit by a detector that was fitted without it.</summary>
/// <param name="Sha256">Which image.</param>
/// <param name="IsAnomaly">Its truth.</param>
/// <param name="Score">Out of fold.</param>
public sealed record OutOfFoldScore(string Sha256, bool IsAnomaly, double Score);

/// <summary>How probabilities were made.</summary>
/// <param name="Samples">Out-of-fold scores that the calibration was fitted to; 0: there are no probabilities.</param>
/// <param name="ExpectedError">Expected calibration error on samples left out, bins of equal mass; null if there are too few.</param>
/// <param name="Brier">Mean squared error of the probabilities of samples left out; null if there are too few.</param>
public sealed record CalibrationReport(int Samples, double? ExpectedError, double? Brier);

/// <summary>What a fit chose and how good it is on images that it did not see.</summary>
public sealed record FitReport
{
    /// <summary>Of every image, good ones first.</summary>
    public required IReadOnlyList<OutOfFoldScore> Scores { get; init; }

    /// <summary>In the order of <see cref="FitPart"/>.</summary>
    public required IReadOnlyList<PartReport> Parts { get; init; }

    /// <summary>Layers that the bank compares.</summary>
    public required IReadOnlyList<int> BankLayers { get; init; }

    /// <summary>1: patches as they are; 3: mean of 3 x 3 neighbours.</summary>
    public required int BankRadius { get; init; }

    /// <summary>Strength of the heads' pull towards the texts; null without heads.</summary>
    public required double? HeadStrength { get; init; }

    /// <summary>Of <see cref="Scores"/>; null without anomalies.</summary>
    public required double? AreaUnderRoc { get; init; }

    /// <summary>Of <see cref="Scores"/>; null without anomalies.</summary>
    public required double? AveragePrecision { get; init; }

    /// <summary>Largest F1 over thresholds on <see cref="Scores"/>: its threshold was chosen on the same scores; null without anomalies.</summary>
    public required double? F1 { get; init; }

    /// <summary>Where that is reached; null without anomalies.</summary>
    public required double? Threshold { get; init; }

    /// <summary>How probabilities were made, and their error.</summary>
    public required CalibrationReport Calibration { get; init; }
}
