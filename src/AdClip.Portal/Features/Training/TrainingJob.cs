using System.Text.Json;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Training.Prompts;
using AdClip.Portal.Shell;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Training;
using AdClip.Vision.Training.Views;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Training;

/// <summary>Makes a detector of the labelled images of a project: tokens first, prompts if they are wanted, then the fit, then a version of it.</summary>
/// <remarks>
/// After a restart tokens that were made are found in the cache, epochs that were learned in their folder, and a version that was
/// stored by its job. The labels are those of the moment when the training was asked for.
/// </remarks>
internal sealed class TrainingJob(
    IDbContextFactory<PortalDb> dbs, ModelCatalog catalog, DetectorPool detectors, TrainingEncoder encoder,
    EncoderSlots slots, DetectorVersions versions, Checkpoints checkpoints, PromptTraining prompts,
    ImageTraits traits, InspectionAreaStore areas, IOptions<TrainingOptions> options, TimeProvider clock) : IJobHandler
{
    public const string Kind = "Training";

    public static TrainingPlan PlanOf(string payload) =>
        JsonSerializer.Deserialize<TrainingPlan>(payload) ?? throw new JsonException("The plan of the training is empty.");

    public async Task<JobOutcome> RunAsync(JobContext job, CancellationToken cancel)
    {
        var projectId = job.ProjectId ?? throw new InvalidOperationException("A training belongs to a project.");
        if (await versions.OfJobAsync(job.JobId, cancel) is { } stored)
        {
            return Done(stored);
        }
        var plan = PlanOf(job.Payload);
        var begin = clock.GetTimestamp();
        var model = await catalog.GetAsync(plan.ModelId, cancel);
        using var lease = await detectors.RentAsync(model.Id, null, cancel);
        var detector = lease.Detector;
        var (images, leftOut) = await ImagesAsync(projectId, job.JobId, plan, cancel);
        var parts = Parts.Of(plan, detector.EncoderId, images.Count);
        await job.PlanAsync(parts.All);

        var encoded = await encoder.EncodeAsync(
            detector, images, plan.Options.RotatesPart, plan.Prompts?.Augmentation ?? new Augmentation(),
            plan.Prompts?.Settings.Seed ?? 0, done => job.Report(parts.Tokens, done), cancel);
        // Taken up again, it learns on the area of the request, as from its labels.
        var area = (plan.AreaRevision is { } revision ? await areas.AtAsync(projectId, revision, cancel) : null) ?? await areas.CurrentAsync(projectId, cancel);
        var readable = encoded.OfType<EncodedLabelledImage>().Where(image => area.Regions.Fits(image.Image.Width, image.Image.Height)).ToList();
        var checkpoint = plan.Prompts is { } wanted
            ? await prompts.LearnAsync(
                projectId, job.JobId, plan, wanted.Settings, detector, [.. readable.SelectMany(image => encoder.Items(detector, image))],
                // What was learned before a restart says nothing of the speed of this attempt.
                epochs => epochs == 0
                    ? Task.CompletedTask
                    : job.PlanAsync(parts.All, new Dictionary<JobPart, int> { [parts.Tokens] = images.Count, [parts.Prompts] = epochs * images.Count }),
                epochs => job.Report(parts.Prompts, (int)(epochs * images.Count)), cancel)
            : plan.CheckpointId is { } id ? await checkpoints.GetAsync(projectId, id, cancel) : null;

        // Images that could not be read are done too.
        job.Report(parts.Tokens, images.Count);
        var progress = new Reporter(fit => parts.Report(job, fit, images.Count));
        var (texts, folds) = await slots.InSlotAsync(() => Texts(detector, plan, checkpoint), cancel);
        var side = detector.Model.ImageSize;
        var fitted = await slots.InSlotAsync(
            () => FittedDetector.Fit(
                texts, detector.FitContext.At(area.Regions),
                [.. readable.SelectMany(image => image.Labelled(side))], plan.Options, progress, cancel, folds),
            cancel);
        var advice = await AdviceAsync(projectId, detector, readable, cancel);
        var origin = checkpoint is null ? null : new TextOrigin(checkpoint.Id, checkpoint.TrainingId, checkpoint.Epoch, checkpoint.Label, folds is null);
        var report = Report(
            readable, fitted.Report, plan.Options, advice, images.Count - readable.Count, leftOut,
            clock.GetElapsedTime(begin)) with
        {
            Texts = origin,
            AreaRevision = area.Revision,
            TestImages = plan.TestImages,
        };
        var version = await versions.AddAsync(
            projectId,
            fitted,
            (number, blob) => new DetectorVersion
            {
                ProjectId = projectId,
                Number = number,
                JobId = job.JobId,
                ModelId = model.Id,
                ModelName = model.Name,
                EncoderId = detector.EncoderId,
                ImageSize = side,
                ObjectName = plan.ObjectName,
                Kind = checkpoint is null ? DetectorKind.Fitted : DetectorKind.Prompts,
                ParentId = plan.ParentId,
                Blob = blob,
                Report = report.ToJson(),
                CreatedAt = clock.GetUtcNow(),
                CreatedBy = plan.CreatedBy,
            },
            LearnedFrom.Of(readable.Select(image => image.Image.Sha256), fitted.Report),
            cancel);
        return Done(version);
    }

    private async Task<(IReadOnlyList<LabelledImage> Images, int LeftOut)> ImagesAsync(
        Guid projectId, Guid trainingId, TrainingPlan plan, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        if (await LabelSnapshot.ReadAsync(db, trainingId, cancel) is { Count: > 0 } kept)
        {
            return (kept, plan.LeftOut);
        }
        // Asked for by a version of the portal that kept no labels.
        var (images, leftOut) = await LabelledImages.ReadAsync(db, projectId, options.Value.MaxImages, cancel);
        db.AddRange(LabelSnapshot.Of(trainingId, images));
        await db.SaveChangesAsync(cancel);
        return (images, leftOut);
    }

    private (TextPair Texts, FoldTexts? Folds) Texts(DetectionModel detector, TrainingPlan plan, StoredCheckpoint? checkpoint) => checkpoint is null
        ? (detector.RequireWords().EncodePrompts(new PromptSettings(ProductName: plan.ObjectName)), null)
        : (
            detector.RequireWords().EncodePrompts(new PromptSettings(PromptKind.Learned, CheckpointFile: checkpoints.PathOf(checkpoint))),
            KeptCheckpoint.Read(checkpoints.PathOf(checkpoint)).Folds);

    private async Task<IReadOnlyList<Advice>> AdviceAsync(Guid projectId, DetectionModel detector, List<EncodedLabelledImage> images, CancellationToken cancel)
    {
        var learned = images.Select(image => image.Image.Advised(image.Turned[0].ClassToken)).ToList();
        var compared = await Task.Run(() => traits.Compared(detector.EncoderId, learned, cancel), cancel);
        var judged = await traits.OthersAsync(projectId, detector.EncoderId, learned.Select(image => image.Id).ToHashSet(StringComparer.Ordinal), cancel);
        return await Task.Run(
            () => DataAdvisor.Advise([.. compared.Images, .. judged.Images], detector.Model.ImageSize, detector.Model.Shape.PixelsPerToken, cancel),
            cancel);
    }

    private static VersionReport Report(
        List<EncodedLabelledImage> images, FitReport fit, FitOptions options,
        IReadOnlyList<Advice> advice, int unreadable, int leftOut, TimeSpan taken)
    {
        var anomalies = images.Where(image => image.Image.IsAnomaly).Select(image => image.Image).ToList();
        var (areaUnderRoc, averagePrecision, f1, threshold) = VersionReport.Figures(fit);
        return new VersionReport
        {
            Good = images.Count - anomalies.Count,
            Anomalies = anomalies.Count,
            Drawn = anomalies.Count(image => image.Shapes.Count > 0),
            Classes =
            [
                .. anomalies.SelectMany(image => image.Shapes).Select(shape => shape.ClassName).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
            ],
            Unreadable = unreadable,
            LeftOut = leftOut,
            AreaUnderRoc = areaUnderRoc,
            AveragePrecision = averagePrecision,
            F1 = f1,
            Threshold = threshold,
            Options = options,
            Fit = fit,
            Advice = advice,
            EncodedImages = images.Count(image => !image.WasCached),
            Seconds = taken.TotalSeconds,
        };
    }

    private static JobOutcome Done(DetectorVersion version) => JobOutcome.Done("TrainingDone", [version.Number], PortalUrls.Training(version.ProjectId));

    /// <summary>What takes time, each with its own cost a step: an image that is encoded, that is learned from in an epoch, that is fitted.</summary>
    private sealed record Parts(JobPart Tokens, JobPart Prompts, IReadOnlyList<JobPart> Fit)
    {
        public IReadOnlyList<JobPart> All => [Tokens, Prompts, .. Fit];

        public static Parts Of(TrainingPlan plan, string encoderId, int images)
        {
            // Comparing images with each other takes longer the more there are: only trainings of about as many tell the cost.
            var size = (int)Math.Log2(Math.Max(1, images));
            return new Parts(
                new JobPart("Tokens", images, encoderId),
                new JobPart("Prompts", (plan.Prompts?.Settings.Epochs ?? 0) * images, encoderId),
                [.. Enum.GetValues<FitStep>().Select(step => new JobPart("Fit", images, $"{encoderId} {step} {size}"))]);
        }

        public void Report(JobContext job, FitProgress progress, int images)
        {
            for (var before = 0; before < (int)progress.Step; before++)
            {
                job.Report(Fit[before], images);
            }
            job.Report(Fit[(int)progress.Step], (int)(progress.Done * images));
        }
    }

    // Progress<T> would tell it later and out of order, on another thread.
    private sealed class Reporter(Action<FitProgress> report) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => report(value);
    }
}
