using System.Security.Claims;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Dashboard;

/// <summary>One card of the home page.</summary>
/// <param name="Covers">Up to four images, defective ones first, otherwise mixed.</param>
/// <param name="LastRunAt">When the latest run was started; null: never.</param>
public sealed record ProjectCard(Project Project, int Good, int Anomaly, int Unlabelled, IReadOnlyList<Guid> Covers, DateTimeOffset? LastRunAt)
{
    public int Images => Good + Anomaly + Unlabelled;
}

/// <summary>What the home page shows: the projects that this person may see, newest first.</summary>
public sealed class HomeState(IDbContextFactory<PortalDb> dbs, ProjectsState writer)
{
    private const int CoverCount = 4;

    /// <summary>Null until loaded.</summary>
    public IReadOnlyList<ProjectCard>? Cards { get; private set; }

    /// <summary>Puts a project away that this person made and that has never held an image. Any other stays.</summary>
    public async Task PutAwayEmptyAsync(Guid projectId, ClaimsPrincipal user)
    {
        await using (var db = await dbs.CreateDbContextAsync())
        {
            var userId = user.UserId();
            var isEmpty = await ProjectAccess.Visible(db, user).AnyAsync(project => project.Id == projectId && project.CreatedBy == userId)
                && !await db.Set<ImageRecord>().AnyAsync(image => image.ProjectId == projectId);
            if (!isEmpty)
            {
                return;
            }
        }
        await writer.ArchiveAsync(projectId);
        await LoadAsync(user);
    }

    public async Task LoadAsync(ClaimsPrincipal user)
    {
        await using var db = await dbs.CreateDbContextAsync();
        var projects = await ProjectAccess.Visible(db, user)
            .Where(project => project.ArchivedAt == null)
            .OrderByDescending(project => project.CreatedAt)
            .ToListAsync();
        List<ProjectCard> cards = [];
        foreach (var project in projects)
        {
            var images = db.Set<ImageRecord>().Where(image => image.ProjectId == project.Id && image.DeletedAt == null);
            var counts = await images
                .GroupBy(image => image.Label)
                .Select(group => new { Label = group.Key, Count = group.Count() })
                .ToDictionaryAsync(row => row.Label, row => row.Count);
            var covers = await images
                .OrderByDescending(image => image.Label)
                .ThenBy(image => image.Sha256)
                .Select(image => image.Id)
                .Take(CoverCount)
                .ToListAsync();
            var lastRunAt = await db.Set<Run>().Where(run => run.ProjectId == project.Id).MaxAsync(run => (DateTimeOffset?)run.CreatedAt);
            cards.Add(new ProjectCard(
                project,
                counts.GetValueOrDefault(ImageLabel.Good),
                counts.GetValueOrDefault(ImageLabel.Anomaly),
                counts.GetValueOrDefault(ImageLabel.Unlabelled),
                covers,
                lastRunAt));
        }
        Cards = cards;
    }
}
