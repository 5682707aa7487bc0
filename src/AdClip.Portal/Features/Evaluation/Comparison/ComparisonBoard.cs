using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Evaluation.Comparison;

/// <summary>Why runs cannot be compared.</summary>
public enum ComparisonProblem
{
    /// <summary>Fewer than two.</summary>
    TooFew,

    /// <summary>More than four, which no screen shows side by side.</summary>
    TooMany,

    /// <summary>One is of another project, or gone.</summary>
    NoSuchRun,

    /// <summary>One is not finished.</summary>
    NotFinished,
}

/// <summary>Reads runs of a project and compares them.</summary>
public sealed class ComparisonBoard(IDbContextFactory<PortalDb> dbs)
{
    public const int Fewest = 2;

    public const int Most = 4;

    /// <summary>The ids of an address, each once; null: something in it is no id.</summary>
    public static IReadOnlyList<Guid>? Parse(string? runs)
    {
        List<Guid> ids = [];
        foreach (var part in (runs ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Guid.TryParse(part, out var id))
            {
                return null;
            }
            ids.Add(id);
        }
        return [.. ids.Distinct()];
    }

    /// <summary>The runs that can be compared, newest first.</summary>
    public async Task<IReadOnlyList<RunSummary>> FinishedAsync(Guid projectId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var runs = await RunSummary.ReadAsync(db, db.Set<Run>().AsNoTracking().Where(run => run.ProjectId == projectId), cancel);
        return [.. runs.Where(run => run.Job.State == JobState.Succeeded)];
    }

    /// <summary>What stands in the way of comparing these; null: nothing.</summary>
    /// <param name="ids">Null: the address made no sense.</param>
    public async Task<ComparisonProblem?> ProblemAsync(
        Guid projectId, IReadOnlyList<Guid>? ids, IReadOnlyList<RunSummary> finished, CancellationToken cancel = default)
    {
        if (ids is null)
        {
            return ComparisonProblem.NoSuchRun;
        }
        if (ids.Except(finished.Select(run => run.Run.Id)).ToList() is { Count: > 0 } missing)
        {
            await using var db = await dbs.CreateDbContextAsync(cancel);
            var own = await db.Set<Run>().CountAsync(run => run.ProjectId == projectId && missing.Contains(run.Id), cancel);
            return own == missing.Count ? ComparisonProblem.NotFinished : ComparisonProblem.NoSuchRun;
        }
        return ids.Count < Fewest ? ComparisonProblem.TooFew : ids.Count > Most ? ComparisonProblem.TooMany : null;
    }

    /// <summary>Compares finished runs of one project.</summary>
    /// <param name="asked">The images that are counted; null: those kept for judging where all runs have a labelled one in common, else all.</param>
    /// <param name="point">At what; null, or one that cannot be had: the first that can.</param>
    public async Task<RunComparison> CompareAsync(
        IReadOnlyList<RunSummary> runs, EvaluationSplit? asked = null, OperatingPoint? point = null, CancellationToken cancel = default)
    {
        List<RunToCompare> read = [];
        await using var db = await dbs.CreateDbContextAsync(cancel);
        List<RunScores> whole = [];
        foreach (var summary in runs)
        {
            whole.Add((await RunScores.ReadAsync(db, summary.Run.Id, cancel))!);
        }
        var split = asked ?? RunScores.UsualOf(whole);
        foreach (var (summary, all) in runs.Zip(whole))
        {
            var scores = all.On(split);
            var report = await db.Set<PixelEvaluation>()
                .AsNoTracking()
                .Where(kept => kept.RunId == summary.Run.Id && kept.Stamp == scores.Stamp)
                .Select(kept => kept.Report)
                .SingleOrDefaultAsync(cancel);
            var largest = await db.Set<ImageResult>().Where(result => result.RunId == summary.Run.Id).MaxAsync(result => (float?)result.MapMax, cancel) ?? 1;
            read.Add(new RunToCompare(
                summary, scores, await ThresholdChoice.CurrentAsync(db, scores.Run, cancel),
                report is null ? null : PixelReport.Parse(report), (int)Math.Clamp(Math.Ceiling(largest * 100), 1, 100)));
        }
        return await RunComparison.ComputeAsync(read, point, cancel);
    }
}
