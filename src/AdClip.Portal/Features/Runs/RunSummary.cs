using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Runs;

/// <summary>A run beside its job and what came of it so far.</summary>
/// <param name="Results">Images with a result.</param>
/// <param name="Refused">Images that could not be read.</param>
/// <param name="Encoded">Results for which the encoder had to look at the image.</param>
/// <param name="MillisecondsPerImage">Mean over the images that the encoder saw for the first time; null: none.</param>
public sealed record RunSummary(Run Run, JobView Job, int Results, int Refused, double? MillisecondsPerImage, int Encoded)
{
    /// <summary>What the scores depend on besides model, object name and references.</summary>
    public RunSettings Settings { get; } = RunSettings.Parse(Run.Settings);

    /// <summary>Newest first.</summary>
    public static async Task<List<RunSummary>> ReadAsync(PortalDb db, IQueryable<Run> runs, CancellationToken cancel)
    {
        var rows = await (
            from run in runs
            join job in db.Set<JobRecord>().AsNoTracking() on run.JobId equals job.Id
            orderby run.CreatedAt descending
            select new
            {
                run,
                job,
                results = db.Set<ImageResult>().Count(result => result.RunId == run.Id),
                refused = db.Set<RunRefusal>().Count(refusal => refusal.RunId == run.Id),
                encoded = db.Set<ImageResult>().Count(result => result.RunId == run.Id && !result.WasCached),
                milliseconds = db.Set<ImageResult>()
                    .Where(result => result.RunId == run.Id && !result.WasCached)
                    .Average(result => (double?)result.Milliseconds),
            }).ToListAsync(cancel);
        return rows.ConvertAll(row => new RunSummary(row.run, JobView.Of(row.job), row.results, row.refused, row.milliseconds, row.encoded));
    }
}
