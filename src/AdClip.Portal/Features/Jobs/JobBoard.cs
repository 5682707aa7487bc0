using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Quartz;

namespace AdClip.Portal.Features.Jobs;

/// <summary>Where other features put jobs, and where people cancel and retry them.</summary>
public sealed class JobBoard(IDbContextFactory<PortalDb> dbs, ISchedulerFactory schedulers, JobFeed feed, RunningJobs running, TimeProvider clock)
{
    /// <summary>Puts a job on the board, in one transaction with the rows that <paramref name="alsoAdd"/> adds for it. Durable when it returns.</summary>
    public async Task<JobView> EnqueueAsync(NewJob request, Action<PortalDb, JobRecord>? alsoAdd = null, CancellationToken cancel = default)
    {
        var record = new JobRecord
        {
            Kind = request.Kind,
            ProjectId = request.ProjectId,
            Payload = request.Payload,
            TitleArguments = JobArguments.Write(request.TitleArguments),
            CreatedAt = clock.GetUtcNow(),
            CreatedBy = request.CreatedBy,
        };
        await using (var db = await dbs.CreateDbContextAsync(cancel))
        {
            db.Add(record);
            alsoAdd?.Invoke(db, record);
            await db.SaveChangesAsync(cancel);
        }
        // From here on the job exists; a server killed before the next line schedules it when it starts again.
        await ScheduleAsync(record.Id);
        var view = JobView.Of(record);
        feed.Publish(view);
        return view;
    }

    /// <summary>Asks to stop; a job that waits is cancelled at once, one that runs as soon as its handler looks.</summary>
    public async Task CancelAsync(Guid jobId)
    {
        await using var db = await dbs.CreateDbContextAsync();
        var now = clock.GetUtcNow();
        await db.Set<JobRecord>().Where(job => job.Id == jobId && job.State == JobState.Queued).ExecuteUpdateAsync(set => set
            .SetProperty(job => job.State, JobState.Cancelled)
            .SetProperty(job => job.FinishedAt, now));
        await db.Set<JobRecord>().Where(job => job.Id == jobId && job.State == JobState.Running).ExecuteUpdateAsync(set => set
            .SetProperty(job => job.State, JobState.Cancelling));
        running.Cancel(jobId);
        await PublishAsync(db, jobId);
    }

    /// <summary>Queues a job that was cancelled, failed or was refused once more; false when it is none of these.</summary>
    public async Task<bool> RetryAsync(Guid jobId)
    {
        await using var db = await dbs.CreateDbContextAsync();
        var changed = await db.Set<JobRecord>()
            .Where(job => job.Id == jobId && (job.State == JobState.Cancelled || job.State == JobState.Failed || job.State == JobState.Refused))
            .ExecuteUpdateAsync(set => set
                .SetProperty(job => job.State, JobState.Queued)
                .SetProperty(job => job.MessageCode, (string?)null)
                .SetProperty(job => job.FinishedAt, (DateTimeOffset?)null));
        if (changed == 0)
        {
            return false;
        }
        await ScheduleAsync(jobId);
        await PublishAsync(db, jobId);
        return true;
    }

    /// <summary>Hands every job that is not over to Quartz again. Call once, before requests are served.</summary>
    /// <remarks>
    /// Quartz itself recovers what it was running. This covers the rest: a server killed between the two databases,
    /// and a shutdown that stopped a job in the middle.
    /// </remarks>
    internal async Task ResumeAsync()
    {
        await using var db = await dbs.CreateDbContextAsync();
        var open = await db.Set<JobRecord>()
            .Where(job => job.State == JobState.Queued || job.State == JobState.Running || job.State == JobState.Cancelling)
            .OrderBy(job => job.CreatedAt)
            .Select(job => job.Id)
            .ToListAsync();
        foreach (var jobId in open)
        {
            await ScheduleAsync(jobId);
        }
    }

    private async Task ScheduleAsync(Guid jobId)
    {
        var scheduler = await schedulers.GetScheduler();
        var key = new JobKey(jobId.ToString("N"), "portal");
        // A trigger of its own each time: a job that is still recorded (recovering, or retried while its last firing ends) keeps its record.
        var job = JobBuilder.Create<JobRunner>()
            .WithIdentity(key)
            .UsingJobData(JobRunner.JobIdKey, jobId.ToString())
            .RequestRecovery()
            .Build();
        var trigger = TriggerBuilder.Create()
            .ForJob(key)
            .StartNow()
            .WithSimpleSchedule(schedule => schedule.WithMisfireInstruction(SimpleTriggerMisfireInstruction.FireNow))
            .Build();
        await scheduler.ScheduleJob(job, trigger, ScheduleJobOptions.Replacing);
    }

    private async Task PublishAsync(PortalDb db, Guid jobId)
    {
        if (await db.Set<JobRecord>().AsNoTracking().SingleOrDefaultAsync(job => job.Id == jobId) is { } record)
        {
            feed.Publish(JobView.Of(record));
        }
    }
}
