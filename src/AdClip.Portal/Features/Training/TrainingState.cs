using System.Security.Claims;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Shell;
using AdClip.Portal.Storage;
using AdClip.Vision.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Training;

/// <summary>What the training page of a project shows and can do.</summary>
public sealed class TrainingState(
    IDbContextFactory<PortalDb> dbs, TrainingBoard board, DetectorVersions versions, ModelCatalog catalog, InspectionAreaStore areas, JobBoard jobs, IOptions<TrainingOptions> options)
{
    /// <summary>What can be learned from; null until loaded.</summary>
    public TrainingData? Data { get; private set; }

    public IReadOnlyList<Advice> Advice { get; private set; } = [];

    public IReadOnlyList<ModelRecord> Models { get; private set; } = [];

    /// <summary>The project's default.</summary>
    public string? DefaultModelId { get; private set; }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<VersionView> Versions { get; private set; } = [];

    /// <summary>The newest training that is not over, or that did not end well; null: none.</summary>
    public JobView? Job { get; private set; }

    public bool CanStart => Data is { Good: >= TrainingBoard.LeastGood } && Job is not { State: JobState.Queued or JobState.Running or JobState.Cancelling };

    public async Task LoadAsync(Guid projectId)
    {
        Models = await catalog.ListAsync();
        await using var db = await dbs.CreateDbContextAsync();
        var model = Models.Count == 0 ? null : await catalog.DefaultAsync(projectId);
        DefaultModelId = model?.Id;
        var (images, leftOut) = await LabelledImages.ReadAsync(db, projectId, options.Value.MaxImages, CancellationToken.None);
        var hasArea = (await areas.CurrentAsync(projectId)).Regions.Regions.Count > 0;
        Data = TrainingData.Of(images, leftOut, hasArea);
        Advice = model is null ? [] : await Task.Run(() => DataAdvisor.Advise([.. images.Select(image => image.Advised())], model.RecommendedImageSize, model.PatchSize));
        Versions = [.. (await versions.ListAsync(projectId)).Select(version => new VersionView(version, VersionReport.Parse(version.Report)))];
        var newest = await db.Set<JobRecord>().AsNoTracking().Where(job => job.ProjectId == projectId && job.Kind == TrainingJob.Kind).OrderByDescending(job => job.CreatedAt).FirstOrDefaultAsync();
        Job = newest is null || newest.State == JobState.Succeeded ? null : JobView.Of(newest);
    }

    /// <exception cref="Vision.RefusedInputException">Too few good images, or nothing that it may use.</exception>
    public async Task StartAsync(Project project, NewTraining request, ClaimsPrincipal user) => Job = await board.StartAsync(project, request, user.UserId(), CancellationToken.None);

    public Task CancelAsync() => Job is { } job ? jobs.CancelAsync(job.Id) : Task.CompletedTask;

    /// <summary>Takes a change of the feed in; false when it is none of this project's trainings.</summary>
    public async Task<bool> AcceptAsync(Guid projectId, JobView changed)
    {
        if (changed.ProjectId != projectId || changed.Kind != TrainingJob.Kind)
        {
            return false;
        }
        Job = changed;
        if (changed.State.IsOver())
        {
            await LoadAsync(projectId);
        }
        return true;
    }
}

/// <summary>A version with its report, read.</summary>
public sealed record VersionView(DetectorVersion Version, VersionReport Report);

/// <summary>What a detector can learn from.</summary>
/// <param name="Drawn">Anomalous images with drawn defects.</param>
/// <param name="Classes">Defect classes with the images that show them, most first.</param>
/// <param name="LeftOut">Labelled images beyond the most that a training takes.</param>
/// <param name="HasArea">Whether an inspection area is drawn: trained detectors look at everything.</param>
public sealed record TrainingData(int Good, int Anomalies, int Drawn, IReadOnlyList<(string Name, int Images)> Classes, int LeftOut, bool HasArea)
{
    public static TrainingData Of(IReadOnlyList<LabelledImage> images, int leftOut, bool hasArea) => new(
        images.Count(image => !image.IsAnomaly),
        images.Count(image => image.IsAnomaly),
        images.Count(image => image.Shapes.Count > 0),
        [.. images.SelectMany(image => image.Shapes.Select(shape => shape.ClassName).Distinct(StringComparer.Ordinal)).CountBy(name => name).OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal).Select(count => (count.Key, count.Value))],
        leftOut,
        hasArea);
}
