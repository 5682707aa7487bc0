using AdClip.Portal.Features.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Jobs;

/// <summary>Waits for what the feed says of jobs; starts listening when made, so nothing is missed.</summary>
public sealed class JobWatch : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<JobView> _seen = [];
    private readonly IDisposable _subscription;
    private TaskCompletionSource _news = NewSource();

    public JobWatch(PortalHost host) => _subscription = host.Services.GetRequiredService<JobFeed>().Subscribe(job =>
    {
        lock (_lock)
        {
            _seen.Add(job);
            _news.TrySetResult();
            _news = NewSource();
        }
    });

    public IReadOnlyList<JobView> Seen
    {
        get
        {
            lock (_lock)
            {
                return [.. _seen];
            }
        }
    }

    public async Task<JobView> UntilAsync(Func<JobView, bool> condition)
    {
        while (true)
        {
            Task news;
            lock (_lock)
            {
                if (_seen.LastOrDefault(condition) is { } found)
                {
                    return found;
                }
                news = _news.Task;
            }
            await news.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }
    }

    public void Dispose() => _subscription.Dispose();

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
