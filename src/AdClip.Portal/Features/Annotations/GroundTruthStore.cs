using System.Security.Claims;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Annotations;

/// <summary>Who saves: a signed-in person, or null for what a folder said.</summary>
public sealed record Author(Guid? Id, string Name)
{
    public static Author Of(ClaimsPrincipal user) => new(user.UserId(), user.Identity?.Name ?? "");
}

/// <summary>What came of a save.</summary>
/// <param name="Revision">The image's newest revision that the caller should know: its own where saved, else the other one.</param>
/// <param name="IsConflict">True when the image had moved on and nothing was saved.</param>
public sealed record SaveOutcome(int Revision, bool IsConflict);

/// <summary>The ground truth of images: reads the newest revision, adds further ones. The only writer of its tables.</summary>
public sealed class GroundTruthStore(IDbContextFactory<PortalDb> dbs, TimeProvider clock)
{
    /// <summary>Labels saved with one wait for the disk. Others who want to write wait as long, so it is not more.</summary>
    internal const int LabelsPerTransaction = 200;

    /// <summary>The newest revision's document; an empty one for an image that nobody has annotated.</summary>
    public async Task<string> DocumentAsync(ImageRecord image, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await DocumentAsync(db, image, image.AnnotationRevision, cancel) ?? GroundTruthJson.Write(Empty(image));
    }

    /// <summary>The newest revision, read; metrics take its shapes' union.</summary>
    public async Task<ImageGroundTruth> ReadAsync(ImageRecord image, CancellationToken cancel = default) =>
        GroundTruthJson.ReadImage(await DocumentAsync(image, cancel));

    /// <summary>An earlier document; null where there is no such revision.</summary>
    public async Task<string?> DocumentAsync(ImageRecord image, int revision, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await DocumentAsync(db, image, revision, cancel);
    }

    /// <summary>Newest first, without the documents.</summary>
    public async Task<List<RevisionAnswer>> HistoryAsync(Guid imageId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<AnnotationRevision>().AsNoTracking()
            .Where(revision => revision.ImageId == imageId)
            .OrderByDescending(revision => revision.Revision)
            .Select(
                revision => new RevisionAnswer(
                    revision.Revision, ImageAnswer.NameOf(revision.Label), revision.ShapeCount, revision.AuthorName, revision.SavedAt))
            .ToListAsync(cancel);
    }

    /// <summary>
    /// Adds a revision after <paramref name="expectedRevision"/>, durably;
    /// a repeated <paramref name="saveId"/> is answered as the first time.
    /// </summary>
    /// <remarks>
    /// Shapes that differ from the revision before are signed with <paramref name="author"/> and the time; the others keep
    /// theirs, whatever the caller claims.
    /// </remarks>
    /// <exception cref="RefusedInputException">The document breaks a rule or belongs to an image of another size.</exception>
    public async Task<SaveOutcome> SaveAsync(
        ImageRecord image, ImageGroundTruth wanted, int expectedRevision, Guid saveId, Author author, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var outcome = await AddRevisionAsync(db, image, wanted, expectedRevision, saveId, author, cancel);
        await transaction.CommitAsync(cancel);
        return outcome;
    }

    /// <summary>Gives images a label. An image with shapes cannot be good or unlabelled; it is left as it is.</summary>
    /// <returns>The images that now carry the label, and those left as they were.</returns>
    public async Task<(IReadOnlyList<Guid> Labelled, IReadOnlyList<Guid> Left)> LabelAsync(
        Guid projectId, IReadOnlyCollection<Guid> imageIds, ImageLabel label, Author author, CancellationToken cancel = default)
    {
        List<Guid> labelled = [];
        List<Guid> left = [];
        foreach (var ids in imageIds.Distinct().Chunk(LabelsPerTransaction))
        {
            await using var db = await dbs.CreateDbContextAsync(cancel);
            var images = await db.Set<ImageRecord>().AsNoTracking()
                .Where(image => image.ProjectId == projectId && image.DeletedAt == null && ids.Contains(image.Id))
                .ToListAsync(cancel);
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            foreach (var image in images)
            {
                (await TryLabelAsync(db, image, label, author, cancel) ? labelled : left).Add(image.Id);
                db.ChangeTracker.Clear();
            }
            await transaction.CommitAsync(cancel);
            left.AddRange(ids.Except(images.Select(image => image.Id)));
        }
        return (labelled, left);
    }

    /// <summary>Gives one image the label, if it may have it and nobody was faster; false where it stays as it was.</summary>
    private async Task<bool> TryLabelAsync(PortalDb db, ImageRecord image, ImageLabel label, Author author, CancellationToken cancel)
    {
        if (image.Label == label && image.AnnotationRevision > 0)
        {
            return true;
        }
        var document = await DocumentAsync(db, image, image.AnnotationRevision, cancel);
        var current = document is null ? Empty(image) : GroundTruthJson.ReadImage(document);
        if (label != ImageLabel.Anomaly && current.Shapes.Count > 0)
        {
            return false;
        }
        // Somebody who saves at the same moment wins: their work is newer than the list that was clicked on.
        return !(await AddRevisionAsync(db, image, current with { Label = label }, image.AnnotationRevision, Guid.NewGuid(), author, cancel)).IsConflict;
    }

    /// <summary>Ground truth of an image about which nothing was said.</summary>
    public static ImageGroundTruth Empty(ImageRecord image) => new()
    {
        File = image.RelativePath,
        Sha256 = image.Sha256,
        Width = image.Width,
        Height = image.Height,
    };

    /// <summary>A revision within the transaction that <paramref name="db"/> has open; it is durable when that commits.</summary>
    private async Task<SaveOutcome> AddRevisionAsync(
        PortalDb db, ImageRecord image, ImageGroundTruth wanted, int expectedRevision, Guid saveId, Author author, CancellationToken cancel)
    {
        if (wanted.Width != image.Width || wanted.Height != image.Height)
        {
            throw new RefusedInputException(
                RefusalCode.GroundTruthSizeMismatch,
                $"This ground truth is for an image of {wanted.Width} x {wanted.Height} pixels, "
                + $"but the image has {image.Width} x {image.Height}: choose the file that belongs to it.",
                wanted.Width, wanted.Height, image.Width, image.Height);
        }
        var label = wanted.Label;
        // First of all the update: it takes the write lock, and it fails when somebody was faster.
        var moved = await db.Set<ImageRecord>()
            .Where(row => row.Id == image.Id && row.AnnotationRevision == expectedRevision)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(row => row.AnnotationRevision, expectedRevision + 1)
                    .SetProperty(row => row.Label, label)
                    .SetProperty(row => row.ShapeCount, wanted.Shapes.Count),
                cancel);
        if (moved == 0)
        {
            var earlier = await db.Set<AnnotationRevision>()
                .Where(revision => revision.ImageId == image.Id && revision.SaveId == saveId)
                .Select(revision => (int?)revision.Revision)
                .SingleOrDefaultAsync(cancel);
            return earlier is { } known
                ? new SaveOutcome(known, IsConflict: false)
                : new SaveOutcome(
                    await db.Set<ImageRecord>().Where(row => row.Id == image.Id).Select(row => row.AnnotationRevision).SingleAsync(cancel),
                    IsConflict: true);
        }
        var now = clock.GetUtcNow();
        var before = await DocumentAsync(db, image, expectedRevision, cancel);
        var signed = Signed(image, wanted, before is null ? [] : GroundTruthJson.ReadImage(before).Shapes, author.Name, now);
        GroundTruthValidation.Check(signed);
        db.Add(new AnnotationRevision
        {
            ImageId = image.Id,
            Revision = expectedRevision + 1,
            Document = GroundTruthJson.Write(signed),
            Label = label,
            ShapeCount = signed.Shapes.Count,
            AuthorId = author.Id,
            AuthorName = author.Name,
            SavedAt = now,
            SaveId = saveId,
        });
        await db.Set<ClassTally>().Where(tally => tally.ImageId == image.Id).ExecuteDeleteAsync(cancel);
        db.AddRange(signed.Shapes.CountBy(shape => shape.ClassName).Select(count => new ClassTally
        {
            ImageId = image.Id,
            ProjectId = image.ProjectId,
            ClassName = count.Key,
            Shapes = count.Value,
        }));
        await DefectClasses.AddMissingAsync(db, image.ProjectId, signed.Shapes.Select(shape => shape.ClassName), now, cancel);
        await db.SaveChangesAsync(cancel);
        return new SaveOutcome(expectedRevision + 1, IsConflict: false);
    }

    private static Task<string?> DocumentAsync(PortalDb db, ImageRecord image, int revision, CancellationToken cancel) =>
        db.Set<AnnotationRevision>().AsNoTracking()
            .Where(row => row.ImageId == image.Id && row.Revision == revision)
            .Select(row => row.Document)
            .SingleOrDefaultAsync(cancel);

    private static ImageGroundTruth Signed(ImageRecord image, ImageGroundTruth wanted, IReadOnlyList<Shape> before, string author, DateTimeOffset now)
    {
        var known = before.ToDictionary(shape => shape.Id);
        return wanted with
        {
            File = image.RelativePath,
            Sha256 = image.Sha256,
            Shapes =
            [
                .. wanted.Shapes.Select(shape =>
                    known.TryGetValue(shape.Id, out var old) && shape with { Author = old.Author, Time = old.Time } == old
                        ? old
                        : shape with { Author = author, Time = now }),
            ],
        };
    }
}
