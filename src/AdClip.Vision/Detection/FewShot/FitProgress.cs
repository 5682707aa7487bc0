namespace AdClip.Vision.Detection.FewShot;

/// <summary>What a fit is doing.</summary>
public enum FitStep
{
    /// <summary>Comparing the images with the good ones.</summary>
    Bank,

    /// <summary>Learning linear heads, fold by fold.</summary>
    Heads,

    /// <summary>Weighing the parts.</summary>
    Fusion,

    /// <summary>Turning scores into probabilities.</summary>
    Calibration,
}

/// <summary>How far a fit has come.</summary>
/// <param name="Step">What it is doing.</param>
/// <param name="Done">Done part of the step, 0 to 1.</param>
public sealed record FitProgress(FitStep Step, double Done);
