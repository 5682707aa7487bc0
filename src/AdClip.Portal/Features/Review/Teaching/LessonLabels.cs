using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>Puts what a lesson says into the ground truth too, as one more revision of it: its own history takes it back.</summary>
public sealed class LessonLabels(IDbContextFactory<PortalDb> dbs, GroundTruthStore truths)
{
    /// <summary>Adds the region of a defect to the image as a box.</summary>
    /// <exception cref="RefusedInputException">Somebody has changed the image's ground truth at the same moment.</exception>
    public async Task AddShapeAsync(Lesson lesson, string className, Author author, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var image = await db.Set<ImageRecord>().AsNoTracking().SingleAsync(image => image.Id == lesson.ImageId, cancel);
        var truth = await truths.ReadAsync(image, cancel);
        // The lesson's id: said twice, it is the same shape.
        var shape = new BoxShape
        {
            Id = $"{lesson.Id:N}",
            ClassName = className,
            Box = new ImageRectangle(lesson.X, lesson.Y, lesson.Width, lesson.Height),
            Provenance = Provenance.Edited,
        };
        var saved = await truths.SaveAsync(
            image, truth with { Label = ImageLabel.Anomaly, Shapes = [.. truth.Shapes.Where(other => other.Id != shape.Id), shape] },
            image.AnnotationRevision, Guid.NewGuid(), author, cancel);
        if (saved.IsConflict)
        {
            throw new RefusedInputException(
                RefusalCode.FeedbackLabelConflict,
                "The detector has learned it, but somebody changed the ground truth of this image at the same moment; draw the region in the labeler.");
        }
    }

    /// <summary>Labels the image good, if nothing is drawn on it.</summary>
    /// <exception cref="RefusedInputException">Defects are drawn on it, or somebody changed it at the same moment.</exception>
    public async Task MarkGoodAsync(Lesson lesson, Author author, CancellationToken cancel)
    {
        var (labelled, _) = await truths.LabelAsync(lesson.ProjectId, [lesson.ImageId], ImageLabel.Good, author, cancel);
        if (labelled.Count == 0)
        {
            throw new RefusedInputException(
                RefusalCode.FeedbackLabelConflict,
                "The detector has learned it, but somebody changed the ground truth of this image at the same moment; draw the region in the labeler.");
        }
    }
}
