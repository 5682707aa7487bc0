using AdClip.Vision.Detection.Thresholds;

namespace AdClip.Portal.Features.Runs;

/// <summary>Asks the feature downstream that compares runs with the ground truth for the scale of a run's scores; it has to be registered.</summary>
public interface IRunScales
{
    /// <summary>Null while no good image is labelled.</summary>
    Task<ScoreScale?> OfAsync(Run run, CancellationToken cancel);
}
