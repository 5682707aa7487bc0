using System.Security.Claims;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Projects;

/// <summary>Makes and changes projects; the only writer of their table.</summary>
public sealed class ProjectsState(IDbContextFactory<PortalDb> dbs, TimeProvider clock)
{
    public async Task<Project> CreateAsync(NewProject request, ClaimsPrincipal user, CancellationToken cancel = default)
    {
        var project = new Project
        {
            Name = request.Name.Trim(),
            Description = request.Description?.Trim() ?? "",
            ObjectName = string.IsNullOrWhiteSpace(request.ObjectName) ? "object" : request.ObjectName.Trim(),
            CreatedAt = clock.GetUtcNow(),
            CreatedBy = user.UserId(),
        };
        await using var db = await dbs.CreateDbContextAsync(cancel);
        db.Add(project);
        await db.SaveChangesAsync(cancel);
        return project;
    }

    public async Task UpdateAsync(Guid projectId, NewProject request)
    {
        await using var db = await dbs.CreateDbContextAsync();
        await db.Set<Project>().Where(project => project.Id == projectId).ExecuteUpdateAsync(set => set
            .SetProperty(project => project.Name, request.Name.Trim())
            .SetProperty(project => project.Description, request.Description == null ? "" : request.Description.Trim())
            .SetProperty(project => project.ObjectName, string.IsNullOrWhiteSpace(request.ObjectName) ? "object" : request.ObjectName.Trim()));
    }

    public Task ArchiveAsync(Guid projectId) => SetArchivedAsync(projectId, clock.GetUtcNow());

    public Task RestoreAsync(Guid projectId) => SetArchivedAsync(projectId, null);

    private async Task SetArchivedAsync(Guid projectId, DateTimeOffset? at)
    {
        await using var db = await dbs.CreateDbContextAsync();
        await db.Set<Project>().Where(project => project.Id == projectId).ExecuteUpdateAsync(set => set.SetProperty(project => project.ArchivedAt, at));
    }
}

/// <summary>What a person enters for a new project; only the name is needed.</summary>
public sealed record NewProject(string Name, string? Description = null, string? ObjectName = null);
