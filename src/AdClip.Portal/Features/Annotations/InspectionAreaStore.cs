using System.Security.Claims;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Annotations;

/// <summary>The inspection area of a project at one revision; 0: nobody has drawn one, everything is inspected.</summary>
public sealed record InspectionArea(int Revision, InspectionRegions Regions)
{
    public static InspectionArea Everything { get; } = new(0, InspectionRegions.Everything);
}

/// <summary>Inspection areas of projects: reads the newest revision or an earlier one, adds further ones. The only writer of their table.</summary>
public sealed class InspectionAreaStore(IDbContextFactory<PortalDb> dbs, TimeProvider clock)
{
    /// <summary>What is inspected now.</summary>
    public async Task<InspectionArea> CurrentAsync(Guid projectId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var newest = await db.Set<InspectionAreaRevision>().AsNoTracking()
            .Where(area => area.ProjectId == projectId)
            .OrderByDescending(area => area.Revision)
            .FirstOrDefaultAsync(cancel);
        return newest is null ? InspectionArea.Everything : new InspectionArea(newest.Revision, InspectionRegionsJson.Read(newest.Document));
    }

    /// <summary>What was inspected at a revision; null where there is no such revision. 0 means everything.</summary>
    public async Task<InspectionArea?> AtAsync(Guid projectId, int revision, CancellationToken cancel = default)
    {
        if (revision == 0)
        {
            return InspectionArea.Everything;
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<InspectionAreaRevision>()
            .AsNoTracking()
            .SingleOrDefaultAsync(area => area.ProjectId == projectId && area.Revision == revision, cancel) is { } kept
            ? new InspectionArea(revision, InspectionRegionsJson.Read(kept.Document))
            : null;
    }

    /// <summary>Newest first, without the documents.</summary>
    public async Task<List<AreaRevisionAnswer>> HistoryAsync(Guid projectId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<InspectionAreaRevision>().AsNoTracking()
            .Where(area => area.ProjectId == projectId)
            .OrderByDescending(area => area.Revision)
            .Select(area => new AreaRevisionAnswer(area.Revision, area.RegionCount, area.AuthorName, area.SavedAt))
            .ToListAsync(cancel);
    }

    /// <summary>
    /// Adds a revision after <paramref name="expectedRevision"/>, durably;
    /// a repeated <paramref name="saveId"/> is answered as the first time.
    /// </summary>
    /// <exception cref="RefusedInputException">The regions break a rule or leave nothing to inspect.</exception>
    public async Task<SaveOutcome> SaveAsync(
        Guid projectId, InspectionRegions wanted, int expectedRevision,
        Guid saveId, ClaimsPrincipal author, CancellationToken cancel = default)
    {
        wanted.Check();
        await using var db = await dbs.CreateDbContextAsync(cancel);
        if (await ExistingAsync(db, projectId, expectedRevision, saveId, cancel) is { } existing)
        {
            return existing;
        }
        db.Add(new InspectionAreaRevision
        {
            ProjectId = projectId,
            Revision = expectedRevision + 1,
            Document = InspectionRegionsJson.Write(wanted),
            RegionCount = wanted.Regions.Count,
            AuthorId = author.UserId(),
            AuthorName = author.Identity?.Name ?? "",
            SavedAt = clock.GetUtcNow(),
            SaveId = saveId,
        });
        try
        {
            await db.SaveChangesAsync(cancel);
            return new SaveOutcome(expectedRevision + 1, IsConflict: false);
        }
        catch (DbUpdateException)
        {
            // Somebody took the revision in the moment since it was looked for; any other reason is a fault.
            db.ChangeTracker.Clear();
            if (await ExistingAsync(db, projectId, expectedRevision, saveId, cancel) is { } faster)
            {
                return faster;
            }
            throw;
        }
    }

    /// <summary>What to answer without saving: this save was done before, or another came after the expected revision. Null: go ahead.</summary>
    private static async Task<SaveOutcome?> ExistingAsync(PortalDb db, Guid projectId, int expectedRevision, Guid saveId, CancellationToken cancel)
    {
        var revisions = db.Set<InspectionAreaRevision>().Where(area => area.ProjectId == projectId);
        if (await revisions.Where(area => area.SaveId == saveId).Select(area => (int?)area.Revision).SingleOrDefaultAsync(cancel) is { } done)
        {
            return new SaveOutcome(done, IsConflict: false);
        }
        var newest = await revisions.MaxAsync(area => (int?)area.Revision, cancel) ?? 0;
        return newest == expectedRevision ? null : new SaveOutcome(newest, IsConflict: true);
    }
}
