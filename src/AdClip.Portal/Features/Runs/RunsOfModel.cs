using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Runs;

/// <summary>Runs that were made with a model, or wait to be.</summary>
internal sealed class RunsOfModel(IDbContextFactory<PortalDb> dbs, IStringLocalizer<RunsText> text) : IModelUses
{
    private static readonly JobState[] Open = [JobState.Queued, JobState.Running, JobState.Cancelling];

    public async Task<IReadOnlyList<ModelUse>> OfAsync(string modelId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var runs = from run in db.Set<Run>()
                   join job in db.Set<JobRecord>() on run.JobId equals job.Id
                   where run.ModelId == modelId
                   select job.State;
        var (all, open) = (await runs.CountAsync(cancel), await runs.CountAsync(state => Open.Contains(state), cancel));
        List<ModelUse> uses = [];
        if (open > 0)
        {
            uses.Add(new ModelUse(text["ModelUsedByOpenRuns", open], ModelNeed.AtWork));
        }
        if (all > open)
        {
            uses.Add(new ModelUse(text["ModelUsedByRuns", all - open], ModelNeed.Told));
        }
        return uses;
    }
}
