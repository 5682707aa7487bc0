using System.Text.Json;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Storage;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Training.Stages;

/// <summary>A labelled image as it was when an experiment was made.</summary>
/// <param name="Revision">Of its ground truth; 0: nothing was drawn.</param>
public sealed record StageImage(Guid ImageId, string Sha256, int Width, int Height, bool IsAnomaly, int Revision);

/// <summary>Notes which images an experiment draws from, and finds again what was drawn on them then.</summary>
public static class StageImages
{
    /// <summary>
    /// The labelled images of a project that may be learned from, by SHA-256; of more
    /// than <paramref name="most"/>, those of either kind are taken evenly.
    /// </summary>
    /// <returns>The images, and how many were left out.</returns>
    public static async Task<(IReadOnlyList<StageImage> Images, int LeftOut)> NoteAsync(PortalDb db, Guid projectId, int most, CancellationToken cancel)
    {
        // The rest of them judges: test images stay unseen, even by the choice of a stage.
        var all = await ImageSplits.Learnable(db, projectId)
            .Where(image => image.Label != ImageLabel.Unlabelled)
            .OrderBy(image => image.Sha256)
            .Select(
                image => new StageImage(
                    image.Id, image.Sha256, image.Width, image.Height, image.Label == ImageLabel.Anomaly,
                    image.ShapeCount > 0 ? image.AnnotationRevision : 0))
            .ToListAsync(cancel);
        if (all.Count <= most)
        {
            return (all, 0);
        }
        var anomalies = all.Where(image => image.IsAnomaly).ToList();
        var good = all.Where(image => !image.IsAnomaly).ToList();
        var ofAnomalies = Math.Min(anomalies.Count, Math.Max(most / 2, most - good.Count));
        List<StageImage> taken = [.. Evenly(anomalies, ofAnomalies), .. Evenly(good, most - ofAnomalies)];
        return ([.. taken.OrderBy(image => image.Sha256, StringComparer.Ordinal)], all.Count - taken.Count);
    }

    /// <summary>The same images with what was drawn on them when they were noted.</summary>
    public static async Task<IReadOnlyList<LabelledImage>> ReadAsync(PortalDb db, IReadOnlyList<StageImage> images, CancellationToken cancel)
    {
        List<LabelledImage> read = [];
        foreach (var some in images.Chunk(200))
        {
            var revisions = some.Where(image => image.Revision > 0).ToDictionary(image => image.ImageId, image => image.Revision);
            var drawn = revisions.Keys.ToList();
            var documents = (await db.Set<AnnotationRevision>().AsNoTracking()
                    .Where(revision => drawn.Contains(revision.ImageId))
                    .Select(revision => new { revision.ImageId, revision.Revision, revision.Document })
                    .ToListAsync(cancel))
                .Where(revision => revisions[revision.ImageId] == revision.Revision)
                .ToDictionary(revision => revision.ImageId, revision => revision.Document);
            read.AddRange(some.Select(image => new LabelledImage(
                image.Sha256, image.Width, image.Height, image.IsAnomaly,
                documents.TryGetValue(image.ImageId, out var document) ? GroundTruthJson.ReadImage(document).Shapes : [])));
        }
        return read;
    }

    public static string ToJson(IReadOnlyList<StageImage> images) => JsonSerializer.Serialize(images, JsonSerializerOptions.Web);

    public static IReadOnlyList<StageImage> Parse(string json) =>
        JsonSerializer.Deserialize<List<StageImage>>(json, JsonSerializerOptions.Web) ?? throw new JsonException("The images of the experiment are empty.");

    private static IEnumerable<StageImage> Evenly(List<StageImage> all, int count) =>
        Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Count / count)]);
}
