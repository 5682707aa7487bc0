using AdClip.Vision.Detection.Thresholds;

namespace AdClip.Portal.Features.Runs.Plans;

/// <summary>A threshold that somebody saved.</summary>
/// <param name="Band">Pass below, fail from its upper end on, review between.</param>
/// <param name="RunId">The run on whose images it was chosen.</param>
/// <param name="Origin">How it was chosen, by name; null: not noted.</param>
public sealed record SavedThreshold(VerdictBand Band, Guid RunId, string? Origin);

/// <summary>Finds saved thresholds; the feature downstream that keeps them implements it.</summary>
public interface IScoreThresholds
{
    /// <summary>The newest one in the project for scores of this identity, and for no others; null when nobody has saved one.</summary>
    /// <param name="scoreIdentity">As in <see cref="InspectionPlan.ScoreIdentity"/>.</param>
    Task<SavedThreshold?> NewestAsync(Guid projectId, string scoreIdentity, CancellationToken cancel);
}
