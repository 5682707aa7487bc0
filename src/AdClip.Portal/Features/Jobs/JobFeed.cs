using System.Collections.Concurrent;

namespace AdClip.Portal.Features.Jobs;

/// <summary>Tells whoever listens in this process that a job changed; pages pass it on to browsers through their circuit.</summary>
public sealed class JobFeed
{
    private readonly ConcurrentDictionary<Guid, Action<JobView>> _listeners = new();

    /// <summary>Calls <paramref name="listener"/> for every change until the result is disposed. It must return at once and not throw.</summary>
    /// <remarks>It is called in the context of whoever subscribed: a page keeps its person's language, whichever worker publishes.</remarks>
    public IDisposable Subscribe(Action<JobView> listener)
    {
        var key = Guid.NewGuid();
        var context = ExecutionContext.Capture();
        _listeners[key] = context is null ? listener : job => ExecutionContext.Run(context, _ => listener(job), null);
        return new Subscription(() => _listeners.TryRemove(key, out _));
    }

    internal void Publish(JobView job)
    {
        foreach (var listener in _listeners.Values)
        {
            listener(job);
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
