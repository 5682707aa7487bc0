using System.Text.Json;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models;
using AdClip.Portal.Shell;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Clip;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Training;

/// <summary>Fits a detector to the labelled images of a project: tokens first, then the fit, then a version of it.</summary>
/// <remarks>After a restart tokens that were made are found in the cache, and a version that was stored is found by its job.</remarks>
internal sealed class TrainingJob(
    IDbContextFactory<PortalDb> dbs, ModelCatalog catalog, DetectorPool detectors, TokenSource source, EncoderSlots slots, DetectorVersions versions, BlobStore blobs, IOptions<TrainingOptions> options, TimeProvider clock) : IJobHandler
{
    public const string Kind = "Training";

    private static readonly int FitSteps = Enum.GetValues<FitStep>().Length;

    public async Task<JobOutcome> RunAsync(JobContext job, CancellationToken cancel)
    {
        var projectId = job.ProjectId ?? throw new InvalidOperationException("A training belongs to a project.");
        if (await versions.OfJobAsync(job.JobId, cancel) is { } stored)
        {
            return Done(stored);
        }
        var plan = JsonSerializer.Deserialize<TrainingPlan>(job.Payload) ?? throw new JsonException("The plan of the training is empty.");
        var begin = clock.GetTimestamp();
        var model = await catalog.GetAsync(plan.ModelId, cancel);
        using var lease = await detectors.RentAsync(model.Id, null, cancel);
        var detector = lease.Detector;
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var (images, leftOut) = await LabelledImages.ReadAsync(db, projectId, options.Value.MaxImages, cancel);
        // The fit counts as much as the images: it takes about as long where their tokens are kept.
        var total = 2 * images.Count;
        await job.BeginAsync(0, total);

        var encoded = await EncodeAsync(detector, images, plan.Options.RotatesPart, done => job.Report(done, total), cancel);
        var readable = encoded.OfType<EncodedImage>().ToList();
        var progress = new Reporter(fit => job.Report(images.Count + (int)(((int)fit.Step + fit.Done) / FitSteps * images.Count), total));
        var texts = detector.EncodePrompts(new PromptSettings(ProductName: plan.ObjectName));
        var side = detector.Model.ImageSize;
        var fitted = await slots.InSlotAsync(
            () => FittedDetector.Fit(texts, detector.FitContext, [.. readable.SelectMany(image => image.Labelled(side))], plan.Options, progress, cancel), cancel);
        var advice = await Task.Run(() => DataAdvisor.Advise([.. readable.Select(image => image.Image.Advised(image.Views[0].ClassToken))], side, detector.Model.Architecture.PatchSize, cancel), cancel);
        var report = Report(readable, fitted.Report, plan.Options, advice, images.Count - readable.Count, leftOut, clock.GetElapsedTime(begin));
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
                Kind = DetectorKind.Fitted,
                ParentId = null,
                Blob = blob,
                Report = report.ToJson(),
                CreatedAt = clock.GetUtcNow(),
                CreatedBy = plan.CreatedBy,
            },
            readable.Select(image => image.Image.Sha256),
            cancel);
        return Done(version);
    }

    private async Task<EncodedImage?[]> EncodeAsync(ClipDetector detector, IReadOnlyList<LabelledImage> images, bool turns, Action<int> report, CancellationToken cancel)
    {
        var encoded = new EncodedImage?[images.Count];
        var done = 0;
        await Parallel.ForAsync(0, encoded.Length, new ParallelOptions { MaxDegreeOfParallelism = slots.Parallelism, CancellationToken = cancel }, async (i, stop) =>
        {
            encoded[i] = await slots.InSlotAsync(() => Encode(detector, images[i], turns && !images[i].IsAnomaly), stop);
            report(Interlocked.Increment(ref done));
        });
        return encoded;
    }

    // An image that cannot be read does not stop the training; the report counts it.
    private EncodedImage? Encode(ClipDetector detector, LabelledImage image, bool turned)
    {
        try
        {
            var path = blobs.PathOf(image.Sha256);
            var (upright, wasCached) = source.Encode(detector, path, image.Sha256);
            IReadOnlyList<int> turns = turned ? [1, 2, 3] : [];
            return new EncodedImage(image, [upright, .. turns.Select(turn => source.EncodeTurned(detector, path, image.Sha256, turn))], wasCached);
        }
        catch (RefusedInputException refused) when (refused.Code is not RefusalCode.WeightsNotFinite)
        {
            return null;
        }
    }

    private static VersionReport Report(List<EncodedImage> images, FitReport fit, FitOptions options, IReadOnlyList<Advice> advice, int unreadable, int leftOut, TimeSpan taken)
    {
        var anomalies = images.Where(image => image.Image.IsAnomaly).Select(image => image.Image).ToList();
        var (areaUnderRoc, averagePrecision, f1, threshold) = VersionReport.Figures(fit);
        return new VersionReport(
            images.Count - anomalies.Count, anomalies.Count, anomalies.Count(image => image.Shapes.Count > 0),
            [.. anomalies.SelectMany(image => image.Shapes).Select(shape => shape.ClassName).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            unreadable, leftOut, areaUnderRoc, averagePrecision, f1, threshold, options, fit, advice, images.Count(image => !image.WasCached), taken.TotalSeconds);
    }

    private static JobOutcome Done(DetectorVersion version) => JobOutcome.Done("TrainingDone", [version.Number], PortalUrls.Training(version.ProjectId));

    /// <param name="Views">Upright, and turned where that was asked for.</param>
    private sealed record EncodedImage(LabelledImage Image, IReadOnlyList<ImageTokens> Views, bool WasCached)
    {
        public IEnumerable<LabelledTokens> Labelled(int side)
        {
            var mask = Image.Mask(side);
            return Views.Select(tokens => new LabelledTokens(Image.Sha256, tokens, Image.IsAnomaly, Image.Class, mask));
        }
    }

    // Progress<T> would tell it later and out of order, on another thread.
    private sealed class Reporter(Action<FitProgress> report) : IProgress<FitProgress>
    {
        public void Report(FitProgress value) => report(value);
    }
}
