namespace AdClip.Vision;

/// <summary>Every reason for which an input is refused; the portal has a sentence in each language for each of them.</summary>
public enum RefusalCode
{
    /// <summary>A file of zero bytes.</summary>
    EmptyFile,

    /// <summary>A score or a value of an anomaly map that is infinite or not a number.</summary>
    ScoreNotFinite,
}
