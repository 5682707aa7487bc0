using System.Diagnostics;
using AdClip.Portal.Storage;
using AdClip.Vision;
using Microsoft.EntityFrameworkCore;
using Quartz;

namespace AdClip.Portal.Features.Jobs;

/// <summary>The one class that Quartz starts: takes a job up, runs its handler, writes down how it ended.</summary>
/// <remarks>The table of jobs is the truth and Quartz its clock: a firing whose job is already over does nothing.</remarks>
[DisallowConcurrentExecution]
internal sealed class JobRunner(
    IDbContextFactory<PortalDb> dbs,
    IServiceScopeFactory scopes,
    IEnumerable<JobKind> kinds,
    RunningJobs running,
    JobFeed feed,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<JobRunner> log) : IJob
{
    public const string JobIdKey = "jobId";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var jobId = Guid.Parse(context.MergedJobDataMap.GetString(JobIdKey)!);
        if (await TakeUpAsync(jobId) is not { } record)
        {
            return;
        }
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        running.Add(jobId, cancel);
        try
        {
            feed.Publish(JobView.Of(record));
            var progress = new JobProgress(record, dbs, feed, clock, log);
            await FinishAsync(jobId, progress, await RunHandlerAsync(record, progress, cancel, stopping.Token));
        }
        finally
        {
            running.Remove(jobId);
        }
    }

    /// <summary>Null: it is over, or was cancelled before it started.</summary>
    private async Task<JobRecord?> TakeUpAsync(Guid jobId)
    {
        await using var db = await dbs.CreateDbContextAsync();
        var record = await db.Set<JobRecord>().SingleOrDefaultAsync(job => job.Id == jobId);
        switch (record?.State)
        {
            case JobState.Queued or JobState.Running:
                record.State = JobState.Running;
                record.Attempt++;
                record.AttemptStartedAt = clock.GetUtcNow();
                record.AttemptStartDone = record.Done;
                record.Pace = null;
                record.StartedAt ??= record.AttemptStartedAt;
                await db.SaveChangesAsync();
                return record;
            case JobState.Cancelling:
                record.State = JobState.Cancelled;
                record.FinishedAt = clock.GetUtcNow();
                await db.SaveChangesAsync();
                feed.Publish(JobView.Of(record));
                return null;
            default:
                return null;
        }
    }

    /// <summary>How it ended; null: the server is shutting down and the job goes on after the restart.</summary>
    private async Task<JobOutcome?> RunHandlerAsync(JobRecord record, JobProgress progress, CancellationTokenSource cancel, CancellationToken stopping)
    {
        using var pumpEnd = new CancellationTokenSource();
        var pump = progress.PumpAsync(cancel.Cancel, pumpEnd.Token);
        try
        {
            var kind = kinds.Single(kind => kind.Name == record.Kind);
            await using var scope = scopes.CreateAsyncScope();
            var handler = (IJobHandler)scope.ServiceProvider.GetRequiredService(kind.Handler);
            // Off Quartz's loop, in case a handler computes before its first await.
            return await Task.Run(() => handler.RunAsync(new JobContext(record, progress), cancel.Token), CancellationToken.None);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return new JobOutcome(JobState.Cancelled, null, [], null);
        }
        catch (RefusedInputException refused)
        {
            return JobOutcome.Refused(refused);
        }
        catch (Exception fault)
        {
            var errorId = Activity.Current?.TraceId.ToString() ?? Guid.NewGuid().ToString("N");
            log.LogError(fault, "Job {JobId} of kind {Kind} failed; people were shown the id {ErrorId}", record.Id, record.Kind, errorId);
            return new JobOutcome(JobState.Failed, "MessageFailed", [errorId], null);
        }
        finally
        {
            await pumpEnd.CancelAsync();
            await pump;
        }
    }

    private async Task FinishAsync(Guid jobId, JobProgress progress, JobOutcome? outcome)
    {
        await using var db = await dbs.CreateDbContextAsync();
        var record = await db.Set<JobRecord>().SingleAsync(job => job.Id == jobId);
        (record.Done, record.Total, record.Pace) = (progress.Latest.Done, progress.Latest.Total, progress.Pace);
        if (outcome is null)
        {
            record.State = record.State == JobState.Cancelling ? JobState.Cancelled : JobState.Queued;
        }
        else
        {
            record.State = outcome.State;
            record.MessageCode = outcome.Code;
            record.MessageArguments = JobArguments.Write(outcome.Arguments);
            record.ResultUrl = outcome.ResultUrl ?? record.ResultUrl;
        }
        record.FinishedAt = record.State.IsOver() ? clock.GetUtcNow() : null;
        await db.SaveChangesAsync();
        feed.Publish(JobView.Of(record));
    }
}
