using AdClip.Portal.Features.Inspectors;
using AdClip.Portal.Features.Inspectors.Gate;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell.Access;
using AdClip.Vision;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Inspectors;

/// <summary>States of inspectors, whatever people do in whatever order.</summary>
public sealed class InspectorBoardTests
{
    private const int Steps = 60;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Board_RandomSequences_KeepAtMostOneActiveAndAWholeHistory()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var board = host.Services.GetRequiredService<InspectorBoard>();
        var admin = await host.AdminIdAsync();
        for (var seed = 1; seed <= 4; seed++)
        {
            var random = new Random(seed);
            var project = await PortalHost.NewProjectAsync(client, $"Plates {seed}");
            List<Guid> ids = [];
            Guid? active = null;
            Dictionary<Guid, Guid?> promotedOver = [];
            for (var step = 0; step < Steps; step++)
            {
                var id = ids.Count == 0 ? Guid.Empty : ids[random.Next(ids.Count)];
                switch (random.Next(6))
                {
                    case 0 or 1 when ids.Count < 8 || ids.Count == 0:
                        ids.Add(await AddAsync(host, project.Id, ids.Count + 1, admin));
                        break;
                    case 2 or 3 when ids.Count > 0:
                        var isChecked = random.Next(4) > 0;
                        if (isChecked)
                        {
                            await AddCheckAsync(host, project.Id, id, active, admin);
                        }
                        if (await DoneAsync(() => board.PromoteAsync(id, "why", acceptRegressions: false, admin, Cancel)))
                        {
                            Assert.NotEqual(active, id);
                            (promotedOver[id], active) = (active, id);
                        }
                        break;
                    case 4 when ids.Count > 0:
                        var from = active is { } inUse && random.Next(3) > 0 ? inUse : id;
                        if (await DoneAsync(() => board.RollBackAsync(from, "why", admin, Cancel)))
                        {
                            Assert.Equal(active, from);
                            active = promotedOver[from];
                        }
                        break;
                    case 5 when ids.Count > 0:
                        if (await DoneAsync(() => board.RetireAsync(id, "why", admin, Cancel)) && active == id)
                        {
                            active = null;
                        }
                        break;
                    default:
                        if (ids.Count > 0)
                        {
                            await board.RenameAsync(id, $"name {step}", admin, Cancel);
                        }
                        break;
                }
                await AssertSoundAsync(board, project.Id, active);
            }
        }
    }

    [Fact]
    public async Task Database_TwoActiveOfOneProject_AreRefused()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var admin = await host.AdminIdAsync();
        var project = await PortalHost.NewProjectAsync(client);
        await AddAsync(host, project.Id, 1, admin);
        await AddAsync(host, project.Id, 2, admin);
        await using var db = await host.DbAsync();
        await Assert.ThrowsAnyAsync<Exception>(
            () => db.Set<Inspector>().ExecuteUpdateAsync(set => set.SetProperty(inspector => inspector.State, InspectorState.Active), Cancel));
        Assert.Equal(0, await db.Set<Inspector>().CountAsync(inspector => inspector.State == InspectorState.Active, Cancel));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData(null)]
    public async Task Board_NameOrReasonMissing_IsRefused(string? nothing)
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var admin = await host.AdminIdAsync();
        var id = await AddAsync(host, (await PortalHost.NewProjectAsync(client)).Id, 1, admin);
        var board = host.Services.GetRequiredService<InspectorBoard>();
        Assert.Equal(
            RefusalCode.NameLengthInvalid, (await Assert.ThrowsAsync<RefusedInputException>(() => board.RenameAsync(id, nothing, admin, Cancel))).Code);
        Assert.Equal(
            RefusalCode.InspectorReasonMissing, (await Assert.ThrowsAsync<RefusedInputException>(() => board.RetireAsync(id, nothing, admin, Cancel))).Code);
    }

    /// <summary>One in use at most, the one that is expected; what is on record leads to every state.</summary>
    private static async Task AssertSoundAsync(InspectorBoard board, Guid projectId, Guid? active)
    {
        var inspectors = await board.ListAsync(projectId, Cancel);
        Assert.Equal(active, inspectors.SingleOrDefault(inspector => inspector.State == InspectorState.Active)?.Id);
        var events = (await board.EventsAsync(projectId, Cancel)).Reverse().ToLookup(change => change.InspectorId);
        foreach (var inspector in inspectors)
        {
            InspectorState? state = null;
            foreach (var change in events[inspector.Id])
            {
                Assert.True(change.Kind == InspectorEventKind.Made == (state is null));
                state = change.Kind switch
                {
                    InspectorEventKind.Made => InspectorState.Candidate,
                    InspectorEventKind.Promoted or InspectorEventKind.Restored => InspectorState.Active,
                    InspectorEventKind.Renamed => state,
                    _ => InspectorState.Retired,
                };
                Assert.True(change.Kind == InspectorEventKind.Promoted == (change.Report is not null));
            }
            Assert.Equal(inspector.State, state);
        }
    }

    private static async Task<bool> DoneAsync(Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (RefusedInputException)
        {
            return false;
        }
    }

    internal static async Task<Guid> AddAsync(PortalHost host, Guid projectId, int number, Guid userId)
    {
        var plan = new InspectionPlan
        {
            ModelId = "adclip-mini",
            ModelName = "adclip-mini",
            EncoderId = "e",
            ImageSize = 224,
            ObjectName = "plate",
            References = ReferenceChoice.None,
            ReferenceImages = [],
            AreaRevision = 0,
            ScoreIdentity = $"identity {number}",
        };
        var inspector = new Inspector
        {
            ProjectId = projectId,
            Number = number,
            Name = $"inspector {number}",
            State = InspectorState.Candidate,
            Plan = plan.ToJson(),
            ScoreIdentity = plan.ScoreIdentity,
            ReviewFrom = 0.4,
            FailFrom = 0.5,
            BandOrigin = BandOrigin.Budgets,
            BandFigures = new BandFigures(default, default, HeldOut: null, 0).ToJson(),
            Scale = null,
            MapHigh = null,
            RunId = null,
            DetectorId = null,
            CreatedAt = DateTimeOffset.UnixEpoch,
            CreatedBy = userId,
        };
        await using var db = await host.DbAsync();
        db.Add(inspector);
        db.Add(new InspectorEvent { InspectorId = inspector.Id, Kind = InspectorEventKind.Made, Reason = "", At = inspector.CreatedAt, By = userId });
        await db.SaveChangesAsync(Cancel);
        return inspector.Id;
    }

    private static async Task AddCheckAsync(PortalHost host, Guid projectId, Guid inspectorId, Guid? activeId, Guid userId)
    {
        var job = new JobRecord
        {
            Kind = "InspectorCheck",
            ProjectId = projectId,
            Payload = inspectorId.ToString(),
            State = JobState.Succeeded,
            CreatedAt = DateTimeOffset.UnixEpoch,
            CreatedBy = userId,
        };
        await using var db = await host.DbAsync();
        db.Add(job);
        db.Add(new InspectorCheck
        {
            InspectorId = inspectorId,
            JobId = job.Id,
            ActiveId = activeId,
            Report = new GateReport(GoldenSource.None, 0, 0, new GateSide(1, default, default, 0, null, 0), null, [], []).ToJson(),
            CheckedAt = DateTimeOffset.UnixEpoch,
        });
        await db.SaveChangesAsync(Cancel);
    }
}
