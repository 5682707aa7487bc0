using System.Security.Claims;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.EightBit;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Features.Training.Prompts;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Imaging.Tiles;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Runs.Pages;

/// <summary>What the runs page of a project shows and can do.</summary>
public sealed class RunsState(
    IDbContextFactory<PortalDb> dbs, RunBoard runs, ModelCatalog catalog, JobBoard jobs, ImageScoring scoring, LearnedPrompts learned,
    DetectorPool detectors, TileAdvisor advisor, PrecisionChecks precisions, DetectorVersions versions, Checkpoints checkpoints,
    ImageSelections selections, IEnumerable<ReferenceSource> sources)
{
    /// <summary>Numbers of good images that the few-shot stages of AD-CLIP use.</summary>
    private static readonly int[] Stages = [4, 10, 110];

    /// <summary>Newest first; null until loaded.</summary>
    public IReadOnlyList<RunSummary>? Runs { get; private set; }

    public IReadOnlyList<ModelRecord> Models { get; private set; } = [];

    /// <summary>The latest comparison of 8-bit arithmetic on the project's images, for each model that has one.</summary>
    public IReadOnlyDictionary<string, PrecisionCheck> EightBitChecks { get; private set; } = new Dictionary<string, PrecisionCheck>();

    /// <summary>Trained detectors, newest first.</summary>
    public IReadOnlyList<DetectorVersion> Detectors { get; private set; } = [];

    private IReadOnlyList<StoredCheckpoint> _learned = [];

    /// <summary>The project's default.</summary>
    public string? DefaultModelId { get; private set; }

    /// <summary>Images in flight at most.</summary>
    public int Parallelism => scoring.Parallelism;

    public int AllImages { get; private set; }

    public int UnlabelledImages { get; private set; }

    public int GoodImages { get; private set; }

    /// <summary>Stages for which there are enough good images.</summary>
    public IEnumerable<int> AvailableStages => Stages.Where(stage => stage < GoodImages);

    /// <summary>Good images that other features know, by the name of the source.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Guid>> Sources { get; private set; } = new Dictionary<string, IReadOnlyList<Guid>>();

    public ReferenceSource? SourceOf(string name) => sources.FirstOrDefault(source => source.Name == name);

    /// <summary>Images that an address names: by the key of a selection, or one by one with commas between. Null: the selection is gone.</summary>
    public IReadOnlyList<Guid>? Selection(Guid projectId, string? named)
    {
        List<Guid> ids = [.. (named ?? "").Split(',').Select(text => Guid.TryParse(text, out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty)];
        return ids.Count == 1 ? selections.Find(projectId, ids[0]) : ids;
    }

    public async Task LoadAsync(Guid projectId)
    {
        Models = await catalog.ListAsync();
        Detectors = await versions.ListAsync(projectId);
        _learned = await checkpoints.ListAsync(projectId);
        EightBitChecks = await precisions.OfProjectAsync(projectId, Models);
        await using var db = await dbs.CreateDbContextAsync();
        DefaultModelId = Models.Count == 0 ? null : (await catalog.DefaultAsync(projectId)).Id;
        var counts = await db.Set<ImageRecord>()
            .Where(image => image.ProjectId == projectId && image.DeletedAt == null)
            .GroupBy(image => image.Label)
            .Select(group => new { group.Key, Count = group.Count() })
            .ToDictionaryAsync(group => group.Key, group => group.Count);
        AllImages = counts.Values.Sum();
        UnlabelledImages = counts.GetValueOrDefault(ImageLabel.Unlabelled);
        GoodImages = await ReferenceImages.Good(db, projectId).CountAsync();
        Dictionary<string, IReadOnlyList<Guid>> known = [];
        foreach (var source in sources)
        {
            known[source.Name] = await source.ReadAsync(db, projectId, CancellationToken.None);
        }
        Sources = known;
        await ReadRunsAsync(projectId);
    }

    public int CountOf(ImageChoice choice, int selected) => choice switch
    {
        ImageChoice.Unlabelled => UnlabelledImages,
        ImageChoice.Labelled => AllImages - UnlabelledImages,
        ImageChoice.Selection => selected,
        _ => AllImages,
    };

    /// <summary>How long a run will take, from the model's last run; null: it has not run yet.</summary>
    public TimeSpan? Estimate(ModelRecord? model, int images) =>
        model?.MillisecondsPerImage is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds * images / scoring.Parallelism) : null;

    /// <summary>What tiles these images would be cut into; null: there is none.</summary>
    /// <exception cref="Vision.RefusedInputException">The model is gone.</exception>
    public async Task<TileOutlook?> TilesAsync(Guid projectId, ModelRecord model, ImageChoice choice, IReadOnlyList<Guid> selected)
    {
        await using var db = await dbs.CreateDbContextAsync();
        var images = RunBoard.ToInspect(db, projectId, choice, selected);
        using var lease = await detectors.RentAsync(model.Id, null, CancellationToken.None);
        if (await advisor.AdviseAsync(projectId, lease.Detector.Model, images, TilePlan.DefaultOverlap, CancellationToken.None) is not { } advice)
        {
            return null;
        }
        var sizes = await images
            .GroupBy(image => new { image.Width, image.Height })
            .Select(group => new { group.Key.Width, group.Key.Height, Count = group.Count() })
            .ToListAsync();
        return new TileOutlook(advice, sizes.ConvertAll(size => (size.Width, size.Height, size.Count)));
    }

    /// <exception cref="Vision.RefusedInputException">There is nothing to inspect, or not enough to compare with.</exception>
    public async Task StartAsync(Project project, NewRun request, ClaimsPrincipal user)
    {
        await runs.StartAsync(project, request, user.UserId(), CancellationToken.None);
        await ReadRunsAsync(project.Id);
    }

    /// <summary>Learned prompts for a model: of each training of the project the best epoch, what was uploaded, and files in the model's folder.</summary>
    public IReadOnlyList<RunPrompts> CheckpointsOf(string? modelId)
    {
        if (Models.FirstOrDefault(model => model.Id == modelId) is not { } model)
        {
            return [];
        }
        var kept = _learned.Where(checkpoint => checkpoint.ModelId == modelId).GroupBy(checkpoint => checkpoint.TrainingId)
            .SelectMany(group => group.Key is null ? [.. group] : PromptTraining.BestOf([.. group]) is { } best ? (IReadOnlyList<StoredCheckpoint>)[best] : []);
        return
        [
            .. kept.Select(checkpoint => new RunPrompts(PromptKind.Learned, Checkpoint: checkpoint.Label, CheckpointId: checkpoint.Id)),
            .. learned.List(model).Select(file => new RunPrompts(PromptKind.Learned, Checkpoint: file)),
        ];
    }

    /// <exception cref="Vision.RefusedInputException">The model is gone.</exception>
    public Task<(int Kept, int All)> KeptTokensAsync(Run run) => runs.KeptTokensAsync(run);

    /// <summary>Scores a run's images again, as a new run.</summary>
    /// <exception cref="Vision.RefusedInputException">Its images or its model are gone, not enough to compare with, or prompts that do not fit.</exception>
    public async Task RescoreAsync(Project project, Run source, RescoreRequest request, ClaimsPrincipal user)
    {
        await runs.RescoreAsync(project, source, request, user.UserId(), CancellationToken.None);
        await ReadRunsAsync(project.Id);
    }

    public Task SetDefaultModelAsync(Guid projectId, string modelId)
    {
        DefaultModelId = modelId;
        return catalog.SetDefaultAsync(projectId, modelId);
    }

    public Task CancelAsync(RunSummary run) => jobs.CancelAsync(run.Job.Id);

    public Task ResumeAsync(RunSummary run) => jobs.RetryAsync(run.Job.Id);

    /// <summary>Takes a change of the feed in; false when it is none of this project's runs.</summary>
    public async Task<bool> AcceptAsync(Guid projectId, JobView changed)
    {
        if (changed.ProjectId != projectId || changed.Kind != RunJob.Kind || Runs is null)
        {
            return false;
        }
        var known = Runs.FirstOrDefault(run => run.Job.Id == changed.Id);
        if (known is null || changed.State.IsOver())
        {
            // Somebody else started one, or the numbers are final, the model's speed among them.
            Models = await catalog.ListAsync();
            await ReadRunsAsync(projectId);
            return true;
        }
        Runs = [.. Runs.Select(run => run == known ? run with { Job = changed } : run)];
        return true;
    }

    private async Task ReadRunsAsync(Guid projectId)
    {
        await using var db = await dbs.CreateDbContextAsync();
        Runs = await RunSummary.ReadAsync(db, db.Set<Run>().AsNoTracking().Where(run => run.ProjectId == projectId), CancellationToken.None);
    }
}
