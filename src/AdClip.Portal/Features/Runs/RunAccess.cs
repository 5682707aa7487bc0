using System.Security.Claims;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Runs;

/// <summary>Who may see which run and result: whoever may see its project.</summary>
public sealed class RunAccess(IDbContextFactory<PortalDb> dbs)
{
    /// <summary>The runs that this person may see; compose further before running it.</summary>
    public static IQueryable<Run> Visible(PortalDb db, ClaimsPrincipal user) =>
        db.Set<Run>().AsNoTracking().Where(run => ProjectAccess.Visible(db, user).Any(project => project.Id == run.ProjectId));

    /// <summary>The run, or null when it does not exist or this person may not know that it does.</summary>
    public async Task<Run?> FindAsync(Guid runId, ClaimsPrincipal user, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await Visible(db, user).SingleOrDefaultAsync(run => run.Id == runId, cancel);
    }

    /// <summary>The result, or null when it does not exist or this person may not know that it does.</summary>
    public async Task<ImageResult?> FindResultAsync(Guid resultId, ClaimsPrincipal user, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<ImageResult>().AsNoTracking()
            .Where(result => result.Id == resultId && Visible(db, user).Any(run => run.Id == result.RunId))
            .SingleOrDefaultAsync(cancel);
    }
}
