namespace AdClip.Vision.Detection.Thresholds;

/// <summary>How a detector that gave a score stands to the image.</summary>
public enum ScoreOrigin
{
    /// <summary>The detector has not seen the image.</summary>
    Test,

    /// <summary>The image belongs to those learnt from, but the part that scored it was made without it.</summary>
    OutOfFold,

    /// <summary>The detector learnt from this very image: its score flatters.</summary>
    Training,
}

/// <summary>One image's score beside its truth.</summary>
/// <param name="Id">Which image; equal content has equal ids.</param>
/// <param name="Score">Larger is more anomalous.</param>
/// <param name="IsAnomaly">The truth.</param>
/// <param name="Origin">How the detector stands to the image.</param>
public readonly record struct ScoredSample(string Id, double Score, bool IsAnomaly, ScoreOrigin Origin = ScoreOrigin.Test);
