using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Storage;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Imaging;
using AdClip.Vision.Training;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Training;

/// <summary>An image that people have labelled, with what they drew.</summary>
/// <param name="Revision">Of the ground truth that this is; 0: the label alone.</param>
public sealed record LabelledImage(string Sha256, int Width, int Height, bool IsAnomaly, IReadOnlyList<Shape> Shapes, Guid ImageId = default, int Revision = 0)
{
    /// <summary>The class of most of its shapes, the first by name among equals; null where nothing is drawn.</summary>
    public string? Class =>
        Shapes.CountBy(shape => shape.ClassName)
            .OrderByDescending(count => count.Value)
            .ThenBy(count => count.Key, StringComparer.Ordinal)
            .Select(count => count.Key)
            .FirstOrDefault();

    /// <summary>Defect pixels in the model's square frame, [side, side], 0 or 1; null where nothing is drawn.</summary>
    public byte[]? Mask(int side) => Shapes.Count == 0
        ? null
        : [.. Preprocessing.MaskToSize(GroundTruthMask.Union(Shapes, Width, Height), side, side).Select(defect => defect ? (byte)1 : (byte)0)];

    /// <summary>Defect pixels of the picture itself, [Height, Width] row-major; null where nothing is drawn.</summary>
    public bool[]? Pixels()
    {
        if (Shapes.Count == 0)
        {
            return null;
        }
        var marked = new byte[Width * Height];
        GroundTruthMask.Union(Shapes, Width, Height).ToRowMajor(marked);
        return Array.ConvertAll(marked, pixel => pixel != 0);
    }

    /// <summary>As the advisor looks at it.</summary>
    public AdvisedImage Advised(float[]? classToken = null) => new()
    {
        Id = Sha256,
        Split = DataSplit.Training,
        Width = Width,
        Height = Height,
        IsAnomaly = IsAnomaly,
        Classes = [.. Shapes.Select(shape => shape.ClassName).Distinct(StringComparer.Ordinal)],
        Defects = [.. Shapes.Select(shape => GroundTruthMask.Union([shape], Width, Height).Bounds()).OfType<PixelBounds>()
            .Select(bounds => ((double)Math.Max(bounds.Width, bounds.Height), (double)Math.Min(bounds.Width, bounds.Height)))],
        ClassToken = classToken,
    };
}

/// <summary>Reads what a detector can learn from.</summary>
public static class LabelledImages
{
    /// <summary>
    /// The labelled images of a project that may be learned from, by SHA-256. Of more than <paramref name="most"/>,
    /// anomalies go first, and of each kind they are taken evenly.
    /// </summary>
    /// <returns>The images, and how many were left out.</returns>
    public static async Task<(IReadOnlyList<LabelledImage> Images, int LeftOut)> ReadAsync(PortalDb db, Guid projectId, int most, CancellationToken cancel)
    {
        var rows = await ImageSplits.Learnable(db, projectId)
            .Where(image => image.Label != ImageLabel.Unlabelled)
            .OrderBy(image => image.Sha256)
            .Select(image => new { image.Id, image.Sha256, image.Width, image.Height, image.Label, image.ShapeCount, image.AnnotationRevision })
            .ToListAsync(cancel);
        var anomalies = rows.Where(row => row.Label == ImageLabel.Anomaly).ToList();
        var good = rows.Where(row => row.Label == ImageLabel.Good).ToList();
        // Good images make up for half at least: without them nothing is normal.
        var keptAnomalies = Math.Min(anomalies.Count, Math.Max(most / 2, most - good.Count));
        var chosen = Evenly(anomalies, keptAnomalies).Concat(Evenly(good, most - keptAnomalies)).OrderBy(row => row.Sha256, StringComparer.Ordinal).ToList();
        List<LabelledImage> images = [];
        foreach (var some in chosen.Chunk(200))
        {
            var documents = await DocumentsAsync(db, some.Where(row => row.ShapeCount > 0).ToDictionary(row => row.Id, row => row.AnnotationRevision), cancel);
            images.AddRange(some.Select(row => new LabelledImage(
                row.Sha256, row.Width, row.Height, row.Label == ImageLabel.Anomaly,
                documents.GetValueOrDefault(row.Id) ?? [], row.Id, row.AnnotationRevision)));
        }
        return (images, rows.Count - images.Count);
    }

    /// <summary>The labelled images of a project that are kept for judging, and those that are not learned from because nobody assigned them.</summary>
    public static async Task<(int Test, int Waiting)> KeptBackAsync(PortalDb db, Guid projectId, CancellationToken cancel)
    {
        var labelled = db.Set<ImageRecord>()
            .Where(image => image.ProjectId == projectId && image.DeletedAt == null && image.Label != ImageLabel.Unlabelled);
        var test = await labelled.CountAsync(image => image.Split == ImageSplit.Test, cancel);
        var learnable = await ImageSplits.Learnable(db, projectId).CountAsync(image => image.Label != ImageLabel.Unlabelled, cancel);
        return (test, await labelled.CountAsync(cancel) - test - learnable);
    }

    /// <summary>What is drawn on images in these revisions of their ground truth, by image.</summary>
    internal static async Task<Dictionary<Guid, IReadOnlyList<Shape>>> DocumentsAsync(
        PortalDb db, IReadOnlyDictionary<Guid, int> revisions, CancellationToken cancel)
    {
        var ids = revisions.Keys.ToList();
        var numbers = revisions.Values.Distinct().ToList();
        var found = await db.Set<AnnotationRevision>().AsNoTracking()
            .Where(revision => ids.Contains(revision.ImageId) && numbers.Contains(revision.Revision))
            .Select(revision => new { revision.ImageId, revision.Revision, revision.Document })
            .ToListAsync(cancel);
        return found.Where(revision => revisions[revision.ImageId] == revision.Revision)
            .ToDictionary(revision => revision.ImageId, revision => GroundTruthJson.ReadImage(revision.Document).Shapes);
    }

    private static IEnumerable<T> Evenly<T>(List<T> all, int count) =>
        Enumerable.Range(0, Math.Min(all.Count, count)).Select(i => all[(int)((long)i * all.Count / Math.Min(all.Count, count))]);
}
