using System.Security.Claims;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>Finds the run and the image of a result that somebody speaks of.</summary>
public sealed class FeedbackTarget(IDbContextFactory<PortalDb> dbs)
{
    /// <summary>Null when there is no such result, its image is gone, or this person may not know of it.</summary>
    public async Task<(Run Run, ImageRecord Image)?> FindAsync(Guid resultId, ClaimsPrincipal user, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var found = await (
            from result in db.Set<ImageResult>().AsNoTracking()
            join run in RunAccess.Visible(db, user) on result.RunId equals run.Id
            join image in db.Set<ImageRecord>().AsNoTracking() on result.ImageId equals image.Id
            where result.Id == resultId && image.DeletedAt == null
            select new { run, image }).SingleOrDefaultAsync(cancel);
        return found is null ? null : (found.run, found.image);
    }
}
