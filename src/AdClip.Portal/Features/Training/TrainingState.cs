using System.Security.Claims;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Training.Prompts;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Vision.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Training;

/// <summary>What the training page of a project shows and can do.</summary>
public sealed class TrainingState(
    IDbContextFactory<PortalDb> dbs, TrainingBoard board, DetectorVersions versions, Checkpoints checkpoints, LivePrompts live,
    ImageTraits traits, ModelCatalog catalog, DetectorPool detectors, InspectionAreaStore areas, JobBoard jobs,
    IOptions<TrainingOptions> options)
{
    // Older ones are in the list of jobs.
    private const int MostTrainings = 30;
    private IReadOnlyList<AdvisedImage> _learning = [];

    /// <summary>What can be learned from; null until loaded.</summary>
    public TrainingData? Data { get; private set; }

    public IReadOnlyList<Advice> Advice { get; private set; } = [];

    /// <summary>
    /// Images of which nobody knows whether they are nearly the same as
    /// others, since the encoder has not seen them; null: not looked up yet.
    /// </summary>
    public int? Unseen { get; private set; }

    public IReadOnlyList<ModelRecord> Models { get; private set; } = [];

    /// <summary>The project's default.</summary>
    public string? DefaultModelId { get; private set; }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<VersionView> Versions { get; private set; } = [];

    /// <summary>The newest training that is not over, or that did not end well; null: none.</summary>
    public JobView? Job { get; private set; }

    /// <summary>Trainings that learn prompts, newest first.</summary>
    public IReadOnlyList<PromptTrainingView> PromptTrainings { get; private set; } = [];

    /// <summary>Learned prompts that were uploaded, newest first.</summary>
    public IReadOnlyList<StoredCheckpoint> Uploaded { get; private set; } = [];

    public bool CanStart => Data is { Good: >= TrainingBoard.LeastGood } && Job is not { State: JobState.Queued or JobState.Running or JobState.Cancelling };

    public async Task LoadAsync(Guid projectId)
    {
        Models = await catalog.ListWithWordsAsync();
        await using var db = await dbs.CreateDbContextAsync();
        var model = Models.Count == 0 ? null : await catalog.DefaultWithWordsAsync(projectId);
        DefaultModelId = model?.Id;
        var (images, leftOut) = await LabelledImages.ReadAsync(db, projectId, options.Value.MaxImages, CancellationToken.None);
        var hasArea = (await areas.CurrentAsync(projectId)).Regions.Regions.Count > 0;
        var (test, waiting) = await LabelledImages.KeptBackAsync(db, projectId, CancellationToken.None);
        Data = TrainingData.Of(images, leftOut, hasArea) with { Test = test, Waiting = waiting };
        _learning = [.. images.Select(image => image.Advised())];
        (Advice, Unseen) = (model is null ? [] : await Task.Run(() => DataAdvisor.Advise(_learning, model.RecommendedImageSize, model.PixelsPerToken)), null);
        await ReadVersionsAsync(db, projectId);
        await ReadTrainingsAsync(db, projectId);
    }

    /// <summary>
    /// Looks for images that are nearly the same as others, among those that are learned from
    /// and those that will be judged. Takes a moment when many were not compared before.
    /// </summary>
    public async Task CompareAsync(Guid projectId, CancellationToken cancel)
    {
        if (Models.FirstOrDefault(known => known.Id == DefaultModelId) is not { } model || _learning.Count == 0)
        {
            return;
        }
        string encoderId;
        using (var lease = await detectors.RentAsync(model.Id, null, cancel))
        {
            encoderId = lease.Detector.EncoderId;
        }
        var learned = await Task.Run(() => traits.Compared(encoderId, _learning, cancel), cancel);
        var judged = await traits.OthersAsync(projectId, encoderId, _learning.Select(image => image.Id).ToHashSet(StringComparer.Ordinal), cancel);
        Advice = await Task.Run(
            () => DataAdvisor.Advise([.. learned.Images, .. judged.Images], model.RecommendedImageSize, model.PixelsPerToken, cancel), cancel);
        Unseen = learned.Unseen + judged.Unseen;
    }

    /// <exception cref="Vision.RefusedInputException">Too few images, settings that do not work, or nothing that it may use.</exception>
    public async Task StartAsync(Project project, NewTraining request, ClaimsPrincipal user) =>
        await ShowAsync(project.Id, await board.StartAsync(project, request, user.UserId(), CancellationToken.None));

    /// <exception cref="Vision.RefusedInputException">It cannot go on.</exception>
    public async Task GoOnAsync(Project project, Guid trainingId, int? epochs, ClaimsPrincipal user) =>
        await ShowAsync(project.Id, await board.GoOnAsync(project, trainingId, epochs, user.UserId(), CancellationToken.None));

    public Task CancelAsync(Guid trainingId) => jobs.CancelAsync(trainingId);

    private async Task ShowAsync(Guid projectId, JobView job)
    {
        Job = job;
        await using var db = await dbs.CreateDbContextAsync();
        await ReadTrainingsAsync(db, projectId);
    }

    private async Task ReadVersionsAsync(PortalDb db, Guid projectId)
    {
        var all = (await versions.ListAsync(projectId)).Select(version => (Version: version, Report: VersionReport.Parse(version.Report))).ToList();
        List<VersionView> views = [];
        foreach (var (version, report) in all)
        {
            var changes = version.JobId is { } trainingId
                ? await LabelSnapshot.ChangesAsync(db, projectId, trainingId, report.LeftOut, CancellationToken.None)
                : null;
            views.Add(new VersionView(version, report, changes, all.FirstOrDefault(other => other.Version.Id == version.ParentId).Version?.Number));
        }
        Versions = views;
    }

    private async Task ReadTrainingsAsync(PortalDb db, Guid projectId)
    {
        var records = await db.Set<JobRecord>()
            .AsNoTracking()
            .Where(job => job.ProjectId == projectId && job.Kind == TrainingJob.Kind)
            .OrderByDescending(job => job.CreatedAt)
            .Take(MostTrainings)
            .ToListAsync();
        Job = records is [{ State: not JobState.Succeeded } newest, ..] ? JobView.Of(newest) : null;
        var kept = (await checkpoints.ListAsync(projectId)).ToLookup(checkpoint => checkpoint.TrainingId);
        Uploaded = [.. kept[null]];
        PromptTrainings =
        [
            .. from record in records
               let settings = TrainingJob.PlanOf(record.Payload).Prompts?.Settings
               where settings is not null
               select new PromptTrainingView(
                   JobView.Of(record), settings, [.. kept[record.Id]], live.Find(record.Id),
                   Versions.FirstOrDefault(view => view.Version.JobId == record.Id)?.Version.Number),
        ];
    }

    /// <summary>Takes a change of the feed in; false when it is none of this project's trainings.</summary>
    public async Task<bool> AcceptAsync(Guid projectId, JobView changed)
    {
        if (changed.ProjectId != projectId || changed.Kind != TrainingJob.Kind)
        {
            return false;
        }
        if (changed.State.IsOver() || (Job?.Id != changed.Id && PromptTrainings.All(training => training.Job.Id != changed.Id)))
        {
            await LoadAsync(projectId);
            return true;
        }
        Job = changed;
        var now = live.Find(changed.Id);
        if (PromptTrainings.FirstOrDefault(training => training.Job.Id == changed.Id) is { } shown)
        {
            // The feed tells it several times in a second; the database is asked when an epoch has ended.
            var epochs = now is not null && now.Epoch - 1 > shown.Epochs.Count || now is null && shown.Live is not null
                ? await checkpoints.OfTrainingAsync(changed.Id)
                : shown.Epochs;
            PromptTrainings = [.. PromptTrainings.Select(
                training => training == shown ? new PromptTrainingView(changed, shown.Settings, epochs, now, shown.DetectorNumber) : training)];
        }
        return true;
    }
}

/// <summary>A version with its report, read.</summary>
/// <param name="Changes">What changed among the labelled images since; null: it kept no labels.</param>
/// <param name="ParentNumber">Of the version that it came from; null: none.</param>
public sealed record VersionView(DetectorVersion Version, VersionReport Report, LabelChanges? Changes, int? ParentNumber);

/// <summary>What a detector can learn from.</summary>
/// <param name="Drawn">Anomalous images with drawn defects.</param>
/// <param name="Classes">Defect classes with the images that show them, most first.</param>
/// <param name="LeftOut">Labelled images beyond the most that a training takes.</param>
/// <param name="HasArea">Whether an inspection area is drawn: then nothing else is learned from.</param>
public sealed record TrainingData(int Good, int Anomalies, int Drawn, IReadOnlyList<(string Name, int Images)> Classes, int LeftOut, bool HasArea)
{
    /// <summary>Labelled images that are kept for judging.</summary>
    public int Test { get; init; }

    /// <summary>Labelled images that are neither: others are assigned to the training, these to nothing.</summary>
    public int Waiting { get; init; }

    public static TrainingData Of(IReadOnlyList<LabelledImage> images, int leftOut, bool hasArea) => new(
        images.Count(image => !image.IsAnomaly),
        images.Count(image => image.IsAnomaly),
        images.Count(image => image.Shapes.Count > 0),
        [.. images.SelectMany(image => image.Shapes.Select(shape => shape.ClassName).Distinct(StringComparer.Ordinal))
            .CountBy(name => name)
            .OrderByDescending(count => count.Value)
            .ThenBy(count => count.Key, StringComparer.Ordinal)
            .Select(count => (count.Key, count.Value))],
        leftOut,
        hasArea);
}
