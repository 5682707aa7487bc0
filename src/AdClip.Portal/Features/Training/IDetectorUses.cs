namespace AdClip.Portal.Features.Training;

/// <summary>Tells what works with a trained detector, before somebody deletes it. Each feature that keeps a detector's id brings one.</summary>
public interface IDetectorUses
{
    /// <summary>What uses the detector, in the current language; null: nothing of this feature does.</summary>
    Task<string?> OfAsync(Guid detectorId, CancellationToken cancel);
}
