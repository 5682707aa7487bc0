using System.Security.Claims;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Shell.Access;
using AdClip.Vision;

namespace AdClip.Portal.Features.Training.Stages;

/// <summary>What the page of stages shows and can do.</summary>
public sealed class StagesState(StageBoard board, ModelCatalog catalog, JobBoard jobs)
{
    private int _shownDone;

    /// <summary>What can be drawn from; null until loaded.</summary>
    public StageSupply? Supply { get; private set; }

    public IReadOnlyList<ModelRecord> Models { get; private set; } = [];

    /// <summary>The project's default.</summary>
    public string? DefaultModelId { get; private set; }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<StageView> Experiments { get; private set; } = [];

    /// <summary>The one that is shown; null: none.</summary>
    public StageView? Shown { get; private set; }

    /// <summary>Its table, as far as it is done.</summary>
    public StageTable? Table { get; private set; }

    public bool IsRunning => Experiments.Any(view => !view.Job.State.IsOver());

    /// <summary>Loads the page; without an id, or with one that the project does not have, the newest experiment is shown.</summary>
    public async Task LoadAsync(Guid projectId, Guid? experimentId)
    {
        Supply = await board.SupplyAsync(projectId);
        Models = await catalog.ListWithWordsAsync();
        DefaultModelId = Models.Count == 0 ? null : (await catalog.DefaultWithWordsAsync(projectId)).Id;
        await ShowAsync(projectId, experimentId);
    }

    /// <exception cref="RefusedInputException">A wish out of range, or no stage that can be filled.</exception>
    public async Task<Guid> StartAsync(Project project, NewStages request, ClaimsPrincipal user)
    {
        var started = await board.StartAsync(project, request, user.UserId(), CancellationToken.None);
        await ShowAsync(project.Id, started.Experiment.Id);
        return started.Experiment.Id;
    }

    public Task CancelAsync() => Shown is { } shown ? jobs.CancelAsync(shown.Job.Id) : Task.CompletedTask;

    public Task ResumeAsync() => Shown is { } shown ? jobs.RetryAsync(shown.Job.Id) : Task.CompletedTask;

    /// <summary>Takes a change of the feed in; false when it is none of these experiments.</summary>
    public async Task<bool> AcceptAsync(JobView changed)
    {
        if (Experiments.FirstOrDefault(view => view.Job.Id == changed.Id) is not { } known)
        {
            return false;
        }
        var updated = known with { Job = changed };
        Experiments = [.. Experiments.Select(view => view == known ? updated : view)];
        if (Shown?.Experiment.Id == updated.Experiment.Id)
        {
            Shown = updated;
            if (changed.State.IsOver() || changed.Done != _shownDone)
            {
                _shownDone = changed.Done;
                Table = await board.TableAsync(updated);
            }
        }
        return true;
    }

    private async Task ShowAsync(Guid projectId, Guid? experimentId)
    {
        Experiments = await board.ListAsync(projectId);
        Shown = Experiments.FirstOrDefault(view => view.Experiment.Id == experimentId) ?? (Experiments.Count > 0 ? Experiments[0] : null);
        Table = Shown is null ? null : await board.TableAsync(Shown);
    }
}
