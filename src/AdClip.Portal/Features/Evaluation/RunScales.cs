using AdClip.Portal.Features.Runs;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection.Thresholds;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>Tells upstream features the scale of a run's scores.</summary>
internal sealed class RunScales(IDbContextFactory<PortalDb> dbs) : IRunScales
{
    public async Task<ScoreScale?> OfAsync(Run run, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await RunScores.ScaleAsync(db, run, cancel);
    }
}
