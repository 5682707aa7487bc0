using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Inspectors.Gate;

/// <summary>Starts looks through the gate and tells how they stand.</summary>
public sealed class GateBoard(IDbContextFactory<PortalDb> dbs, JobBoard jobs)
{
    /// <summary>Starts one, unless one is under way: then that is returned.</summary>
    public async Task<JobView> StartAsync(Inspector inspector, Guid userId, CancellationToken cancel = default) =>
        await NewestAsync(inspector.Id, cancel) is { } open && !open.State.IsOver()
            ? open
            : await jobs.EnqueueAsync(
                new NewJob(GateJob.Kind, inspector.ProjectId, inspector.Id.ToString(), [inspector.Number, inspector.Name], userId), cancel: cancel);

    /// <summary>The newest one; null: none was ever started.</summary>
    public async Task<JobView?> NewestAsync(Guid inspectorId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var payload = inspectorId.ToString();
        return await db.Set<JobRecord>().AsNoTracking()
            .Where(job => job.Kind == GateJob.Kind && job.Payload == payload)
            .OrderByDescending(job => job.CreatedAt)
            .FirstOrDefaultAsync(cancel) is { } job
            ? JobView.Of(job)
            : null;
    }

    public Task CancelAsync(Guid jobId) => jobs.CancelAsync(jobId);
}
