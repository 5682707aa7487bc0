using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Features.Training.Prompts;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Runs;

/// <summary>What a run's scorer learned from: its scores on those images flatter.</summary>
public static class RunLearning
{
    /// <summary>The images, by content, that a trained detector and the training of learned texts learned from; to be asked within a query.</summary>
    /// <param name="detectorId">Null: no trained detector scores.</param>
    /// <param name="checkpointId">Learned texts of the project; null: none.</param>
    public static async Task<IQueryable<string>> ImagesAsync(PortalDb db, Guid? detectorId, Guid? checkpointId, CancellationToken cancel)
    {
        // The training that the texts come from; null: none, or they were uploaded.
        var trainingId = checkpointId is null
            ? null
            : await db.Set<StoredCheckpoint>()
                .Where(checkpoint => checkpoint.Id == checkpointId)
                .Select(checkpoint => checkpoint.TrainingId)
                .SingleOrDefaultAsync(cancel);
        return db.Set<DetectorVersionImage>().Where(learned => learned.VersionId == detectorId).Select(learned => learned.Sha256)
            .Concat(
                from learned in db.Set<LearnedImage>()
                join image in db.Set<ImageRecord>() on learned.ImageId equals image.Id
                where learned.TrainingId == trainingId
                select image.Sha256);
    }
}
