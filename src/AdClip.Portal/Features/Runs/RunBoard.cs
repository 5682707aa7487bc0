using AdClip.Portal.Features.Annotations;
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
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.Graphs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Runs;

/// <summary>Makes runs: settles what is left open, notes the images, puts the job on the board.</summary>
public sealed class RunBoard(
    IDbContextFactory<PortalDb> dbs, ModelCatalog catalog, DetectorPool detectors, PrecisionChecks precisions,
    DetectorVersions versions, LearnedPrompts learned, Checkpoints checkpoints, TokenCache tokens, JobBoard jobs,
    InspectionAreaStore areas, TileAdvisor advisor, IOptions<RunsOptions> options, TimeProvider clock)
{
    /// <summary>The good images that a project can be compared with, in the order that "first N" means: by SHA-256.</summary>
    public static IQueryable<ImageRecord> Good(PortalDb db, Guid projectId) => ImageSplits.Learnable(db, projectId)
        .Where(image => image.Label == ImageLabel.Good)
        .OrderBy(image => image.Sha256);

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
    /// <exception cref="RefusedInputException">No such model, no image, not enough good images, prompts
    /// that do not fit the model, tiles that cannot be cut, or 8 bits that no check allowed.</exception>
    public async Task<Run> StartAsync(Project project, NewRun request, Guid userId, CancellationToken cancel)
    {
        if (request.Detector is { } detectorId)
        {
            return await StartTrainedAsync(project, request, await versions.GetAsync(project.Id, detectorId, cancel), userId, cancel);
        }
        var model = request.Model is null ? await catalog.DefaultAsync(project.Id, cancel) : await catalog.GetAsync(request.Model, cancel);
        if (request.EightBit)
        {
            await precisions.RequirePassedAsync(project.Id, model, request.ImageSize ?? model.RecommendedImageSize, cancel);
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var (choice, references) = await ReferencesAsync(db, project.Id, request.References, request.ReferenceCount, request.ReferenceImages, cancel);
        var images = await ToInspect(db, project.Id, request.Images, request.ImageIds).Select(image => new RunFile(image.Id, image.Sha256)).ToListAsync(cancel);
        var objectName = string.IsNullOrWhiteSpace(request.ObjectName) ? project.ObjectName : request.ObjectName.Trim();
        return await AddAsync(project, model, request.ImageSize, request.EightBit, objectName, request.Prompts, choice, references, images, rescoredFrom: null,
            opened => advisor.SettleAsync(project.Id, request.Tiles, opened, ToInspect(db, project.Id, request.Images, request.ImageIds), cancel),
            userId, cancel);
    }

    // A trained detector compares with what it learned; it looks at whole images, and at all of each.
    private async Task<Run> StartTrainedAsync(Project project, NewRun request, DetectorVersion version, Guid userId, CancellationToken cancel)
    {
        if (request is not
            {
                Model: null, ObjectName: null, References: null or ReferenceChoice.None, ReferenceImages: null,
                ImageSize: null, Prompts: null, Tiles: null, EightBit: false,
            })
        {
            throw Fixed(version);
        }
        var model = await catalog.GetAsync(version.ModelId, cancel);
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var images = await ToInspect(db, project.Id, request.Images, request.ImageIds).Select(image => new RunFile(image.Id, image.Sha256)).ToListAsync(cancel);
        return await AddAsync(
            project, model, version.ImageSize, isEightBit: false, version.ObjectName,
            prompts: null, ReferenceChoice.None, [], images, rescoredFrom: null,
            _ => Task.FromResult<TileSettings?>(null), userId, cancel, version);
    }

    /// <summary>Starts a run over the images of an earlier one, with other prompts or good images. Kept tokens are used as they are.</summary>
    /// <exception cref="RefusedInputException">Its images or its model are gone, not enough good images, or prompts that do not fit the model.</exception>
    public async Task<Run> RescoreAsync(Project project, Run source, RescoreRequest request, Guid userId, CancellationToken cancel)
    {
        var model = await catalog.GetAsync(source.ModelId, cancel);
        var settings = RunSettings.Parse(source.Settings);
        await using var db = await dbs.CreateDbContextAsync(cancel);
        if ((request.Detector ?? settings.DetectorVersionId) is { } versionId)
        {
            return await RescoreTrainedAsync(project, source, settings, request, await versions.GetAsync(project.Id, versionId, cancel), userId, cancel);
        }
        var (choice, references) = request.References is null
            ? (source.References, await SameReferencesAsync(db, source, cancel))
            : await ReferencesAsync(db, project.Id, request.References, request.ReferenceCount, request.ReferenceImages, cancel);
        var images = await ImagesOf(db, source.Id).ToListAsync(cancel);
        var objectName = string.IsNullOrWhiteSpace(request.ObjectName) ? source.ObjectName : request.ObjectName.Trim();
        return await AddAsync(
            project, model, settings.ImageSize, settings.IsEightBit, objectName,
            request.Prompts ?? settings.Prompts, choice, references, images, source.Id,
            _ => Task.FromResult(settings.Tiles), userId, cancel);
    }

    // Other words or good images are for the model itself: a trained detector has its own, and never gives way to the model unasked.
    private async Task<Run> RescoreTrainedAsync(
        Project project, Run source, RunSettings settings, RescoreRequest request,
        DetectorVersion version, Guid userId, CancellationToken cancel)
    {
        if (request is not { ObjectName: null, Prompts: null, References: null or ReferenceChoice.None, ReferenceImages: null })
        {
            throw Fixed(version);
        }
        if (version.EncoderId != source.EncoderId)
        {
            throw new RefusedInputException(
                RefusalCode.TokensOfAnotherEncoder,
                $"Detector {version.Number} scores tokens of encoder {version.EncoderId}, the run's are of {source.EncoderId}; start a new run with it.",
                version.EncoderId, source.EncoderId);
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var images = await ImagesOf(db, source.Id).ToListAsync(cancel);
        return await AddAsync(
            project, await catalog.GetAsync(version.ModelId, cancel), settings.ImageSize, isEightBit: false,
            version.ObjectName, prompts: null, ReferenceChoice.None, [], images, source.Id,
            _ => Task.FromResult<TileSettings?>(null), userId, cancel, version);
    }

    private static RefusedInputException Fixed(DetectorVersion version) => new(
        RefusalCode.DetectorVersionFixed,
        $"Detector {version.Number} was trained with its own model, texts and image size on whole "
        + $"images; leave out model, objectName, prompts, references, tiles, 8 bits and image size.",
        version.Number);

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
        using var lease = await detectors.RentAsync(run.ModelId, settings.ImageSize, cancel, settings.Precision);
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

    // An image that was deleted since counts no longer.
    private static async Task<IReadOnlyList<(Guid Id, string Sha256)>> SameReferencesAsync(PortalDb db, Run source, CancellationToken cancel) =>
        (await db.Set<RunReference>().AsNoTracking()
            .Where(reference => reference.RunId == source.Id && db.Set<ImageRecord>().Any(record => record.Id == reference.ImageId && record.DeletedAt == null))
            .OrderBy(reference => reference.Sha256)
            .Select(reference => new { reference.ImageId, reference.Sha256 })
            .ToListAsync(cancel)).ConvertAll(reference => (reference.ImageId, reference.Sha256));

    private async Task<Run> AddAsync(
        Project project, ModelRecord model, int? imageSize, bool isEightBit, string objectName, RunPrompts? prompts, ReferenceChoice choice,
        IReadOnlyList<(Guid Id, string Sha256)> references, List<RunFile> images, Guid? rescoredFrom,
        Func<ModelDescription, Task<TileSettings?>> settleTiles, Guid userId, CancellationToken cancel, DetectorVersion? version = null)
    {
        if (images.Count == 0)
        {
            throw new RefusedInputException(RefusalCode.RunWithoutImages, "There is no image to inspect; upload images, or choose others.");
        }
        prompts = await SettledAsync(project, prompts, model, cancel);
        string encoderId;
        int inputSide;
        TileSettings? tiles;
        Execution execution;
        using (var lease = await detectors.RentAsync(model.Id, imageSize, cancel, isEightBit ? Precision.Int8 : null))
        {
            (encoderId, inputSide, execution) = (lease.Detector.EncoderId, lease.Detector.Model.ImageSize, lease.Detector.Execution);
            // What does not fit is told where it was typed, not by a job later.
            var settings = (prompts ?? new RunPrompts()).For(objectName, prompts is null ? null : learned.PathFor(model, prompts));
            await Task.Run(() => lease.Detector.CheckPrompts(settings), cancel);
            tiles = await settleTiles(lease.Detector.Model);
        }
        if (version is not null && version.EncoderId != encoderId)
        {
            throw new RefusedInputException(
                RefusalCode.TokensOfAnotherEncoder,
                $"Detector {version.Number} was fitted with encoder {version.EncoderId}, the model is now {encoderId}; train again.",
                version.EncoderId, encoderId);
        }
        // A trained detector looks where it has learned to look, wherever the area lies today.
        var area = version is null
            ? await areas.CurrentAsync(project.Id, cancel)
            : await areas.AtAsync(project.Id, VersionReport.Parse(version.Report).AreaRevision, cancel) ?? InspectionArea.Everything;
        await using (var db = await dbs.CreateDbContextAsync(cancel))
        {
            await CheckFitsAsync(db, area, [.. references.Select(reference => reference.Id)], cancel);
        }
        var runId = Guid.CreateVersion7();
        Run? run = null;
        await jobs.EnqueueAsync(
            new NewJob(RunJob.Kind, project.Id, runId.ToString(), [project.Name, model.Name, images.Count], userId),
            (transaction, job) =>
            {
                run = new Run
                {
                    Id = runId,
                    ProjectId = project.Id,
                    JobId = job.Id,
                    ModelId = model.Id,
                    ModelName = model.Name,
                    EncoderId = encoderId,
                    ObjectName = objectName,
                    References = choice,
                    ReferenceCount = references.Count,
                    ImageCount = images.Count,
                    AreaRevision = area.Revision,
                    Settings = new RunSettings(
                        inputSide, Prompts: prompts, RescoredFromRunId: rescoredFrom, Tiles: tiles,
                        IsEightBit: isEightBit, Device: execution.Device.ToString(), Fallback: execution.Fallback,
                        DetectorVersionId: version?.Id, DetectorNumber: version?.Number).ToJson(),
                    CreatedAt = clock.GetUtcNow(),
                    CreatedBy = userId,
                };
                transaction.Add(run);
                transaction.AddRange(
                    images.Select((image, place) => new RunImage { RunId = runId, ImageId = image.ImageId, Ordinal = place, Sha256 = image.Sha256 }));
                transaction.AddRange(references.Select(reference => new RunReference { RunId = runId, ImageId = reference.Id, Sha256 = reference.Sha256 }));
            },
            cancel);
        return run!;
    }

    /// <summary>Refuses good images on which the inspection area cannot be laid, before any work is done.</summary>
    /// <exception cref="RefusedInputException">One in other proportions.</exception>
    public static async Task CheckFitsAsync(PortalDb db, InspectionArea area, IReadOnlyList<Guid> imageIds, CancellationToken cancel)
    {
        foreach (var some in area.Regions.Regions.Count == 0 ? [] : imageIds.Chunk(1000))
        {
            foreach (var size in await db.Set<ImageRecord>()
                .Where(image => some.Contains(image.Id))
                .Select(image => new { image.Width, image.Height })
                .Distinct()
                .ToListAsync(cancel))
            {
                area.Regions.CheckFits(size.Width, size.Height);
            }
        }
    }

    // The model's own recommendation is written as nothing, so that such runs are alike whoever asked for it how.
    private async Task<RunPrompts?> SettledAsync(Project project, RunPrompts? prompts, ModelRecord model, CancellationToken cancel)
    {
        switch (prompts?.Cleaned())
        {
            case null or { Kind: PromptKind.ModelDefault }:
                return null;
            case { Kind: PromptKind.Learned, CheckpointId: { } checkpointId } chosen:
                var kept = await checkpoints.GetAsync(project.Id, checkpointId, cancel);
                return chosen with { Checkpoint = kept.Label, CheckpointSha256 = kept.Blob };
            case { Kind: PromptKind.Learned } chosen:
                return chosen with { CheckpointSha256 = LearnedPrompts.Sha256(learned.PathOf(model, chosen.Checkpoint)) };
            case var chosen:
                return chosen;
        }
    }

    /// <summary>The good images that a request means, by SHA-256.</summary>
    /// <exception cref="RefusedInputException">There are not enough.</exception>
    public async Task<(ReferenceChoice Choice, IReadOnlyList<(Guid Id, string Sha256)> Images)> ReferencesAsync(
        PortalDb db, Guid projectId, ReferenceChoice? wanted, int? count, IReadOnlyList<Guid>? chosen, CancellationToken cancel)
    {
        var good = Good(db, projectId);
        if (wanted == ReferenceChoice.None)
        {
            return (ReferenceChoice.None, []);
        }
        if (wanted == ReferenceChoice.Chosen)
        {
            // A person's choice holds whatever the label says, as long as the image is there.
            good = db.Set<ImageRecord>().AsNoTracking()
                .Where(image => image.ProjectId == projectId && image.DeletedAt == null && (chosen ?? Array.Empty<Guid>()).Contains(image.Id))
                .OrderBy(image => image.Sha256);
        }
        var limit = wanted == ReferenceChoice.FirstGood ? Math.Max(1, count ?? 1) : options.Value.MaxReferences;
        var found = await good.Take(limit).Select(image => new { image.Id, image.Sha256 }).ToListAsync(cancel);
        if (found.Count == 0 && wanted is null)
        {
            return (ReferenceChoice.None, []);
        }
        var needed = wanted switch { ReferenceChoice.FirstGood => limit, ReferenceChoice.Chosen => Math.Max(1, chosen?.Count ?? 0), _ => 1 };
        return found.Count >= needed
            ? (wanted ?? ReferenceChoice.AllGood, found.ConvertAll(image => (image.Id, image.Sha256)))
            : throw new RefusedInputException(
                RefusalCode.RunWithoutReferences,
                $"The run shall compare with {needed} good images, but {found.Count} are labelled good; label more, or run without good images.",
                needed, found.Count);
    }
}

/// <summary>An image of a run and its file.</summary>
public sealed record RunFile(Guid ImageId, string Sha256);
