using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection;
using AdClip.Vision.Training;

namespace AdClip.Portal.Features.Training.Prompts;

/// <summary>Learns prompts for a training: every epoch is kept, and after a restart it goes on with the one that was interrupted.</summary>
/// <remarks>A training takes minutes, so it holds no slot that a run or an inspection would wait for; the system shares the processors out.</remarks>
public sealed class PromptTraining(Checkpoints checkpoints, LivePrompts live, DataFolder folder, EncoderSlots slots)
{
    /// <summary>Takes over where another training is, so that a new one goes on from there; returns that epoch, or 0 if it kept nothing.</summary>
    public int TakeOver(Guid from, Guid to)
    {
        if (PromptTrainer.NewestState(FolderOf(from)) is not { } state)
        {
            return 0;
        }
        File.Copy(state.File, Path.Combine(Directory.CreateDirectory(FolderOf(to)).FullName, Path.GetFileName(state.File)), overwrite: true);
        return state.Epoch;
    }

    /// <summary>Learns until the last epoch.</summary>
    /// <param name="begin">Told how many epochs are done already, before the first step.</param>
    /// <param name="report">Told how many epochs are done, in parts of one, by several threads.</param>
    /// <returns>The best epoch.</returns>
    /// <exception cref="Vision.RefusedInputException">Too few images, or files to go on from that are damaged.</exception>
    internal async Task<StoredCheckpoint> LearnAsync(
        Guid projectId, Guid trainingId, TrainingPlan plan, TrainingSettings settings, DetectionModel detector,
        IReadOnlyList<TrainingItem> items, Func<int, Task> begin, Action<double> report, CancellationToken cancel)
    {
        try
        {
            using var trainer = new PromptTrainer(detector, items, settings, slots.Parallelism);
            var place = FolderOf(trainingId);
            var state = PromptTrainer.NewestState(place);
            await begin(state?.Epoch ?? 0);
            var progress = new Reporter(now =>
            {
                live.Note(trainingId, now);
                report(now.Epoch - 1 + ((double)now.Step / now.Steps));
            });
            foreach (var finished in trainer.Learn(place, state?.File, progress, cancel))
            {
                // What has been learned is kept even if somebody cancels meanwhile.
                await checkpoints.KeepAsync(projectId, trainingId, plan.ModelId, plan.CreatedBy, finished, CancellationToken.None);
                progress.Report(finished.Progress);
            }
        }
        finally
        {
            live.Forget(trainingId);
        }
        var epochs = await checkpoints.OfTrainingAsync(trainingId, cancel);
        return BestOf(epochs) ?? throw new InvalidOperationException($"Training {trainingId} kept no epoch.");
    }

    /// <summary>The epoch of the largest F1 out of fold; null without any.</summary>
    public static StoredCheckpoint? BestOf(IReadOnlyList<StoredCheckpoint> epochs)
    {
        var best = TrainingOutcome.BestOf(epochs.Select(epoch => epoch.ReadReport()).OfType<EpochReport>());
        return epochs.FirstOrDefault(epoch => epoch.Epoch == best?.Epoch);
    }

    private string FolderOf(Guid trainingId) => Path.Combine(folder.Trainings, trainingId.ToString("N"));

    private sealed class Reporter(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
