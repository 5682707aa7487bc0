using System.Data.Common;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection.Thresholds;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Inspectors.Production;

/// <summary>What one inspector did in a span of time.</summary>
public sealed record ProductionCount(Guid ProjectId, Guid InspectorId, VerdictCounts Verdicts)
{
    public int Inspected => Verdicts.Passed + Verdicts.Reviewed + Verdicts.Failed;
}

/// <summary>Keeps what inspectors in use said, and counts it: production figures come from here and from nowhere else.</summary>
public sealed class ProductionBook(IDbContextFactory<PortalDb> dbs, TimeProvider clock, ILogger<ProductionBook> log)
{
    /// <summary>Keeps one result. A database that cannot take it costs nobody the answer: that is logged.</summary>
    public async Task NoteAsync(
        Inspector inspector, string sha256, float score, Verdict verdict, double milliseconds, Guid? imageId, CancellationToken cancel)
    {
        try
        {
            await using var db = await dbs.CreateDbContextAsync(cancel);
            db.Add(new ProductionResult
            {
                ProjectId = inspector.ProjectId,
                InspectorId = inspector.Id,
                Sha256 = sha256,
                Score = score,
                Verdict = verdict,
                Milliseconds = milliseconds,
                At = clock.GetUtcNow(),
                ImageId = imageId,
            });
            await db.SaveChangesAsync(cancel);
        }
        catch (Exception fault) when (fault is DbUpdateException or DbException)
        {
            log.LogError(fault, "What inspector {InspectorId} said of {Sha256} could not be kept; production figures lack it", inspector.Id, sha256);
        }
    }

    /// <summary>Counts of these projects since a time, one for each inspector that looked at an image.</summary>
    public async Task<IReadOnlyList<ProductionCount>> CountAsync(IReadOnlyCollection<Guid> projectIds, DateTimeOffset since, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var counts = await db.Set<ProductionResult>()
            .Where(result => projectIds.Contains(result.ProjectId) && result.At >= since)
            .GroupBy(result => new { result.ProjectId, result.InspectorId, result.Verdict })
            .Select(group => new { group.Key.ProjectId, group.Key.InspectorId, group.Key.Verdict, Count = group.Count() })
            .ToListAsync(cancel);
        return
        [
            .. from count in counts
               group count by (count.ProjectId, count.InspectorId) into inspector
               let of = inspector.ToDictionary(count => count.Verdict, count => count.Count)
               select new ProductionCount(
                   inspector.Key.ProjectId, inspector.Key.InspectorId,
                   new VerdictCounts(of.GetValueOrDefault(Verdict.Pass), of.GetValueOrDefault(Verdict.Review), of.GetValueOrDefault(Verdict.Fail))),
        ];
    }
}
