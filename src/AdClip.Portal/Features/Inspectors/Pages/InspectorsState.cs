using System.Security.Claims;
using AdClip.Portal.Features.Inspectors.Gate;
using AdClip.Portal.Features.Inspectors.Production;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Inspectors.Pages;

/// <summary>An inspector with what people want to know of it.</summary>
/// <param name="MadeBy">Who made it.</param>
/// <param name="Check">Its newest look through the gate; null: none.</param>
/// <param name="Report">What that found, where it still holds: against the inspector in use now.</param>
/// <param name="Since">When it came into use last; null: never.</param>
/// <param name="CanRollBack">Another one was in use before it.</param>
public sealed record InspectorView(
    Inspector Inspector, string MadeBy, JobView? Check, GateReport? Report, (DateTimeOffset At, string By)? Since, bool CanRollBack)
{
    public InspectionPlan Plan { get; } = InspectionPlan.Parse(Inspector.Plan);

    public BandFigures Figures { get; } = BandFigures.Parse(Inspector.BandFigures);
}

/// <summary>What became of an inspector, in names.</summary>
public sealed record InspectorEventView(InspectorEvent Event, int Number, int? OtherNumber, string By);

/// <summary>What the inspectors' pages show and can do.</summary>
public sealed class InspectorsState(
    IDbContextFactory<PortalDb> dbs, InspectorBoard board, InspectorMaker maker, GateBoard gate, ProductionBook production, TimeProvider clock)
{
    /// <summary>Days of the production figures.</summary>
    public const int Days = 30;

    /// <summary>Newest first; null until loaded.</summary>
    public IReadOnlyList<InspectorView>? Inspectors { get; private set; }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<InspectorEventView> Events { get; private set; } = [];

    /// <summary>Of the last <see cref="Days"/> days, by inspector.</summary>
    public IReadOnlyDictionary<Guid, ProductionCount> Production { get; private set; } = new Dictionary<Guid, ProductionCount>();

    public InspectorView? Active => Inspectors?.FirstOrDefault(view => view.Inspector.State == InspectorState.Active);

    public IEnumerable<InspectorView> Of(InspectorState state) => Inspectors?.Where(view => view.Inspector.State == state) ?? [];

    public InspectorView? Find(Guid inspectorId) => Inspectors?.FirstOrDefault(view => view.Inspector.Id == inspectorId);

    public async Task LoadAsync(Guid projectId)
    {
        var inspectors = await board.ListAsync(projectId);
        var events = await board.EventsAsync(projectId);
        var people = await PeopleAsync([.. events.Select(change => change.By), .. inspectors.Select(inspector => inspector.CreatedBy)]);
        var numbers = inspectors.ToDictionary(inspector => inspector.Id, inspector => inspector.Number);
        List<InspectorView> views = [];
        foreach (var inspector in inspectors)
        {
            var job = await gate.NewestAsync(inspector.Id);
            var check = await board.CheckAsync(inspector);
            var own = events.Where(change => change.InspectorId == inspector.Id).ToList();
            var began = own.FirstOrDefault(change => change.Kind is InspectorEventKind.Promoted or InspectorEventKind.Restored);
            views.Add(new InspectorView(
                inspector, people[inspector.CreatedBy], job,
                check is not null && check.JobId == job?.Id ? GateReport.Parse(check.Report) : null,
                began is null ? null : (began.At, people[began.By]),
                own.FirstOrDefault(change => change.Kind == InspectorEventKind.Promoted)?.OtherId is not null));
        }
        Events =
        [
            .. events.Select(change => new InspectorEventView(
                change, numbers[change.InspectorId], change.OtherId is { } other ? numbers[other] : null, people[change.By])),
        ];
        Production = (await production.CountAsync([projectId], clock.GetUtcNow().AddDays(-Days))).ToDictionary(count => count.InspectorId);
        Inspectors = views;
    }

    /// <exception cref="Vision.RefusedInputException">No image says where the band lies.</exception>
    public async Task<Inspector> MakeOfRunAsync(Project project, Guid runId, ClaimsPrincipal user) =>
        await maker.OfRunAsync(project, runId, name: null, user.UserId(), CancellationToken.None);

    public async Task CheckAsync(Inspector inspector, ClaimsPrincipal user)
    {
        await gate.StartAsync(inspector, user.UserId());
        await LoadAsync(inspector.ProjectId);
    }

    public Task CancelCheckAsync(Guid jobId) => gate.CancelAsync(jobId);

    /// <exception cref="Vision.RefusedInputException">It did not pass and nobody accepts that, or why is not said.</exception>
    public async Task PromoteAsync(Inspector inspector, string reason, bool acceptRegressions, ClaimsPrincipal user)
    {
        await board.PromoteAsync(inspector.Id, reason, acceptRegressions, user.UserId());
        await LoadAsync(inspector.ProjectId);
    }

    /// <exception cref="Vision.RefusedInputException">None was in use before, or why is not said.</exception>
    public async Task RollBackAsync(Inspector inspector, string reason, ClaimsPrincipal user)
    {
        await board.RollBackAsync(inspector.Id, reason, user.UserId());
        await LoadAsync(inspector.ProjectId);
    }

    /// <exception cref="Vision.RefusedInputException">It was put away before, or why is not said.</exception>
    public async Task RetireAsync(Inspector inspector, string reason, ClaimsPrincipal user)
    {
        await board.RetireAsync(inspector.Id, reason, user.UserId());
        await LoadAsync(inspector.ProjectId);
    }

    /// <exception cref="Vision.RefusedInputException">No name, or one that is too long.</exception>
    public async Task RenameAsync(Inspector inspector, string name, ClaimsPrincipal user)
    {
        await board.RenameAsync(inspector.Id, name, user.UserId());
        await LoadAsync(inspector.ProjectId);
    }

    /// <summary>Takes a change of the feed in; false when it is no look through the gate of this project.</summary>
    public async Task<bool> AcceptAsync(Guid projectId, JobView changed)
    {
        if (changed.ProjectId != projectId || changed.Kind != GateJob.Kind || Inspectors is null)
        {
            return false;
        }
        if (changed.State.IsOver())
        {
            await LoadAsync(projectId);
        }
        else
        {
            Inspectors = [.. Inspectors.Select(view => view.Check?.Id == changed.Id ? view with { Check = changed } : view)];
        }
        return true;
    }

    private async Task<Dictionary<Guid, string>> PeopleAsync(HashSet<Guid> ids)
    {
        await using var db = await dbs.CreateDbContextAsync();
        return await db.Users.Where(user => ids.Contains(user.Id)).ToDictionaryAsync(user => user.Id, user => user.DisplayName);
    }
}
