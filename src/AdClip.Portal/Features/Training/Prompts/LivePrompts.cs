using System.Collections.Concurrent;
using AdClip.Vision.Training;

namespace AdClip.Portal.Features.Training.Prompts;

/// <summary>Where the trainings of this process are within an epoch; what epochs gave is in the database.</summary>
public sealed class LivePrompts
{
    private readonly ConcurrentDictionary<Guid, TrainingProgress> _running = new();

    /// <summary>Null: it learns no prompts at this moment, or in another process.</summary>
    public TrainingProgress? Find(Guid trainingId) => _running.GetValueOrDefault(trainingId);

    internal void Note(Guid trainingId, TrainingProgress progress) => _running[trainingId] = progress;

    internal void Forget(Guid trainingId) => _running.TryRemove(trainingId, out _);
}
