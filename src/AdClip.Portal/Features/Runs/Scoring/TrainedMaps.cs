using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Runs.Scoring;

/// <summary>Maps of a run's images as other trained detectors of the project see them, from kept tokens.</summary>
public sealed class TrainedMaps(IDbContextFactory<PortalDb> dbs, DetectorVersions versions, Planner planner, PlanOpener plans, BlobStore blobs)
{
    /// <summary>The map as a .npy file; the same detector gives the same bytes.</summary>
    /// <exception cref="Vision.RefusedInputException">The project has no such detector, or its model is gone.</exception>
    public async Task<ReadOnlyMemory<byte>> OfAsync(ImageResult result, Guid versionId, CancellationToken cancel)
    {
        ImageRecord image;
        await using (var db = await dbs.CreateDbContextAsync(cancel))
        {
            image = await db.Set<ImageRecord>().AsNoTracking().SingleAsync(image => image.Id == result.ImageId, cancel);
        }
        var settled = await planner.OfDetectorAsync(await versions.GetAsync(image.ProjectId, versionId, cancel), patience: null, cancel);
        using var opened = await plans.OpenAsync(image.ProjectId, settled.Plan, patience: null, _ => { }, cancel);
        return MapFile.Of((await opened.LookAsync(blobs.PathOf(image.Sha256), image.Sha256, _ => { }, cancel)).Detection.Map);
    }
}
