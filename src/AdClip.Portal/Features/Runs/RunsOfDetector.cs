using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Runs;

/// <summary>Runs that a trained detector scored.</summary>
internal sealed class RunsOfDetector(IDbContextFactory<PortalDb> dbs, IStringLocalizer<RunsText> text) : IDetectorUses
{
    public async Task<string?> OfAsync(Guid detectorId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var id = detectorId.ToString();
        var count = await db.Set<Run>().CountAsync(run => run.Settings.Contains(id), cancel);
        return count == 0 ? null : text["UsedByRuns", count].Value;
    }
}
