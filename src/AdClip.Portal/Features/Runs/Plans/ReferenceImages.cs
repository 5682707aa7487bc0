using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Runs.Plans;

/// <summary>Finds the good images that a project is compared with.</summary>
public sealed class ReferenceImages(IDbContextFactory<PortalDb> dbs, IOptions<RunsOptions> options)
{
    /// <summary>The good images that a project can be compared with, in the order that "first N" means: by SHA-256.</summary>
    public static IQueryable<ImageRecord> Good(PortalDb db, Guid projectId) => ImageSplits.Learnable(db, projectId)
        .Where(image => image.Label == ImageLabel.Good)
        .OrderBy(image => image.Sha256);

    /// <summary>The good images that a request means, by SHA-256.</summary>
    /// <exception cref="RefusedInputException">There are not enough.</exception>
    public async Task<(ReferenceChoice Choice, IReadOnlyList<PlanReference> Images)> ChooseAsync(
        Guid projectId, ReferenceChoice? wanted, int? count, IReadOnlyList<Guid>? chosen, CancellationToken cancel)
    {
        if (wanted == ReferenceChoice.None)
        {
            return (ReferenceChoice.None, []);
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var good = Good(db, projectId);
        if (wanted == ReferenceChoice.Chosen)
        {
            // A person's choice holds whatever the label says, as long as the image is there.
            good = db.Set<ImageRecord>().AsNoTracking()
                .Where(image => image.ProjectId == projectId && image.DeletedAt == null && (chosen ?? Array.Empty<Guid>()).Contains(image.Id))
                .OrderBy(image => image.Sha256);
        }
        var limit = wanted == ReferenceChoice.FirstGood ? Math.Max(1, count ?? 1) : options.Value.MaxReferences;
        var found = await good.Take(limit).Select(image => new PlanReference(image.Id, image.Sha256)).ToListAsync(cancel);
        if (found.Count == 0 && wanted is null)
        {
            return (ReferenceChoice.None, []);
        }
        var needed = wanted switch { ReferenceChoice.FirstGood => limit, ReferenceChoice.Chosen => Math.Max(1, chosen?.Count ?? 0), _ => 1 };
        return found.Count >= needed
            ? (wanted ?? ReferenceChoice.AllGood, found)
            : throw new RefusedInputException(
                RefusalCode.RunWithoutReferences,
                $"The run shall compare with {needed} good images, but {found.Count} are labelled good; label more, or run without good images.",
                needed, found.Count);
    }

    /// <summary>Those of earlier references whose images were not deleted since.</summary>
    public async Task<IReadOnlyList<PlanReference>> StillThereAsync(IReadOnlyList<PlanReference> references, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        HashSet<Guid> there = [];
        foreach (var some in references.Select(reference => reference.ImageId).Chunk(1000))
        {
            there.UnionWith(await db.Set<ImageRecord>()
                .Where(image => some.Contains(image.Id) && image.DeletedAt == null).Select(image => image.Id).ToListAsync(cancel));
        }
        return [.. references.Where(reference => there.Contains(reference.ImageId))];
    }

    /// <summary>Refuses good images on which the inspection area cannot be laid, before any work is done.</summary>
    /// <exception cref="RefusedInputException">One in other proportions.</exception>
    public async Task CheckFitAsync(InspectionArea area, IReadOnlyList<PlanReference> references, CancellationToken cancel)
    {
        if (area.Regions.Regions.Count == 0 || references.Count == 0)
        {
            return;
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        foreach (var some in references.Select(reference => reference.ImageId).Chunk(1000))
        {
            var sizes = await db.Set<ImageRecord>()
                .Where(image => some.Contains(image.Id))
                .Select(image => new { image.Width, image.Height })
                .Distinct()
                .ToListAsync(cancel);
            foreach (var size in sizes)
            {
                area.Regions.CheckFits(size.Width, size.Height);
            }
        }
    }
}
