using System.Security.Claims;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Projects;

/// <summary>Who may see which project. Every page and endpoint below a project asks here first.</summary>
public sealed class ProjectAccess(IDbContextFactory<PortalDb> dbs)
{
    /// <summary>The projects that this person may see; compose further before running it.</summary>
    public static IQueryable<Project> Visible(PortalDb db, ClaimsPrincipal user)
    {
        var projects = db.Set<Project>().AsNoTracking();
        if (user.IsInRole(Roles.Admin))
        {
            return projects;
        }
        var userId = user.UserId();
        return projects.Where(project => project.IsOpen || db.Set<ProjectMember>().Any(member => member.ProjectId == project.Id && member.UserId == userId));
    }

    /// <summary>The project, or null when it does not exist or this person may not know that it does.</summary>
    public async Task<Project?> FindAsync(Guid projectId, ClaimsPrincipal user, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await Visible(db, user).SingleOrDefaultAsync(project => project.Id == projectId, cancel);
    }
}
