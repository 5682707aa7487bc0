using System.Collections.Concurrent;

namespace AdClip.Portal.Features.Jobs;

/// <summary>The jobs that this process works on, so that a request to cancel reaches them at once.</summary>
public sealed class RunningJobs
{
    private readonly ConcurrentDictionary<Guid, CancellationTokenSource> _sources = new();

    public void Add(Guid jobId, CancellationTokenSource source) => _sources[jobId] = source;

    public void Remove(Guid jobId) => _sources.TryRemove(jobId, out _);

    public void Cancel(Guid jobId)
    {
        if (_sources.TryGetValue(jobId, out var source))
        {
            try
            {
                source.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It ended between the look-up and the call.
            }
        }
    }
}
