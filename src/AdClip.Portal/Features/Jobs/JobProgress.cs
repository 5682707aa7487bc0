using System.Data.Common;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Jobs;

/// <summary>Carries the progress of one running job to the feed (four times a second) and to the database (once a second).</summary>
internal sealed class JobProgress(JobRecord record, IDbContextFactory<PortalDb> dbs, JobFeed feed, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(250);

    // An estimate that stays the same is confirmed so often.
    private static readonly TimeSpan Confirmed = TimeSpan.FromSeconds(5);
    private const int BeatsPerWrite = 4;

    // Of so many earlier jobs of the kind the newest tell what steps cost.
    private const int MostEarlier = 8;
    private readonly Lock _lock = new();
    private readonly long _start = clock.GetTimestamp();
    private JobView _view = JobView.Of(record);
    private JobView? _published;
    private JobView? _written;
    private JobPart[] _parts = [];
    private RemainingTime? _time;

    /// <summary>What the steps took, for later jobs; null: nothing was measured.</summary>
    public string? Pace
    {
        get
        {
            lock (_lock)
            {
                return _time is null ? null : new JobPace(_view.Estimate, _time.Measured).ToJson();
            }
        }
    }

    public Task BeginAsync(int done, int total)
    {
        lock (_lock)
        {
            _parts = [new JobPart("", total)];
            _time = new RemainingTime(_parts, [], Now);
            _time.Skip(0, done);
            _view = _view with { Done = done, Total = total, AttemptStartDone = done, AttemptStartedAt = clock.GetUtcNow() };
            Estimate();
        }
        Publish();
        return WriteAsync();
    }

    public async Task PlanAsync(IReadOnlyList<JobPart> parts, IReadOnlyDictionary<JobPart, int>? done)
    {
        var earlier = await EarlierAsync();
        lock (_lock)
        {
            _parts = [.. parts];
            _time = new RemainingTime(_parts, earlier, Now);
            foreach (var (part, steps) in done ?? new Dictionary<JobPart, int>())
            {
                _time.Skip(Array.IndexOf(_parts, part), steps);
            }
            _view = _view with { Done = _time.Done, Total = _time.Steps, AttemptStartDone = _time.Done, AttemptStartedAt = clock.GetUtcNow() };
            Estimate();
        }
        Publish();
        await WriteAsync();
    }

    public void Enter(JobPart part)
    {
        lock (_lock)
        {
            _time?.Enter(Array.IndexOf(_parts, part), Now);
        }
    }

    public void Report(JobPart part, int done)
    {
        lock (_lock)
        {
            if (_time is null)
            {
                throw new InvalidOperationException("A job that reports parts makes a plan of them first.");
            }
            _time.Report(Array.IndexOf(_parts, part), done, Now);
            _view = _view with { Done = _time.Done, Total = _time.Steps };
        }
    }

    public void Report(int done, int total)
    {
        lock (_lock)
        {
            if (_time is null)
            {
                _parts = [new JobPart("", total)];
                _time = new RemainingTime(_parts, [], TimeSpan.Zero);
            }
            _time.Resize(0, total);
            // Workers finish out of order; the bar never goes back.
            _time.Report(0, done, Now);
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

    private TimeSpan Now => clock.GetElapsedTime(_start);

    // Within the lock. A step that takes long makes the rest longer, although nobody reports.
    private void Estimate()
    {
        if (_time is null)
        {
            return;
        }
        var (now, at) = (Now, clock.GetUtcNow());
        var left = _time.Left(now);
        var (part, done, steps) = _time.Current;
        var estimate = new JobEstimate(_time.Percent(now), left?.Low, left?.High, part, done, steps, at);
        if (_view.Estimate is not { } last || estimate != last with { At = at } || at - last.At > Confirmed)
        {
            _view = _view with { Estimate = estimate };
        }
    }

    private async Task<List<MeasuredPart>> EarlierAsync()
    {
        await using var db = await dbs.CreateDbContextAsync();
        var kept = await db.Set<JobRecord>().AsNoTracking()
            .Where(job => job.Kind == _view.Kind && job.State == JobState.Succeeded && job.Pace != null)
            .OrderByDescending(job => job.CreatedAt)
            .Take(MostEarlier)
            .Select(job => job.Pace)
            .ToListAsync();
        return [.. kept.SelectMany(pace => JobPace.Parse(pace)?.Parts ?? [])];
    }

    private void Publish()
    {
        lock (_lock)
        {
            Estimate();
        }
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
        var (view, pace) = (Latest, Pace);
        await using var db = await dbs.CreateDbContextAsync();
        var row = db.Set<JobRecord>().Where(job => job.Id == view.Id);
        if (view != _written)
        {
            await row.ExecuteUpdateAsync(set => set
                .SetProperty(job => job.Done, view.Done)
                .SetProperty(job => job.Total, view.Total)
                .SetProperty(job => job.AttemptStartDone, view.AttemptStartDone)
                .SetProperty(job => job.AttemptStartedAt, view.AttemptStartedAt)
                .SetProperty(job => job.Pace, pace));
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
