using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Datasets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Training.Stages;

/// <summary>An experiment with its plan, read, and its job.</summary>
public sealed record StageView(StageExperiment Experiment, StagePlan Plan, JobView Job);

/// <summary>Starts experiments and finds them; the only writer of their tables.</summary>
public sealed class StageBoard(IDbContextFactory<PortalDb> dbs, ModelCatalog catalog, JobBoard jobs, IOptions<StagesOptions> options)
{
    public const int MostStages = 12;
    public const int MostSeeds = 20;
    public const int MostModels = 4;
    private const int LargestStage = 10_000;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerOptions.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>What a project has to draw from.</summary>
    public async Task<StageSupply> SupplyAsync(Guid projectId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var (images, leftOut) = await StageImages.NoteAsync(db, projectId, options.Value.MaxImages, cancel);
        return SupplyOf(images, leftOut);
    }

    /// <summary>Starts one. Durable when it returns.</summary>
    /// <exception cref="RefusedInputException">No such model, a wish out of range, or no stage that can be filled.</exception>
    public async Task<StageView> StartAsync(Project project, NewStages request, Guid userId, CancellationToken cancel)
    {
        var stages = StagesOf(request.Stages);
        var detectors = Listed("detectors", request.Detectors, StageDetectors.Usual, StageDetectors.All.Count);
        if (request.Seeds is < 1 or > MostSeeds)
        {
            throw Invalid("seeds", $"{request.Seeds}", $"1 to {MostSeeds}");
        }
        List<StageModel> models = [];
        foreach (var modelId in Listed("models", request.Models, [(await catalog.DefaultWithWordsAsync(project.Id, cancel)).Id], MostModels))
        {
            var model = await catalog.GetAsync(modelId, cancel);
            model.RequireWords();
            models.Add(new StageModel(model.Id, model.Name, model.Sha256));
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var (images, leftOut) = await StageImages.NoteAsync(db, project.Id, options.Value.MaxImages, cancel);
        var objectName = string.IsNullOrWhiteSpace(request.ObjectName) ? project.ObjectName : request.ObjectName.Trim();
        var plan = new StagePlan(stages, detectors, models, request.Seeds, objectName, SupplyOf(images, leftOut));
        if (!plan.Cells().Any())
        {
            throw new RefusedInputException(
                RefusalCode.StagesNoneFilled,
                $"None of the stages can be filled from {plan.Supply.Good} good and {plan.Supply.Anomalies} anomalous labelled images, "
                + $"of which {StageSupply.LeastTested} of either kind are kept for the test; label more or take smaller stages.",
                plan.Supply.Good, plan.Supply.Anomalies, StageSupply.LeastTested);
        }
        StageExperiment? made = null;
        var job = await jobs.EnqueueAsync(
            new NewJob(StageJob.Kind, project.Id, "{}", [project.Name], userId),
            (adding, record) =>
            {
                var last = adding.Set<StageExperiment>().Where(other => other.ProjectId == project.Id).Max(other => (int?)other.Number) ?? 0;
                adding.Add(made = new StageExperiment
                {
                    ProjectId = project.Id,
                    Number = last + 1,
                    JobId = record.Id,
                    Plan = JsonSerializer.Serialize(plan, Format),
                    Images = StageImages.ToJson(images),
                    CreatedAt = record.CreatedAt,
                    CreatedBy = userId,
                });
            },
            cancel);
        return new StageView(made!, plan, job);
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<StageView>> ListAsync(Guid projectId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return [.. (await With(db, db.Set<StageExperiment>().Where(experiment => experiment.ProjectId == projectId)).ToListAsync(cancel))
            .Select(row => View(row.Experiment, row.Job))];
    }

    /// <summary>The experiment, or null when it does not exist or this person may not know that it does.</summary>
    public async Task<StageView?> FindAsync(Guid experimentId, ClaimsPrincipal user, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var found = await With(
            db,
            db.Set<StageExperiment>()
                .Where(experiment => experiment.Id == experimentId && ProjectAccess.Visible(db, user).Any(project => project.Id == experiment.ProjectId)))
            .SingleOrDefaultAsync(cancel);
        return found is null ? null : View(found.Experiment, found.Job);
    }

    /// <summary>The table as far as it is done.</summary>
    public async Task<StageTable> TableAsync(StageView view, CancellationToken cancel = default) => new(
        view.Plan, await CellsAsync(view.Experiment.Id, cancel));

    internal async Task<StageExperiment> OfJobAsync(Guid jobId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<StageExperiment>().AsNoTracking().SingleAsync(experiment => experiment.JobId == jobId, cancel);
    }

    internal static StagePlan PlanOf(StageExperiment experiment) =>
        JsonSerializer.Deserialize<StagePlan>(experiment.Plan, Format) ?? throw new JsonException("The plan of the experiment is empty.");

    internal async Task<IReadOnlyDictionary<StageCellKey, StageFigures>> CellsAsync(Guid experimentId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return (await db.Set<StageCell>().AsNoTracking().Where(cell => cell.ExperimentId == experimentId).ToListAsync(cancel))
            .ToDictionary(cell => cell.Key, cell => StageFigures.Parse(cell.Figures));
    }

    internal async Task KeepAsync(Guid experimentId, StageCellKey key, StageFigures figures, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        db.Add(new StageCell
        {
            ExperimentId = experimentId,
            ModelId = key.ModelId,
            Detector = key.Detector,
            Anomalies = key.Stage.Anomalies,
            Good = key.Stage.Good,
            Seed = key.Seed,
            Figures = figures.ToJson(),
        });
        await db.SaveChangesAsync(cancel);
    }

    /// <summary>Stages as they are written, without anomalies first, then by size.</summary>
    /// <exception cref="RefusedInputException">Something else is written, or too many stages.</exception>
    private static IReadOnlyList<Stage> StagesOf(IReadOnlyList<string>? written)
    {
        var stages = written is null
            ? NewStages.UsualStages
            : [.. written.Select(text => Stage.Parse(text) ?? throw Invalid("stages", text, "anomalous + good images, such as 10+4"))];
        if (stages.Count is 0 or > MostStages)
        {
            throw Invalid("stages", $"{stages.Count}", $"1 to {MostStages}");
        }
        if (stages.FirstOrDefault(stage => stage.Anomalies > LargestStage || stage.Good > LargestStage) is { } large)
        {
            throw Invalid("stages", $"{large}", $"at most {LargestStage} of a kind");
        }
        return [.. stages.Distinct().OrderBy(stage => stage.Anomalies > 0).ThenBy(stage => stage.Anomalies + stage.Good).ThenBy(stage => stage.Anomalies)];
    }

    private static IReadOnlyList<T> Listed<T>(string name, IReadOnlyList<T>? asked, IReadOnlyList<T> usual, int most)
    {
        IReadOnlyList<T> listed = [.. (asked ?? usual).Distinct()];
        return listed.Count >= 1 && listed.Count <= most ? listed : throw Invalid(name, $"{listed.Count}", $"1 to {most}");
    }

    private static RefusedInputException Invalid(string name, string value, string allowed) =>
        new(RefusalCode.StageRequestInvalid, $"{name} is {value}; give {allowed}.", name, value, allowed);

    private static StageSupply SupplyOf(IReadOnlyList<StageImage> images, int leftOut) => new(
        images.Count(image => !image.IsAnomaly), images.Count(image => image.IsAnomaly), leftOut);

    private static IQueryable<ExperimentRow> With(PortalDb db, IQueryable<StageExperiment> experiments) =>
        from experiment in experiments.AsNoTracking()
        join job in db.Set<JobRecord>().AsNoTracking() on experiment.JobId equals job.Id
        orderby experiment.Number descending
        select new ExperimentRow { Experiment = experiment, Job = job };

    private static StageView View(StageExperiment experiment, JobRecord job) => new(experiment, PlanOf(experiment), JobView.Of(job));

    private sealed class ExperimentRow
    {
        public required StageExperiment Experiment { get; init; }

        public required JobRecord Job { get; init; }
    }
}
