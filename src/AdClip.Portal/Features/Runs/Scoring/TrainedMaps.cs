using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Runs.Scoring;

/// <summary>Maps of a run's images as other trained detectors of the project see them, from kept tokens.</summary>
public sealed class TrainedMaps(IDbContextFactory<PortalDb> dbs, DetectorPool detectors, DetectorVersions versions, ImageScoring inspector, BlobStore blobs)
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
        var version = await versions.GetAsync(image.ProjectId, versionId, cancel);
        using var lease = await detectors.RentAsync(version.ModelId, version.ImageSize, cancel);
        var fitted = await versions.OpenAsync(version, lease.Detector, cancel);
        var inspection = await inspector.InspectAsync(lease.Detector, fitted, blobs.PathOf(image.Sha256), image.Sha256, cancel);
        return MapFile.Of(inspection.Detection.Map);
    }
}
