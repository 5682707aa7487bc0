using System.Security.Claims;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Images;

/// <summary>Who may see which image: whoever may see its project. Every endpoint below an image asks here first.</summary>
public sealed class ImageAccess(IDbContextFactory<PortalDb> dbs)
{
    /// <summary>The images that this person may see, deleted ones too; compose further before running it.</summary>
    public static IQueryable<ImageRecord> Visible(PortalDb db, ClaimsPrincipal user) =>
        db.Set<ImageRecord>().AsNoTracking().Where(image => ProjectAccess.Visible(db, user).Any(project => project.Id == image.ProjectId));

    /// <summary>The image, or null when it does not exist or this person may not know that it does.</summary>
    public async Task<ImageRecord?> FindAsync(Guid imageId, ClaimsPrincipal user, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await Visible(db, user).SingleOrDefaultAsync(image => image.Id == imageId, cancel);
    }
}
