using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Graphs;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Runs;

/// <summary>Makes runs: notes plan and images, puts the job on the board.</summary>
public sealed class RunBoard(
    IDbContextFactory<PortalDb> dbs, Planner planner, DetectorPool detectors, TokenCache tokens, JobBoard jobs, InspectionAreaStore areas, TimeProvider clock)
{
    /// <summary>The images that a choice names, in the order in which a run looks at them: oldest first.</summary>
    public static IQueryable<ImageRecord> ToInspect(PortalDb db, Guid projectId, ImageChoice choice, IReadOnlyList<Guid>? imageIds)
    {
        var images = db.Set<ImageRecord>().AsNoTracking().Where(image => image.ProjectId == projectId && image.DeletedAt == null);
        images = choice switch
        {
            ImageChoice.Unlabelled => images.Where(image => image.Label == ImageLabel.Unlabelled),
            ImageChoice.Labelled => images.Where(image => image.Label != ImageLabel.Unlabelled),
            ImageChoice.Selection => images.Where(image => (imageIds ?? Array.Empty<Guid>()).Contains(image.Id)),
            _ => images,
        };
        return images.OrderBy(image => image.Id);
    }

    /// <summary>Starts a run. Durable when it returns.</summary>
    /// <exception cref="RefusedInputException">There is no image, or no plan can be made of the request (see <see cref="Planner"/>).</exception>
    public async Task<Run> StartAsync(Project project, NewRun request, Guid userId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var images = await ToInspect(db, project.Id, request.Images, request.ImageIds)
            .Select(image => new SizedFile(new RunFile(image.Id, image.Sha256), image.Width, image.Height)).ToListAsync(cancel);
        return await AddAsync(project, PlanRequest.Of(request), images, rescoredFrom: null, userId, cancel);
    }

    /// <summary>Starts a run over the images of an earlier one, with other prompts or good images. Kept tokens are used as they are.</summary>
    /// <exception cref="RefusedInputException">Its images or its model are gone, or no plan can be made of the request.</exception>
    public async Task<Run> RescoreAsync(Project project, Run source, RescoreRequest request, Guid userId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var references = await db.Set<RunReference>().AsNoTracking()
            .Where(reference => reference.RunId == source.Id)
            .OrderBy(reference => reference.Sha256)
            .Select(reference => new PlanReference(reference.ImageId, reference.Sha256))
            .ToListAsync(cancel);
        var images = await (
            from image in db.Set<RunImage>().AsNoTracking()
            join record in db.Set<ImageRecord>() on image.ImageId equals record.Id
            where image.RunId == source.Id && record.DeletedAt == null
            orderby image.Ordinal
            select new SizedFile(new RunFile(image.ImageId, image.Sha256), record.Width, record.Height)).ToListAsync(cancel);
        return await AddAsync(project, PlanRequest.Of(request, InspectionPlan.Of(source, references)), images, source.Id, userId, cancel);
    }

    /// <summary>The images of a run that are still there, in its order.</summary>
    public static IQueryable<RunFile> ImagesOf(PortalDb db, Guid runId) =>
        from image in db.Set<RunImage>().AsNoTracking()
        where image.RunId == runId && db.Set<ImageRecord>().Any(record => record.Id == image.ImageId && record.DeletedAt == null)
        orderby image.Ordinal
        select new RunFile(image.ImageId, image.Sha256);

    /// <summary>A run beside its job; null: there is none.</summary>
    public async Task<RunSummary?> FindAsync(Guid runId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return (await RunSummary.ReadAsync(db, db.Set<Run>().AsNoTracking().Where(run => run.Id == runId), cancel)).FirstOrDefault();
    }

    /// <summary>Of how many of a run's images the tokens are kept, of all their tiles, as the model encodes them now and for today's inspection area.</summary>
    /// <exception cref="RefusedInputException">The model is gone.</exception>
    public async Task<(int Kept, int All)> KeptTokensAsync(Run run, CancellationToken cancel = default)
    {
        var settings = RunSettings.Parse(run.Settings);
        using var lease = await detectors.RentAsync(run.ModelId, settings.ImageSize, cancel, settings.IsEightBit ? Precision.Int8 : null);
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var images = await (
            from image in db.Set<RunImage>()
            join record in db.Set<ImageRecord>() on image.ImageId equals record.Id
            where image.RunId == run.Id && record.DeletedAt == null
            select new { image.Sha256, record.Width, record.Height }).ToListAsync(cancel);
        var (detector, area) = (lease.Detector, await areas.CurrentAsync(run.ProjectId, cancel));
        var kept = await Task.Run(
            () => images.GroupBy(image => (image.Width, image.Height)).Sum(size =>
                ImageScoring.TokenKeys(detector, size.Key.Width, size.Key.Height, settings.Tiles, area.Regions) is { } keysOf
                    ? size.Count(image => keysOf(image.Sha256).All(key => tokens.Holds(detector.EncoderId, key)))
                    : 0),
            cancel);
        return (kept, images.Count);
    }

    private async Task<Run> AddAsync(
        Project project, PlanRequest request, IReadOnlyList<SizedFile> images, Guid? rescoredFrom, Guid userId, CancellationToken cancel)
    {
        if (images.MaxBy(image => (long)image.Width * image.Height) is not { } largest)
        {
            throw new RefusedInputException(RefusalCode.RunWithoutImages, "There is no image to inspect; upload images, or choose others.");
        }
        var (plan, execution, _) = await planner.SettleAsync(project, request, (largest.Width, largest.Height), patience: null, cancel);
        var runId = Guid.CreateVersion7();
        Run? run = null;
        await jobs.EnqueueAsync(
            new NewJob(RunJob.Kind, project.Id, runId.ToString(), [project.Name, plan.ModelName, images.Count], userId),
            (transaction, job) =>
            {
                run = new Run
                {
                    Id = runId,
                    ProjectId = project.Id,
                    JobId = job.Id,
                    ModelId = plan.ModelId,
                    ModelName = plan.ModelName,
                    EncoderId = plan.EncoderId,
                    ObjectName = plan.ObjectName,
                    References = plan.References,
                    ReferenceCount = plan.ReferenceImages.Count,
                    ImageCount = images.Count,
                    AreaRevision = plan.AreaRevision,
                    ScoreIdentity = plan.ScoreIdentity,
                    Settings = new RunSettings
                    {
                        ImageSize = plan.ImageSize,
                        Prompts = plan.Prompts,
                        Orientations = plan.Orientations,
                        RescoredFromRunId = rescoredFrom,
                        Tiles = plan.Tiles,
                        IsEightBit = plan.IsEightBit,
                        Device = execution.Device.ToString(),
                        Fallback = execution.Fallback,
                        DetectorVersionId = plan.DetectorId,
                        DetectorNumber = plan.DetectorNumber,
                    }.ToJson(),
                    CreatedAt = clock.GetUtcNow(),
                    CreatedBy = userId,
                };
                transaction.Add(run);
                transaction.AddRange(images.Select((image, place) =>
                    new RunImage { RunId = runId, ImageId = image.File.ImageId, Ordinal = place, Sha256 = image.File.Sha256 }));
                transaction.AddRange(plan.ReferenceImages.Select(reference =>
                    new RunReference { RunId = runId, ImageId = reference.ImageId, Sha256 = reference.Sha256 }));
            },
            cancel);
        return run!;
    }

    private sealed record SizedFile(RunFile File, int Width, int Height);
}

/// <summary>An image of a run and its file.</summary>
public sealed record RunFile(Guid ImageId, string Sha256);
