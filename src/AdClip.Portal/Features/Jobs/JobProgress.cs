using System.Data.Common;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Jobs;

/// <summary>Carries the progress of one running job to the feed (four times a second) and to the database (once a second).</summary>
internal sealed class JobProgress(JobRecord record, IDbContextFactory<PortalDb> dbs, JobFeed feed, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(250);
    private const int BeatsPerWrite = 4;
    private readonly Lock _lock = new();
    private JobView _view = JobView.Of(record);
    private JobView? _published;
    private JobView? _written;

    public Task BeginAsync(int done, int total)
    {
        lock (_lock)
        {
            _view = _view with { Done = done, Total = total, AttemptStartDone = done, AttemptStartedAt = clock.GetUtcNow() };
        }
        Publish();
        return WriteAsync();
    }

    public void Report(int done, int total)
    {
        lock (_lock)
        {
            // Workers finish out of order; the bar never goes back.
            _view = _view with { Done = Math.Max(done, _view.Done), Total = total };
        }
    }

    /// <summary>Runs beside the handler until cancelled; <paramref name="onCancelling"/> is called when somebody asked, through any server, to stop.</summary>
    public async Task PumpAsync(Action onCancelling, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Beat, clock);
        var asked = false;
        try
        {
            for (var beat = 1; await timer.WaitForNextTickAsync(cancel); beat++)
            {
                Publish();
                if (beat % BeatsPerWrite == 0 && await TryWriteAsync() == JobState.Cancelling && !asked)
                {
                    asked = true;
                    onCancelling();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The handler is done: nothing more to carry.
        }
    }

    /// <summary>The last state, for the record's final write.</summary>
    public JobView Latest
    {
        get
        {
            lock (_lock)
            {
                return _view;
            }
        }
    }

    private void Publish()
    {
        var view = Latest;
        if (view != _published)
        {
            _published = view;
            feed.Publish(view);
        }
    }

    /// <summary>A database that is busy for once must not cost the job: the next beat writes what this one could not.</summary>
    private async Task<JobState> TryWriteAsync()
    {
        try
        {
            return await WriteAsync();
        }
        catch (DbException busy)
        {
            log.LogWarning(busy, "The progress of job {JobId} could not be written; trying again", _view.Id);
            return JobState.Running;
        }
    }

    /// <summary>Returns the state that the database has: somebody may have asked to cancel.</summary>
    private async Task<JobState> WriteAsync()
    {
        var view = Latest;
        await using var db = await dbs.CreateDbContextAsync();
        var row = db.Set<JobRecord>().Where(job => job.Id == view.Id);
        if (view != _written)
        {
            await row.ExecuteUpdateAsync(set => set
                .SetProperty(job => job.Done, view.Done)
                .SetProperty(job => job.Total, view.Total)
                .SetProperty(job => job.AttemptStartDone, view.AttemptStartDone)
                .SetProperty(job => job.AttemptStartedAt, view.AttemptStartedAt));
            _written = view;
        }
        var state = await row.Select(job => job.State).SingleAsync();
        lock (_lock)
        {
            _view = _view with { State = state };
        }
        return state;
    }
}
