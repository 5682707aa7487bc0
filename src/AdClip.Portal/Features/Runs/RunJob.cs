using System.Numerics.Tensors;
using System.Text.Json;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Shell;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection.GoodImages;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.Imaging.Tiles;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Runs;

/// <summary>Inspects the images of a run. One image is one durable step, though several may be stored together.</summary>
/// <remarks>After a restart it looks up which rows there are and does the others; the unique index on run and image refuses a second row.</remarks>
internal sealed class RunJob(
    IDbContextFactory<PortalDb> dbs, ModelCatalog catalog, PlanOpener plans, ImageScoring scoring, BlobStore blobs, TimeProvider clock) : IJobHandler
{
    public const string Kind = "Run";

    public async Task<JobOutcome> RunAsync(JobContext job, CancellationToken cancel)
    {
        var runId = Guid.Parse(job.Payload);
        var (run, references, open) = await LoadAsync(runId, cancel);
        var plan = InspectionPlan.Of(run, references);

        // Counted in tiles; an image that is looked at whole is one.
        var (ofReferences, ofImages) = plan.Tiles is null ? (references.Count, run.ImageCount) : await CountTilesAsync(runId, plan.Tiles, cancel);
        var left = plan.Tiles is null ? open.Count : await CountTilesAsync(open, plan.Tiles, cancel);
        var (total, done) = (ofReferences + ofImages, ofImages - left);
        await job.BeginAsync(done, total);
        void Step(int tiles) => job.Report(Math.Min(total, Interlocked.Add(ref done, tiles)), total);

        using var opened = await plans.OpenAsync(run.ProjectId, plan, patience: null, Step, cancel);
        await NoteFitAsync(run, opened.GoodFit, cancel);
        // The bank may have been kept from an earlier run, in which case nobody counted.
        done = ofReferences + ofImages - left;
        job.Report(done, total);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = scoring.Parallelism, CancellationToken = cancel };
        var writer = new ResultWriter(dbs, blobs, plan.Tiles is null ? () => Step(1) : () => { });
        // A tile that is done shows at once; an image that is looked at whole, when it is stored.
        Action<int> looked = plan.Tiles is null ? _ => { } : Step;
        var writing = writer.RunAsync(cancel);
        try
        {
            await Parallel.ForEachAsync(
                open, parallel,
                async (image, stop) => await writer.AddAsync(
                    await InspectAsync(run.Id, image, () => opened.LookAsync(blobs.PathOf(image.Sha256), image.Sha256, looked, stop)), stop));
        }
        finally
        {
            // Images that are finished are stored even if another one fails.
            writer.Complete();
            await writing;
        }
        return await ConcludeAsync(run, plan, cancel);
    }

    private async Task NoteFitAsync(Run run, GoodFitReport? fit, CancellationToken cancel)
    {
        if (fit is not null)
        {
            await using var db = await dbs.CreateDbContextAsync(cancel);
            var settings = (RunSettings.Parse(run.Settings) with { GoodFit = fit }).ToJson();
            await db.Set<Run>().Where(one => one.Id == run.Id).ExecuteUpdateAsync(set => set.SetProperty(one => one.Settings, settings), cancel);
        }
    }

    private async Task<(Run Run, List<PlanReference> References, List<RunImage> Open)> LoadAsync(Guid runId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var run = await db.Set<Run>().AsNoTracking().SingleAsync(run => run.Id == runId, cancel);
        var references = await db.Set<RunReference>()
            .Where(reference => reference.RunId == runId)
            .OrderBy(reference => reference.Sha256)
            .Select(reference => new PlanReference(reference.ImageId, reference.Sha256))
            .ToListAsync(cancel);
        var open = await db.Set<RunImage>().AsNoTracking()
            .Where(image => image.RunId == runId
                && !db.Set<ImageResult>().Any(result => result.RunId == runId && result.ImageId == image.ImageId)
                && !db.Set<RunRefusal>().Any(refusal => refusal.RunId == runId && refusal.ImageId == image.ImageId))
            .OrderBy(image => image.Ordinal)
            .ToListAsync(cancel);
        return (run, references, open);
    }

    private async Task<(int OfReferences, int OfImages)> CountTilesAsync(Guid runId, TileSettings tiles, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        // Good images are cut side by side.
        var good = await db.Set<RunReference>()
            .Where(reference => reference.RunId == runId)
            .Join(db.Set<ImageRecord>(), reference => reference.ImageId, image => image.Id, (_, image) => new { image.Width, image.Height })
            .ToListAsync(cancel);
        var images = await db.Set<RunImage>()
            .Where(image => image.RunId == runId)
            .Join(db.Set<ImageRecord>(), image => image.ImageId, record => record.Id, (_, record) => new { record.Width, record.Height })
            .ToListAsync(cancel);
        return (
            good.Sum(size => TilePlan.For(size.Width, size.Height, tiles.Side, overlap: 0).Count),
            images.Sum(size => TilePlan.For(size.Width, size.Height, tiles.Side, tiles.Overlap).Count));
    }

    private async Task<int> CountTilesAsync(IReadOnlyList<RunImage> images, TileSettings tiles, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var count = 0;
        foreach (var some in images.Select(image => image.ImageId).Chunk(1000))
        {
            var sizes = await db.Set<ImageRecord>()
                .Where(image => some.Contains(image.Id))
                .Select(image => new { image.Width, image.Height })
                .ToListAsync(cancel);
            count += sizes.Sum(size => TilePlan.For(size.Width, size.Height, tiles.Side, tiles.Overlap).Count);
        }
        return count;
    }

    private async Task<Finding> InspectAsync(Guid runId, RunImage image, Func<Task<Inspection>> look)
    {
        try
        {
            var inspection = await look();
            var detection = inspection.Detection;
            var (smallest, largest) = (TensorPrimitives.Min<float>(detection.Map.Values), TensorPrimitives.Max<float>(detection.Map.Values));
            return new Finding(detection.Map, mapBlob => new ImageResult
            {
                RunId = runId,
                ImageId = image.ImageId,
                Score = detection.Score,
                ZeroShotScore = detection.ZeroShotScore,
                FewShotScore = detection.FewShotScore,
                ClassProbability = detection.ClassProbability,
                Probability = detection.Probability,
                ClassProbabilities = detection.Probability is null ? null : JsonSerializer.Serialize(detection.ClassProbabilities),
                MapBlob = mapBlob!,
                MapMin = smallest,
                MapMax = largest,
                Milliseconds = inspection.Milliseconds,
                WasCached = inspection.WasCached,
                CreatedAt = clock.GetUtcNow(),
            });
        }
        catch (RefusedInputException refused)
        {
            // One image that cannot be read does not cost the others their results.
            return new Finding(
                null,
                _ => new RunRefusal
                {
                    RunId = runId,
                    ImageId = image.ImageId,
                    Code = refused.Code.ToString(),
                    Arguments = JsonSerializer.Serialize(refused.Arguments),
                    Message = refused.Message,
                });
        }
    }

    private async Task<JobOutcome> ConcludeAsync(Run run, InspectionPlan plan, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var encoded = db.Set<ImageResult>().Where(result => result.RunId == run.Id && !result.WasCached);
        // An image in tiles is many images to the encoder: its time says nothing of one.
        if (plan.Tiles is null && await encoded.AnyAsync(cancel))
        {
            await catalog.NoteSpeedAsync(run.ModelId, await encoded.AverageAsync(result => result.Milliseconds, cancel), cancel);
        }
        var refused = await db.Set<RunRefusal>().CountAsync(refusal => refusal.RunId == run.Id, cancel);
        return JobOutcome.Done(refused == 0 ? "RunDone" : "RunDoneWithRefusals", [run.ImageCount - refused, refused], PortalUrls.Run(run.ProjectId, run.Id));
    }
}
