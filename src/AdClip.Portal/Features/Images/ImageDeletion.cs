using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Images;

/// <summary>Puts images away and brings them back; the bytes and the ground truth stay.</summary>
public sealed class ImageDeletion(IDbContextFactory<PortalDb> dbs, TimeProvider clock)
{
    public Task<int> DeleteAsync(Guid projectId, IReadOnlyCollection<Guid> imageIds, CancellationToken cancel = default) =>
        SetAsync(projectId, imageIds, clock.GetUtcNow(), cancel);

    public Task<int> RestoreAsync(Guid projectId, IReadOnlyCollection<Guid> imageIds, CancellationToken cancel = default) =>
        SetAsync(projectId, imageIds, null, cancel);

    private async Task<int> SetAsync(Guid projectId, IReadOnlyCollection<Guid> imageIds, DateTimeOffset? deletedAt, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<ImageRecord>()
            .Where(image => image.ProjectId == projectId && imageIds.Contains(image.Id))
            .ExecuteUpdateAsync(set => set.SetProperty(image => image.DeletedAt, deletedAt), cancel);
    }
}
