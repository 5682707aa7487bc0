using AdClip.Portal.Features.Images;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Annotations;

/// <summary>Makes ground truth of what the folders of an upload say: train/good, test/scratch, ground_truth/scratch/000_mask.png.</summary>
/// <remarks>Is told of arrivals, and once after each start looks for those that a killed server missed.</remarks>
public sealed class FolderLabels(
    IDbContextFactory<PortalDb> dbs, GroundTruthStore store, DefectClasses classes,
    MaskImport masks, BlobStore blobs, TimeProvider clock, ILogger<FolderLabels> log) : IImageArrivalHandler
{
    private static readonly Author Folder = new(null, "folder");

    public Task ArrivedAsync(ImageArrival arrival, CancellationToken cancel) => ApplyAsync(arrival.ImageId, cancel);

    /// <summary>
    /// Applies what arrivals left undone. One image that fails is written to
    /// the log and tried again after the next start; it holds nobody else up.
    /// </summary>
    public async Task CatchUpAsync(CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var labels = await db.Set<ImageRecord>()
            .Where(image => image.FolderLabel != ImageLabel.Unlabelled && image.AnnotationRevision == 0)
            .OrderBy(image => image.Id)
            .Select(image => image.Id)
            .ToListAsync(cancel);
        var unapplied = await db.Set<MaskFile>()
            .Where(mask => mask.ImageId != null && mask.AppliedAt == null)
            .Select(mask => mask.ImageId!.Value)
            .ToListAsync(cancel);
        foreach (var imageId in labels.Union(unapplied))
        {
            try
            {
                await ApplyAsync(imageId, cancel);
            }
            catch (Exception fault) when (!cancel.IsCancellationRequested)
            {
                log.LogError(fault, "What the folders say of image {ImageId} could not be applied; it is tried again after the next start", imageId);
            }
        }
    }

    /// <summary>The folder's label for an image that nobody has labelled, and its masks. Doing it twice does it once.</summary>
    private async Task ApplyAsync(Guid imageId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var image = await db.Set<ImageRecord>().AsNoTracking().SingleAsync(row => row.Id == imageId, cancel);
        if (image.AnnotationRevision == 0 && image.FolderLabel != ImageLabel.Unlabelled)
        {
            var labelled = GroundTruthStore.Empty(image) with { Label = image.FolderLabel };
            await store.SaveAsync(image, labelled, 0, Guid.NewGuid(), Folder, cancel);
            if (DefectClasses.IsName(image.FolderClass))
            {
                await classes.EnsureAsync(image.ProjectId, [image.FolderClass!], cancel);
            }
        }
        foreach (var mask in await db.Set<MaskFile>().Where(mask => mask.ImageId == imageId && mask.AppliedAt == null).ToListAsync(cancel))
        {
            image = await db.Set<ImageRecord>().AsNoTracking().SingleAsync(row => row.Id == imageId, cancel);
            try
            {
                await masks.ImportAsync(image, blobs.PathOf(mask.Sha256), mask.Sha256, mask.DefectClass, Folder, cancel);
            }
            catch (RefusedInputException refused)
            {
                // The image stays an anomaly without pixels; the file is not tried again.
                log.LogWarning("Mask {Path} was not used: {Reason}", mask.RelativePath, refused.Message);
            }
            mask.AppliedAt = clock.GetUtcNow();
            await db.SaveChangesAsync(cancel);
        }
    }
}

/// <summary>Lets <see cref="FolderLabels"/> catch up while the portal serves already: there may be thousands of masks.</summary>
internal sealed class FolderLabelsCatchUp(FolderLabels labels) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => labels.CatchUpAsync(stoppingToken);
}
