using System.Text.Json;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Training.Prompts;
using AdClip.Portal.Storage;
using AdClip.Vision;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Training;

/// <summary>Starts trainings: settles what is left open, keeps the labels as they are, and puts the job on the board.</summary>
public sealed class TrainingBoard(
    IDbContextFactory<PortalDb> dbs, ModelCatalog catalog, DetectorPool detectors, DetectorVersions versions,
    Checkpoints checkpoints, PromptTraining prompts, InspectionAreaStore areas, JobBoard jobs, IOptions<TrainingOptions> options)
{
    /// <summary>Fewer good images cannot be compared with each other.</summary>
    public const int LeastGood = 2;

    /// <summary>Fewer images of a kind cannot be judged by prompts that did not see them.</summary>
    public const int LeastOfEach = 2;

    /// <summary>Starts one; its id is the job's. Durable when it returns.</summary>
    /// <exception cref="RefusedInputException">No such model, too few images, settings that do not work, or nothing that it may use.</exception>
    public async Task<JobView> StartAsync(Project project, NewTraining request, Guid userId, CancellationToken cancel)
    {
        if (request is { UseText: false, UseBank: false, UseHeads: false, UseAnomalyBank: false })
        {
            throw new RefusedInputException(RefusalCode.TrainingWithoutParts, "Every part of the detector is switched off; switch on at least one.");
        }
        var checkpoint = request.Checkpoint is { } id ? await checkpoints.GetAsync(project.Id, id, cancel) : null;
        var modelId = checkpoint?.ModelId ?? request.Model;
        var model = modelId is null ? await catalog.DefaultWithWordsAsync(project.Id, cancel) : await catalog.GetAsync(modelId, cancel);
        model.RequireWords();
        await using var db = await dbs.CreateDbContextAsync(cancel);
        // Another epoch of a training is judged on the images that it learned from: only for those is it known which texts did not see them.
        var (images, leftOut) = checkpoint?.TrainingId is { } source
            ? (await LabelSnapshot.ReadAsync(db, source, cancel, withTest: false), 0)
            : await LabelledImages.ReadAsync(db, project.Id, options.Value.MaxImages, cancel);
        CheckEnough(images, request.Learn != LearnKind.Quick);
        var learned = request.Learn == LearnKind.Quick || checkpoint is not null
            ? null
            : await PlanAsync(model, request.Prompts ?? new PromptRequest(), cancel);
        var objectName = string.IsNullOrWhiteSpace(request.ObjectName) ? project.ObjectName : request.ObjectName.Trim();
        var parent = checkpoint?.TrainingId is { } trainingId ? await versions.OfJobAsync(trainingId, cancel) : null;
        var plan = new TrainingPlan
        {
            ModelId = model.Id,
            ObjectName = objectName,
            Options = request.Options,
            CreatedBy = userId,
            LeftOut = leftOut,
            Prompts = learned,
            CheckpointId = checkpoint?.Id,
            ParentId = parent?.Id,
            AreaRevision = (await areas.CurrentAsync(project.Id, cancel)).Revision,
            TestImages = (await LabelledImages.KeptBackAsync(db, project.Id, cancel)).Test,
        };
        return await EnqueueAsync(project, model, plan, userId, (transaction, job) => transaction.AddRange(LabelSnapshot.Of(job.Id, images)), cancel);
    }

    /// <summary>Goes on with a training of prompts that is over: the same labels, the same settings, perhaps more epochs.</summary>
    /// <param name="epochs">All epochs in the end; null: as many as it was started with.</param>
    /// <returns>The same job, or with other epochs a new one that begins where it ended.</returns>
    /// <exception cref="RefusedInputException">It learned no prompts, is not over, or the epochs are out of range.</exception>
    public async Task<JobView> GoOnAsync(Project project, Guid trainingId, int? epochs, Guid userId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var job = await db.Set<JobRecord>()
            .AsNoTracking()
            .SingleAsync(job => job.Id == trainingId && job.ProjectId == project.Id && job.Kind == TrainingJob.Kind, cancel);
        var plan = TrainingJob.PlanOf(job.Payload);
        if (plan.Prompts is not { } learned || !job.State.IsOver() || (job.State == JobState.Succeeded && (epochs ?? 0) <= learned.Settings.Epochs))
        {
            throw new RefusedInputException(RefusalCode.TrainingCannotGoOn, "This training cannot go on: it learned no texts, or it is not over yet.");
        }
        if (epochs is null || epochs == learned.Settings.Epochs)
        {
            await jobs.RetryAsync(trainingId);
            return JobView.Of(await db.Set<JobRecord>().AsNoTracking().SingleAsync(job => job.Id == trainingId, cancel));
        }
        var more = plan with { CreatedBy = userId, Prompts = learned with { Settings = learned.Settings with { Epochs = epochs.Value } } };
        more.Prompts.Settings.Check();
        var model = await catalog.GetAsync(plan.ModelId, cancel);
        var images = await LabelSnapshot.ReadAsync(db, trainingId, cancel);
        var done = await checkpoints.OfTrainingAsync(trainingId, cancel);
        return await EnqueueAsync(
            project, model, more, userId,
            (transaction, job) =>
            {
                var last = prompts.TakeOver(trainingId, job.Id);
                transaction.AddRange(LabelSnapshot.Of(job.Id, images));
                transaction.AddRange(done.Where(epoch => epoch.Epoch <= last).Select(epoch => new StoredCheckpoint
                {
                    ProjectId = project.Id,
                    TrainingId = job.Id,
                    Epoch = epoch.Epoch,
                    Name = epoch.Name,
                    ModelId = epoch.ModelId,
                    Blob = epoch.Blob,
                    Report = epoch.Report,
                    CreatedAt = epoch.CreatedAt,
                    CreatedBy = epoch.CreatedBy,
                }));
            },
            cancel);
    }

    private Task<JobView> EnqueueAsync(
        Project project, ModelRecord model, TrainingPlan plan, Guid userId, Action<PortalDb, JobRecord> alsoAdd, CancellationToken cancel) =>
        jobs.EnqueueAsync(new NewJob(TrainingJob.Kind, project.Id, JsonSerializer.Serialize(plan), [project.Name, model.Name], userId), alsoAdd, cancel);

    private async Task<PromptPlan> PlanAsync(ModelRecord model, PromptRequest request, CancellationToken cancel)
    {
        using var lease = await detectors.RentAsync(model.Id, null, cancel);
        return request.Plan(lease.Detector);
    }

    private static void CheckEnough(IReadOnlyList<LabelledImage> images, bool learnsPrompts)
    {
        var (good, anomalies) = (images.Count(image => !image.IsAnomaly), images.Count(image => image.IsAnomaly));
        if (good < LeastGood)
        {
            throw new RefusedInputException(
                RefusalCode.FitGoodImagesTooFew,
                $"{good} good images are too few to learn from; add until there are {LeastGood}, better 10.", good, LeastGood);
        }
        if (learnsPrompts && anomalies < LeastOfEach)
        {
            throw new RefusedInputException(
                RefusalCode.PromptImagesTooFew,
                $"Learning texts needs at least {LeastOfEach} good and {LeastOfEach} anomalous images, so that each is "
                + $"judged by texts that did not see it. There are {good} good and {anomalies} anomalous images; label more.",
                good, anomalies, LeastOfEach);
        }
    }
}
