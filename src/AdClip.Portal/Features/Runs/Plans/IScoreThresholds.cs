using AdClip.Vision.Detection.Thresholds;

namespace AdClip.Portal.Features.Runs.Plans;

/// <summary>Finds saved thresholds; the feature downstream that keeps them implements it.</summary>
public interface IScoreThresholds
{
    /// <summary>The band of the newest one in the project for scores of this identity, and for no others; null when nobody has saved one.</summary>
    /// <param name="scoreIdentity">As in <see cref="InspectionPlan.ScoreIdentity"/>.</param>
    Task<VerdictBand?> NewestAsync(Guid projectId, string scoreIdentity, CancellationToken cancel);
}
