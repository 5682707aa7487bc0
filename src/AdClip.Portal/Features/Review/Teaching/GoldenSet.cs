using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Inspectors.Gate;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>The images that a taught detector is held to.</summary>
public sealed record GoldenSet(GoldenSource Source, IReadOnlyList<GoldenImage> Images)
{
    /// <summary>Marked images beyond that many are not looked at: the newest count.</summary>
    public const int MostMarked = 200;

    /// <summary>Of images that nobody marked, as many are taken at most, evenly.</summary>
    public const int MostOthers = 60;

    public static async Task<GoldenSet> ReadAsync(PortalDb db, Guid projectId, Guid runId, CancellationToken cancel)
    {
        var marked = await MarkedAsync(db, projectId, cancel);
        if (marked.Count > 0)
        {
            return new GoldenSet(GoldenSource.Marked, marked);
        }
        var labelled = await (
            from result in db.Set<ImageResult>()
            join image in db.Set<ImageRecord>() on result.ImageId equals image.Id
            where result.RunId == runId && image.DeletedAt == null && image.Label != ImageLabel.Unlabelled
            orderby image.Sha256
            select new
            {
                Image = new GoldenImage(image.Id, image.FileName, image.Sha256, image.Label == ImageLabel.Anomaly, image.Width, image.Height),
                IsReviewed = ReviewDecision.Standing(db).Any(decision => decision.RunId == runId && decision.ImageId == image.Id),
            }).ToListAsync(cancel);
        var reviewed = labelled.Where(one => one.IsReviewed).ToList();
        var (source, chosen) = reviewed.Count > 0 ? (GoldenSource.Reviewed, reviewed) : (GoldenSource.Labelled, labelled);
        return chosen.Count == 0 ? new GoldenSet(GoldenSource.None, []) : new GoldenSet(source, Balanced([.. chosen.Select(one => one.Image)]));
    }

    /// <summary>The images that a project's inspectors are held to, whatever run showed them.</summary>
    public static async Task<GoldenSet> OfProjectAsync(PortalDb db, Guid projectId, CancellationToken cancel)
    {
        var marked = await MarkedAsync(db, projectId, cancel);
        if (marked.Count > 0)
        {
            return new GoldenSet(GoldenSource.Marked, marked);
        }
        var labelled = await (
            from image in db.Set<ImageRecord>()
            where image.ProjectId == projectId && image.DeletedAt == null && image.Label != ImageLabel.Unlabelled
            orderby image.Sha256
            select new
            {
                Image = new GoldenImage(image.Id, image.FileName, image.Sha256, image.Label == ImageLabel.Anomaly, image.Width, image.Height),
                IsReviewed = db.Set<ReviewDecision>().Any(decision => decision.ImageId == image.Id),
            }).ToListAsync(cancel);
        var reviewed = labelled.Where(one => one.IsReviewed).ToList();
        return labelled.Count == 0
            ? new GoldenSet(GoldenSource.None, [])
            : new GoldenSet(
                reviewed.Count > 0 ? GoldenSource.Reviewed : GoldenSource.Labelled,
                Balanced([.. (reviewed.Count > 0 ? reviewed : labelled).Select(one => one.Image)]));
    }

    /// <summary>The images that people marked, newest mark first.</summary>
    public static Task<List<GoldenImage>> MarkedAsync(PortalDb db, Guid projectId, CancellationToken cancel) => (
        from mark in Newest(db)
        join image in db.Set<ImageRecord>() on mark.ImageId equals image.Id
        where mark.ProjectId == projectId && mark.IsGolden && image.DeletedAt == null
        orderby mark.Id descending
        select new GoldenImage(image.Id, image.FileName, image.Sha256, mark.IsAnomaly, image.Width, image.Height)).Take(MostMarked).ToListAsync(cancel);

    /// <summary>The good ones among the images that people marked: what a run can compare with.</summary>
    public static async Task<IReadOnlyList<Guid>> GoodAsync(PortalDb db, Guid projectId, CancellationToken cancel) =>
        [.. (await MarkedAsync(db, projectId, cancel)).Where(image => !image.IsAnomaly).Select(image => image.ImageId)];

    /// <summary>Whether somebody marked the image.</summary>
    public static Task<bool> HoldsAsync(PortalDb db, Guid imageId, CancellationToken cancel = default) =>
        Newest(db).AnyAsync(mark => mark.ImageId == imageId && mark.IsGolden, cancel);

    /// <summary>Marks the image, or takes the mark away.</summary>
    /// <exception cref="RefusedInputException">Nobody has said whether it is good.</exception>
    public static async Task MarkAsync(PortalDb db, ImageRecord image, bool isGolden, DateTimeOffset now, Guid userId, CancellationToken cancel)
    {
        if (isGolden && image.Label == ImageLabel.Unlabelled)
        {
            throw new RefusedInputException(
                RefusalCode.GoldenImageUnlabelled,
                "Nobody has labelled this image, so no detector can be held to it; label it good or anomaly first.");
        }
        if (await HoldsAsync(db, image.Id, cancel) != isGolden)
        {
            db.Add(
                new GoldenMark
                {
                    ProjectId = image.ProjectId,
                    ImageId = image.Id,
                    IsGolden = isGolden,
                    IsAnomaly = image.Label == ImageLabel.Anomaly,
                    MarkedAt = now,
                    MarkedBy = userId,
                });
            await db.SaveChangesAsync(cancel);
        }
    }

    private static IQueryable<GoldenMark> Newest(PortalDb db) =>
        db.Set<GoldenMark>().AsNoTracking().Where(mark => !db.Set<GoldenMark>().Any(later => later.ImageId == mark.ImageId && later.Id > mark.Id));

    // Half of them anomalies where there are as many: what gets lost is most often a defect.
    private static List<GoldenImage> Balanced(List<GoldenImage> all)
    {
        var anomalies = all.Where(image => image.IsAnomaly).ToList();
        var good = all.Where(image => !image.IsAnomaly).ToList();
        var kept = Math.Min(anomalies.Count, Math.Max(MostOthers / 2, MostOthers - good.Count));
        return [.. Evenly(anomalies, kept), .. Evenly(good, MostOthers - kept)];
    }

    private static IEnumerable<GoldenImage> Evenly(List<GoldenImage> all, int count) =>
        Enumerable.Range(0, Math.Min(all.Count, count)).Select(i => all[(int)((long)i * all.Count / Math.Min(all.Count, count))]);
}

/// <summary>Lets features upstream find what people marked here.</summary>
internal sealed class ProjectGoldenImages(IDbContextFactory<PortalDb> dbs) : IGoldenImages
{
    public async Task<(GoldenSource Source, IReadOnlyList<GoldenImage> Images)> OfProjectAsync(Guid projectId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var golden = await GoldenSet.OfProjectAsync(db, projectId, cancel);
        return (golden.Source, golden.Images);
    }
}
