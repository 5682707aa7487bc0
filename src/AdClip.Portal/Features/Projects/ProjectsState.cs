using System.Security.Claims;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Vision;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Projects;

/// <summary>Makes and changes projects; the only writer of their table.</summary>
public sealed class ProjectsState(IDbContextFactory<PortalDb> dbs, TimeProvider clock)
{
    /// <summary>Makes a project.</summary>
    /// <exception cref="RefusedInputException">This person sees a project of this name already; the second argument is a free one.</exception>
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
        // The transaction is the only writer from its first line on: two people at once do not get the same name.
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await RequireFreeAsync(db, project.Name, except: null, user, cancel);
        db.Add(project);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return project;
    }

    /// <exception cref="RefusedInputException">This person sees another project of this name; the second argument is a free one.</exception>
    public async Task UpdateAsync(Guid projectId, NewProject request, ClaimsPrincipal user)
    {
        await using var db = await dbs.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await RequireFreeAsync(db, request.Name.Trim(), projectId, user, CancellationToken.None);
        await db.Set<Project>().Where(project => project.Id == projectId).ExecuteUpdateAsync(set => set
            .SetProperty(project => project.Name, request.Name.Trim())
            .SetProperty(project => project.Description, request.Description == null ? "" : request.Description.Trim())
            .SetProperty(project => project.ObjectName, string.IsNullOrWhiteSpace(request.ObjectName) ? "object" : request.ObjectName.Trim()));
        await transaction.CommitAsync();
    }

    public Task ArchiveAsync(Guid projectId) => SetArchivedAsync(projectId, clock.GetUtcNow());

    public Task RestoreAsync(Guid projectId) => SetArchivedAsync(projectId, null);

    // Only among the projects that this person may know of: a refusal shall not tell of others.
    private static async Task RequireFreeAsync(PortalDb db, string name, Guid? except, ClaimsPrincipal user, CancellationToken cancel)
    {
        var taken = await ProjectAccess.Visible(db, user)
            .Where(project => project.ArchivedAt == null && project.Id != except)
            .Select(project => project.Name)
            .ToListAsync(cancel);
        var free = ProjectName.Free(name, taken);
        if (free != name)
        {
            throw new RefusedInputException(
                RefusalCode.ProjectNameTaken, $"There is already a project \"{name}\"; choose another name, \"{free}\" is free.", name, free);
        }
    }

    private async Task SetArchivedAsync(Guid projectId, DateTimeOffset? at)
    {
        await using var db = await dbs.CreateDbContextAsync();
        await db.Set<Project>().Where(project => project.Id == projectId).ExecuteUpdateAsync(set => set.SetProperty(project => project.ArchivedAt, at));
    }
}

/// <summary>What a person enters for a new project; only the name is needed.</summary>
public sealed record NewProject(string Name, string? Description = null, string? ObjectName = null);
