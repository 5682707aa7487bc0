using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Shell;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Graphs;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Models.EightBit;

/// <summary>Encodes and scores images of a project in 32 and in 8 bits and keeps the figures and the verdict.</summary>
/// <remarks>Up to ten good images make the bank that the others are compared with, as in a run; images are taken evenly from all.</remarks>
internal sealed class PrecisionCheckJob(
    IDbContextFactory<PortalDb> dbs, ModelCatalog catalog, DetectorPool detectors,
    BlobStore blobs, IOptions<ImagesOptions> images, TimeProvider clock) : IJobHandler
{
    public const string Kind = "PrecisionCheck";

    // Both must be open at once; where that much memory is never free the check says so.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private const int MostGood = 10;
    private const int MostCompared = 60;

    public async Task<JobOutcome> RunAsync(JobContext job, CancellationToken cancel)
    {
        var projectId = job.ProjectId ?? throw new InvalidOperationException("A precision check belongs to a project.");
        var model = await catalog.GetAsync(job.Payload, cancel);
        var (project, good, compared) = await LoadAsync(projectId, cancel);
        using var exact = await detectors.RentAsync(model.Id, null, cancel, Precision.Float32);
        using var coarse = await detectors.RentAsync(model.Id, null, cancel, Precision.Int8, Patience);
        var comparison = new PrecisionComparison(exact.Detector, coarse.Detector, new PromptSettings(ProductName: project.ObjectName));
        var (done, total) = (0, good.Count + compared.Count);
        await job.BeginAsync(0, total);
        await Task.Run(
            () =>
            {
                foreach (var sha256 in good)
                {
                    Step(() => comparison.AddReference(blobs.PathOf(sha256), images.Value.Limits));
                }
                foreach (var sha256 in compared)
                {
                    Step(() => comparison.Add(blobs.PathOf(sha256), images.Value.Limits));
                }
            },
            cancel);
        if (comparison.Images == 0)
        {
            throw new RefusedInputException(
                RefusalCode.FidelityImagesTooFew,
                $"{project.Name} has {comparison.Images} images that can be read; comparing "
                + $"8-bit arithmetic takes at least {PrecisionChecks.LeastImages}, so upload more.",
                project.Name, comparison.Images, PrecisionChecks.LeastImages);
        }
        var report = comparison.Report();
        await using var db = await dbs.CreateDbContextAsync(cancel);
        db.Add(new PrecisionCheck
        {
            ProjectId = projectId,
            ModelId = model.Id,
            Sha256 = model.Sha256,
            ImageSize = exact.Detector.Model.ImageSize,
            Passed = report.Passed,
            Figures = PrecisionCheck.Write(report),
            Speedup = comparison.Speedup,
            CheckedAt = clock.GetUtcNow(),
        });
        await db.SaveChangesAsync(cancel);
        return report.Passed
            ? JobOutcome.Done("PrecisionPassed", [model.Name, comparison.Images, Math.Round(comparison.Speedup, 2)], PortalUrls.ModelsRoute)
            : JobOutcome.Refused(PrecisionChecks.Insufficient(model.Name, report));

        void Step(Action work)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                work();
            }
            catch (RefusedInputException refused) when (refused.Code is not RefusalCode.WeightsNotFinite)
            {
                // An image that cannot be read does not stop the check; too few that can are told by the figures.
            }
            job.Report(++done, total);
        }
    }

    private async Task<(Project Project, List<string> Good, List<string> Compared)> LoadAsync(Guid projectId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var project = await db.Set<Project>().AsNoTracking().SingleAsync(project => project.Id == projectId, cancel);
        var present = db.Set<ImageRecord>()
            .AsNoTracking()
            .Where(image => image.ProjectId == projectId && image.DeletedAt == null)
            .OrderBy(image => image.Sha256);
        var good = await present.Where(image => image.Label == ImageLabel.Good).Take(MostGood).Select(image => image.Sha256).ToListAsync(cancel);
        var all = await present.Select(image => image.Sha256).ToListAsync(cancel);
        var step = Math.Max(1, all.Count / (double)MostCompared);
        return (project, good, [.. Enumerable.Range(0, Math.Min(all.Count, MostCompared)).Select(i => all[(int)(i * step)])]);
    }
}
