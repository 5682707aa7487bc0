using System.Data;
using System.Security.Claims;
using AdClip.Portal.Features.Inspectors.Gate;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using AdClip.Vision;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Inspectors;

/// <summary>The inspectors of projects: finds them, puts them into use and out of it. The only writer of their states.</summary>
public sealed class InspectorBoard(IDbContextFactory<PortalDb> dbs, TimeProvider clock)
{
    public const int LongestName = 100;
    public const int LongestReason = 1000;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<Inspector>> ListAsync(Guid projectId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<Inspector>().AsNoTracking()
            .Where(inspector => inspector.ProjectId == projectId)
            .OrderByDescending(inspector => inspector.Number)
            .ToListAsync(cancel);
    }

    /// <summary>The inspector, or null when it does not exist or this person may not know that it does.</summary>
    public async Task<Inspector?> FindAsync(Guid inspectorId, ClaimsPrincipal user, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<Inspector>().AsNoTracking()
            .SingleOrDefaultAsync(
                inspector => inspector.Id == inspectorId && ProjectAccess.Visible(db, user).Any(project => project.Id == inspector.ProjectId),
                cancel);
    }

    /// <summary>The one that the project runs on; null: none.</summary>
    public async Task<Inspector?> ActiveAsync(Guid projectId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await ActiveAsync(db.Set<Inspector>().AsNoTracking(), projectId, cancel);
    }

    /// <summary>Those whose scores come from a model.</summary>
    public async Task<IReadOnlyList<Inspector>> OfModelAsync(string modelId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var all = await db.Set<Inspector>().AsNoTracking().Where(inspector => inspector.State != InspectorState.Retired).ToListAsync(cancel);
        return [.. all.Where(inspector => Runs.Plans.InspectionPlan.Parse(inspector.Plan).ModelId == modelId)];
    }

    /// <summary>What became of the inspectors of a project, newest first.</summary>
    public async Task<IReadOnlyList<InspectorEvent>> EventsAsync(Guid projectId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<InspectorEvent>().AsNoTracking()
            .Where(change => db.Set<Inspector>().Any(inspector => inspector.Id == change.InspectorId && inspector.ProjectId == projectId))
            .OrderByDescending(change => change.Id)
            .ToListAsync(cancel);
    }

    /// <summary>The newest look through the gate that still holds: against the one that is in use now; null: none.</summary>
    public async Task<InspectorCheck?> CheckAsync(Inspector inspector, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var active = await ActiveAsync(db.Set<Inspector>().AsNoTracking(), inspector.ProjectId, cancel);
        return await CheckAsync(db, inspector.Id, active?.Id, cancel);
    }

    /// <summary>Gives it another name.</summary>
    /// <exception cref="RefusedInputException">No name, or one that is too long.</exception>
    public async Task RenameAsync(Guid inspectorId, string? name, Guid userId, CancellationToken cancel = default)
    {
        var called = CheckedName(name);
        await using var db = await dbs.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, cancel);
        var inspector = await db.Set<Inspector>().SingleAsync(inspector => inspector.Id == inspectorId, cancel);
        if (inspector.Name != called)
        {
            Note(db, inspector, InspectorEventKind.Renamed, other: null, inspector.Name, userId);
            inspector.Name = called;
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
        }
    }

    /// <summary>Puts it into use in place of the one that is.</summary>
    /// <param name="acceptRegressions">Whether images that get worse, and limits that are not kept, are accepted.</param>
    /// <exception cref="RefusedInputException">It is in use, has not passed the gate against the one in use, or why is not said.</exception>
    public async Task PromoteAsync(Guid inspectorId, string? reason, bool acceptRegressions, Guid userId, CancellationToken cancel = default)
    {
        var why = CheckedReason(reason);
        await using var db = await dbs.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, cancel);
        var inspector = await db.Set<Inspector>().SingleAsync(inspector => inspector.Id == inspectorId, cancel);
        if (inspector.State == InspectorState.Active)
        {
            throw new RefusedInputException(
                RefusalCode.InspectorAlreadyActive, $"Inspector {inspector.Number} is in use already; promote another one.", inspector.Number);
        }
        var active = await ActiveAsync(db.Set<Inspector>(), inspector.ProjectId, cancel);
        var check = await CheckAsync(db, inspectorId, active?.Id, cancel)
            ?? throw new RefusedInputException(
                RefusalCode.InspectorUnchecked,
                $"Inspector {inspector.Number} has not been checked against what is in use now; check it first.", inspector.Number);
        var report = GateReport.Parse(check.Report);
        if (!acceptRegressions && report.Worse.Count > 0)
        {
            throw new RefusedInputException(
                RefusalCode.InspectorRegressions,
                $"Inspector {inspector.Number} treats {report.Worse.Count} golden images worse, {report.Worse[0].FileName} first;"
                + " keep the present one, or accept them.",
                inspector.Number, report.Worse.Count, report.Worse[0].FileName);
        }
        if (!acceptRegressions && report.Parity.FirstOrDefault(parity => !parity.IsKept) is { } missed)
        {
            throw new RefusedInputException(
                RefusalCode.InspectorParityMissed,
                $"Inspector {inspector.Number} differs by {missed.Value:0.0000} from full arithmetic on whole images, more than {missed.Limit:0.0000};"
                + " make it without 8 bits or tiles, or accept it.",
                inspector.Number, missed.Value ?? 0, missed.Limit);
        }
        await ReplaceAsync(db, active, inspector, cancel);
        if (active is not null)
        {
            Note(db, active, InspectorEventKind.Replaced, inspector.Id, why, userId);
        }
        db.Add(new InspectorEvent
        {
            InspectorId = inspector.Id,
            Kind = InspectorEventKind.Promoted,
            OtherId = active?.Id,
            Reason = why,
            Report = check.Report,
            AcceptedRegressions = acceptRegressions && !report.Passes,
            At = clock.GetUtcNow(),
            By = userId,
        });
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    /// <summary>Takes the one in use out of it and puts the one before back; returns that one.</summary>
    /// <exception cref="RefusedInputException">It is not in use, or none was before it.</exception>
    public async Task<Inspector> RollBackAsync(Guid inspectorId, string? reason, Guid userId, CancellationToken cancel = default)
    {
        var why = CheckedReason(reason);
        await using var db = await dbs.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, cancel);
        var inspector = await db.Set<Inspector>().SingleAsync(inspector => inspector.Id == inspectorId, cancel);
        if (inspector.State != InspectorState.Active)
        {
            throw new RefusedInputException(
                RefusalCode.InspectorNotActive, $"Inspector {inspector.Number} is not in use, so it cannot be rolled back.", inspector.Number);
        }
        var beforeId = await db.Set<InspectorEvent>()
            .Where(change => change.InspectorId == inspectorId && change.Kind == InspectorEventKind.Promoted)
            .OrderByDescending(change => change.Id)
            .Select(change => change.OtherId)
            .FirstOrDefaultAsync(cancel);
        var before = await db.Set<Inspector>().SingleOrDefaultAsync(other => other.Id == beforeId, cancel)
            ?? throw new RefusedInputException(
                RefusalCode.InspectorNothingBefore,
                $"No inspector was in use before inspector {inspector.Number}; retire it, or promote another one.", inspector.Number);
        await ReplaceAsync(db, inspector, before, cancel);
        Note(db, inspector, InspectorEventKind.RolledBack, before.Id, why, userId);
        Note(db, before, InspectorEventKind.Restored, inspector.Id, why, userId);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return before;
    }

    /// <summary>Puts it away; if it was in use, none is afterwards.</summary>
    /// <exception cref="RefusedInputException">It was put away before.</exception>
    public async Task RetireAsync(Guid inspectorId, string? reason, Guid userId, CancellationToken cancel = default)
    {
        var why = CheckedReason(reason);
        await using var db = await dbs.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, cancel);
        var inspector = await db.Set<Inspector>().SingleAsync(inspector => inspector.Id == inspectorId, cancel);
        if (inspector.State == InspectorState.Retired)
        {
            throw new RefusedInputException(
                RefusalCode.InspectorAlreadyRetired, $"Inspector {inspector.Number} is retired already.", inspector.Number);
        }
        inspector.State = InspectorState.Retired;
        Note(db, inspector, InspectorEventKind.Retired, other: null, why, userId);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    /// <summary>A name as it is kept.</summary>
    /// <exception cref="RefusedInputException">There is none, or it is too long.</exception>
    internal static string CheckedName(string? name) => name?.Trim() is { Length: > 0 and <= LongestName } kept
        ? kept
        : throw new RefusedInputException(
            RefusalCode.NameLengthInvalid,
            $"The name has {name?.Trim().Length ?? 0} characters; give it 1 to {LongestName}.", name?.Trim().Length ?? 0, LongestName);

    private static string CheckedReason(string? reason) => reason?.Trim() is { Length: > 0 and <= LongestReason } kept
        ? kept
        : throw new RefusedInputException(
            RefusalCode.InspectorReasonMissing,
            $"The reason has {reason?.Trim().Length ?? 0} characters; say why in 1 to {LongestReason}.", reason?.Trim().Length ?? 0, LongestReason);

    // In two steps: the database takes no two active ones, not even for a moment.
    private static async Task ReplaceAsync(PortalDb db, Inspector? active, Inspector next, CancellationToken cancel)
    {
        if (active is not null)
        {
            active.State = InspectorState.Retired;
            await db.SaveChangesAsync(cancel);
        }
        next.State = InspectorState.Active;
    }

    private void Note(PortalDb db, Inspector inspector, InspectorEventKind kind, Guid? other, string reason, Guid userId) => db.Add(
        new InspectorEvent { InspectorId = inspector.Id, Kind = kind, OtherId = other, Reason = reason, At = clock.GetUtcNow(), By = userId });

    private static Task<Inspector?> ActiveAsync(IQueryable<Inspector> inspectors, Guid projectId, CancellationToken cancel) =>
        inspectors.SingleOrDefaultAsync(inspector => inspector.ProjectId == projectId && inspector.State == InspectorState.Active, cancel);

    private static Task<InspectorCheck?> CheckAsync(PortalDb db, Guid inspectorId, Guid? activeId, CancellationToken cancel) =>
        db.Set<InspectorCheck>().AsNoTracking()
            .Where(check => check.InspectorId == inspectorId && check.ActiveId == activeId)
            .OrderByDescending(check => check.Id)
            .FirstOrDefaultAsync(cancel);
}
