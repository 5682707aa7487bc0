using AdClip.Portal.Features.Jobs;
using AdClip.Vision.Training;

namespace AdClip.Portal.Features.Training.Prompts;

/// <summary>A training of prompts as its card shows it.</summary>
/// <param name="Epochs">That are kept, in order.</param>
/// <param name="Live">Where it is within an epoch; null: it does not learn prompts at this moment.</param>
/// <param name="DetectorNumber">What came of it; null: nothing yet.</param>
public sealed record PromptTrainingView(
    JobView Job, TrainingSettings Settings, IReadOnlyList<StoredCheckpoint> Epochs, TrainingProgress? Live, int? DetectorNumber)
{
    /// <summary>Numbers of the epochs, in order.</summary>
    public IReadOnlyList<EpochReport> Reports { get; } = [.. Epochs.Select(epoch => epoch.ReadReport()).OfType<EpochReport>()];

    /// <summary>By F1 out of fold; null before the first epoch.</summary>
    public int? Best => TrainingOutcome.BestOf(Reports)?.Epoch;
}
