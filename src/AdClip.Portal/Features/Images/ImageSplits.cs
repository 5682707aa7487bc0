using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Images;

/// <summary>The split of images: what may be learned from, and what is kept for judging.</summary>
/// <remarks>The only writer of <see cref="ImageRecord.Split"/> after upload.</remarks>
public sealed class ImageSplits(IDbContextFactory<PortalDb> dbs)
{
    /// <summary>Images written in one transaction; others who want to write wait as long.</summary>
    private const int ImagesPerTransaction = 1000;

    /// <summary>The images of a project that may be learned from and compared with, labelled or not: never those of the test.</summary>
    /// <remarks>As long as no image of the project is of the training, one that nobody assigned may; from then on it waits until somebody says.</remarks>
    public static IQueryable<ImageRecord> Learnable(PortalDb db, Guid projectId)
    {
        var images = db.Set<ImageRecord>().AsNoTracking().Where(image => image.ProjectId == projectId && image.DeletedAt == null);
        return images.Where(
            image => image.Split == ImageSplit.Train
                || (image.Split == ImageSplit.Unassigned && !images.Any(other => other.Split == ImageSplit.Train)));
    }

    /// <summary>Gives images a split; ids that are not of the project, or of deleted images, are passed over.</summary>
    /// <returns>What each image that changed had before, for undo.</returns>
    public Task<IReadOnlyDictionary<Guid, ImageSplit>> AssignAsync(
        Guid projectId, IReadOnlyCollection<Guid> imageIds, ImageSplit split, CancellationToken cancel = default) =>
        AssignAsync(projectId, imageIds.Distinct().ToDictionary(id => id, _ => split), cancel);

    /// <summary>The same with a split for each image.</summary>
    public async Task<IReadOnlyDictionary<Guid, ImageSplit>> AssignAsync(
        Guid projectId, IReadOnlyDictionary<Guid, ImageSplit> splits, CancellationToken cancel = default)
    {
        Dictionary<Guid, ImageSplit> before = [];
        foreach (var some in splits.Chunk(ImagesPerTransaction))
        {
            var ids = some.Select(one => one.Key).ToList();
            await using var db = await dbs.CreateDbContextAsync(cancel);
            await using var transaction = await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.Serializable, cancel);
            var had = await db.Set<ImageRecord>()
                .Where(image => image.ProjectId == projectId && image.DeletedAt == null && ids.Contains(image.Id))
                .Select(image => new { image.Id, image.Split })
                .ToListAsync(cancel);
            var changed = had.Where(image => image.Split != splits[image.Id]).ToList();
            foreach (var wanted in changed.GroupBy(image => splits[image.Id]))
            {
                var group = wanted.Select(image => image.Id).ToList();
                await db.Set<ImageRecord>()
                    .Where(image => group.Contains(image.Id))
                    .ExecuteUpdateAsync(set => set.SetProperty(image => image.Split, wanted.Key), cancel);
            }
            await transaction.CommitAsync(cancel);
            foreach (var image in changed)
            {
                before[image.Id] = image.Split;
            }
        }
        return before;
    }
}
