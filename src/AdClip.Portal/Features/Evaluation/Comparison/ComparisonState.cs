using AdClip.Portal.Features.Runs;

namespace AdClip.Portal.Features.Evaluation.Comparison;

/// <summary>What the page of a comparison shows.</summary>
public sealed class ComparisonState(ComparisonBoard board)
{
    /// <summary>What can be chosen, newest first; null until loaded.</summary>
    public IReadOnlyList<RunSummary>? Finished { get; private set; }

    /// <summary>The chosen runs that there are, in their order.</summary>
    public IReadOnlyList<Guid> Chosen { get; private set; } = [];

    /// <summary>Why there is no comparison; null: there is one.</summary>
    public ComparisonProblem? Problem { get; private set; }

    public RunComparison? Comparison { get; private set; }

    /// <param name="runs">Ids with commas between; null or empty: the two newest finished runs.</param>
    /// <param name="split">As <see cref="ComparisonBoard.CompareAsync"/> takes it.</param>
    /// <param name="point">At what to compare; null, or one that cannot be had: the first that can.</param>
    public async Task LoadAsync(
        Guid projectId, string? runs, EvaluationSplit? split = null, OperatingPoint? point = null, CancellationToken cancel = default)
    {
        var finished = await board.FinishedAsync(projectId, cancel);
        var asked = string.IsNullOrEmpty(runs) ? [.. finished.Take(ComparisonBoard.Fewest).Select(run => run.Run.Id)] : ComparisonBoard.Parse(runs);
        Problem = await board.ProblemAsync(projectId, asked, finished, cancel);
        Chosen = [.. (asked ?? []).Where(id => finished.Any(run => run.Run.Id == id)).Take(ComparisonBoard.Most)];
        Comparison = Problem is null
            ? await board.CompareAsync([.. Chosen.Select(id => finished.First(run => run.Run.Id == id))], split, point, cancel)
            : null;
        Finished = finished;
    }

    /// <summary>The choice with another run at a place, or none there; a run that is chosen already changes places.</summary>
    public IReadOnlyList<Guid> With(int place, Guid? runId)
    {
        Guid?[] slots = [.. Chosen.Select(id => (Guid?)id), .. Enumerable.Repeat((Guid?)null, ComparisonBoard.Most - Chosen.Count)];
        var elsewhere = runId is null ? -1 : Array.IndexOf(slots, runId);
        if (elsewhere >= 0)
        {
            slots[elsewhere] = slots[place];
        }
        slots[place] = runId;
        return [.. slots.OfType<Guid>()];
    }
}
