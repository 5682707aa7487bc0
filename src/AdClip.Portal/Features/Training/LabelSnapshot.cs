using AdClip.Portal.Features.Images;
using AdClip.Portal.Storage;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Training;

/// <summary>What changed among the labelled images of a project since a training took its own.</summary>
/// <param name="Changed">Images that it learned from and that have another label or other shapes now, or were deleted.</param>
/// <param name="Added">Images that were labelled since and may be learned from.</param>
public sealed record LabelChanges(int Changed, int Added);

/// <summary>Labels as they were when a training was asked for: however often it is taken up again, it learns from the same.</summary>
public static class LabelSnapshot
{
    /// <summary>The rows that keep these images for a training.</summary>
    public static IEnumerable<LearnedImage> Of(Guid trainingId, IEnumerable<LabelledImage> images) =>
        images.Select(image => new LearnedImage { TrainingId = trainingId, ImageId = image.ImageId, IsAnomaly = image.IsAnomaly, Revision = image.Revision });

    /// <summary>The images of a training, by SHA-256; images that were deleted since are still there.</summary>
    /// <param name="withTest">False: without those that are kept for judging now.</param>
    public static async Task<IReadOnlyList<LabelledImage>> ReadAsync(PortalDb db, Guid trainingId, CancellationToken cancel, bool withTest = true)
    {
        var rows = await (
            from learned in db.Set<LearnedImage>().AsNoTracking()
            join image in db.Set<ImageRecord>() on learned.ImageId equals image.Id
            where learned.TrainingId == trainingId && (withTest || image.Split != ImageSplit.Test)
            orderby image.Sha256
            select new { learned.ImageId, learned.IsAnomaly, learned.Revision, image.Sha256, image.Width, image.Height }).ToListAsync(cancel);
        List<LabelledImage> images = [];
        foreach (var some in rows.Chunk(200))
        {
            var shapes = await LabelledImages.DocumentsAsync(
                db, some.Where(row => row.Revision > 0).ToDictionary(row => row.ImageId, row => row.Revision), cancel);
            images.AddRange(
                some.Select(
                    row => new LabelledImage(
                        row.Sha256, row.Width, row.Height, row.IsAnomaly,
                        shapes.GetValueOrDefault(row.ImageId) ?? [], row.ImageId, row.Revision)));
        }
        return images;
    }

    /// <summary>What changed since; null: the training kept no labels.</summary>
    /// <param name="leftOut">Labelled images beyond the most that it took.</param>
    public static async Task<LabelChanges?> ChangesAsync(PortalDb db, Guid projectId, Guid trainingId, int leftOut, CancellationToken cancel)
    {
        var rows = await (
            from learned in db.Set<LearnedImage>().AsNoTracking()
            join image in db.Set<ImageRecord>() on learned.ImageId equals image.Id
            where learned.TrainingId == trainingId
            select new
            {
                learned.ImageId,
                learned.IsAnomaly,
                learned.Revision,
                image.Label,
                image.AnnotationRevision,
                IsDeleted = image.DeletedAt != null,
            }).ToListAsync(cancel);
        if (rows.Count == 0)
        {
            return null;
        }
        var changed = rows.Count(row => row.IsDeleted || row.Label != (row.IsAnomaly ? ImageLabel.Anomaly : ImageLabel.Good));
        // A later revision may say the same, for instance that somebody looked again.
        foreach (var some in rows
            .Where(
                row => !row.IsDeleted
                    && row.Label == (row.IsAnomaly ? ImageLabel.Anomaly : ImageLabel.Good)
                    && row.AnnotationRevision != row.Revision)
            .Chunk(200))
        {
            var before = await LabelledImages.DocumentsAsync(db, some.ToDictionary(row => row.ImageId, row => row.Revision), cancel);
            var now = await LabelledImages.DocumentsAsync(db, some.ToDictionary(row => row.ImageId, row => row.AnnotationRevision), cancel);
            changed += some.Count(row => !Drawn(before, row.ImageId).SequenceEqual(Drawn(now, row.ImageId)));
        }
        var labelled = await ImageSplits.Learnable(db, projectId).CountAsync(
            image =>
                image.Label != ImageLabel.Unlabelled
                    && !db.Set<LearnedImage>().Any(learned => learned.TrainingId == trainingId && learned.ImageId == image.Id),
            cancel);
        return new LabelChanges(changed, Math.Max(0, labelled - leftOut));
    }

    // Who drew it when does not matter to what is learned.
    private static IEnumerable<Shape> Drawn(Dictionary<Guid, IReadOnlyList<Shape>> shapes, Guid imageId) =>
        (shapes.GetValueOrDefault(imageId) ?? []).Select(shape => shape with { Author = "", Time = null, Provenance = Provenance.Human, UnknownFields = null });
}
