using System.Security.Claims;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Jobs;

/// <summary>What the jobs page shows and can do.</summary>
public sealed class JobsState(IDbContextFactory<PortalDb> dbs, JobBoard board)
{
    private const int PageSize = 50;
    private HashSet<Guid> _visibleProjects = [];
    private ClaimsPrincipal? _user;
    private bool _onlyMine;
    private int _limit;

    /// <summary>Newest first; null until loaded.</summary>
    public IReadOnlyList<JobView>? Jobs { get; private set; }

    /// <summary>Names of the people behind the jobs.</summary>
    public IReadOnlyDictionary<Guid, string> People { get; private set; } = new Dictionary<Guid, string>();

    public bool HasMore { get; private set; }

    public Task LoadAsync(ClaimsPrincipal user, bool onlyMine)
    {
        (_user, _onlyMine, _limit) = (user, onlyMine, PageSize);
        return ReadAsync();
    }

    public Task LoadMoreAsync()
    {
        _limit += PageSize;
        return ReadAsync();
    }

    /// <summary>Takes a change of the feed in; false when it concerns nothing that this person may see.</summary>
    public bool Accept(JobView changed)
    {
        if (Jobs is null || _user is null || !IsShown(changed))
        {
            return false;
        }
        var known = Jobs.Any(job => job.Id == changed.Id);
        if (!known && Jobs.Count > 0 && changed.CreatedAt < Jobs[^1].CreatedAt)
        {
            return false; // on a page that was not asked for
        }
        Jobs = known ? [.. Jobs.Select(job => job.Id == changed.Id ? changed : job)] : [changed, .. Jobs];
        return true;
    }

    /// <summary>Who asked for a job may stop it, and everybody who may run jobs.</summary>
    public bool MayChange(JobView job) => _user is not null && (job.CreatedBy == _user.UserId() || _user.IsInRole(Roles.QaLead) || _user.IsInRole(Roles.Admin));

    public Task CancelAsync(JobView job) => MayChange(job) ? board.CancelAsync(job.Id) : Task.CompletedTask;

    public Task RetryAsync(JobView job) => MayChange(job) ? board.RetryAsync(job.Id) : Task.CompletedTask;

    private bool IsShown(JobView job) =>
        (job.ProjectId is not { } project || _visibleProjects.Contains(project)) && (!_onlyMine || job.CreatedBy == _user!.UserId());

    private async Task ReadAsync()
    {
        await using var db = await dbs.CreateDbContextAsync();
        var visible = ProjectAccess.Visible(db, _user!).Select(project => project.Id);
        _visibleProjects = await visible.ToHashSetAsync();
        var userId = _user!.UserId();
        var rows = await db.Set<JobRecord>().AsNoTracking()
            .Where(job => job.ProjectId == null || visible.Contains(job.ProjectId.Value))
            .Where(job => !_onlyMine || job.CreatedBy == userId)
            .OrderByDescending(job => job.CreatedAt)
            .Take(_limit + 1)
            .ToListAsync();
        HasMore = rows.Count > _limit;
        Jobs = [.. rows.Take(_limit).Select(JobView.Of)];
        People = await db.Users.ToDictionaryAsync(user => user.Id, user => user.DisplayName);
    }
}
