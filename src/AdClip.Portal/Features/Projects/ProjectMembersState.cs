using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Projects;

/// <summary>A person who can be let into a project.</summary>
public sealed record Candidate(Guid UserId, string Name, bool IsMember);

/// <summary>Who may see one project: everybody, or its members.</summary>
public sealed class ProjectMembersState(IDbContextFactory<PortalDb> dbs)
{
    /// <summary>Everybody who can sign in, by name; null until loaded.</summary>
    public IReadOnlyList<Candidate>? Candidates { get; private set; }

    public bool IsOpen { get; private set; }

    public async Task LoadAsync(Guid projectId)
    {
        await using var db = await dbs.CreateDbContextAsync();
        IsOpen = await db.Set<Project>().Where(project => project.Id == projectId).Select(project => project.IsOpen).SingleAsync();
        Candidates = await db.Users.Where(user => user.IsActive).OrderBy(user => user.DisplayName)
            .Select(
                user => new Candidate(
                    user.Id, user.DisplayName,
                    db.Set<ProjectMember>().Any(member => member.ProjectId == projectId && member.UserId == user.Id)))
            .ToListAsync();
    }

    /// <summary>Opens the project to everybody or closes it; whoever closes it becomes a member, so as not to lock themselves out.</summary>
    public async Task SetOpenAsync(Guid projectId, bool isOpen, Guid actingUserId)
    {
        await using (var db = await dbs.CreateDbContextAsync())
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            if (!isOpen && !await db.Set<ProjectMember>().AnyAsync(member => member.ProjectId == projectId && member.UserId == actingUserId))
            {
                db.Add(new ProjectMember { ProjectId = projectId, UserId = actingUserId });
                await db.SaveChangesAsync();
            }
            await db.Set<Project>().Where(project => project.Id == projectId).ExecuteUpdateAsync(set => set.SetProperty(project => project.IsOpen, isOpen));
            await transaction.CommitAsync();
        }
        await LoadAsync(projectId);
    }

    public async Task SetMemberAsync(Guid projectId, Guid userId, bool isMember)
    {
        await using (var db = await dbs.CreateDbContextAsync())
        {
            var members = db.Set<ProjectMember>().Where(member => member.ProjectId == projectId && member.UserId == userId);
            if (!isMember)
            {
                await members.ExecuteDeleteAsync();
            }
            else if (!await members.AnyAsync())
            {
                db.Add(new ProjectMember { ProjectId = projectId, UserId = userId });
                await db.SaveChangesAsync();
            }
        }
        await LoadAsync(projectId);
    }
}
