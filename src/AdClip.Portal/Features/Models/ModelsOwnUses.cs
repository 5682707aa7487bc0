using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.EightBit;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Models;

/// <summary>Projects whose default a model is, comparisons of its 8-bit arithmetic, and jobs that name it.</summary>
internal sealed class ModelsOwnUses(IDbContextFactory<PortalDb> dbs, IStringLocalizer<ModelsText> text) : IModelUses
{
    private const int MostNames = 5;
    private static readonly JobState[] Open = [JobState.Queued, JobState.Running, JobState.Cancelling];

    public async Task<IReadOnlyList<ModelUse>> OfAsync(string modelId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var projects = await (
            from choice in db.Set<ProjectModel>()
            join project in db.Set<Project>() on choice.ProjectId equals project.Id
            where choice.ModelId == modelId && project.ArchivedAt == null
            orderby project.Name
            select project.Name).ToListAsync(cancel);
        var checks = await db.Set<PrecisionCheck>().CountAsync(check => check.ModelId == modelId, cancel);
        // A payload is the id itself, or JSON that holds it as a text.
        var quoted = $"\"{modelId}\"";
        var jobs = await db.Set<JobRecord>()
            .CountAsync(job => Open.Contains(job.State) && (job.Payload == modelId || job.Payload.Contains(quoted)), cancel);
        List<ModelUse> uses = [];
        if (jobs > 0)
        {
            uses.Add(new ModelUse(text["UsedByJobs", jobs], ModelNeed.AtWork));
        }
        if (projects.Count > 0)
        {
            var names = string.Join(", ", projects.Take(MostNames)) + (projects.Count > MostNames ? ", …" : "");
            uses.Add(new ModelUse(text["UsedAsDefault", projects.Count, names], ModelNeed.Needed));
        }
        if (checks > 0)
        {
            uses.Add(new ModelUse(text["UsedByChecks", checks], ModelNeed.Told));
        }
        return uses;
    }
}
