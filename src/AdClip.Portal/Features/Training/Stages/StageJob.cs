using System.Diagnostics;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Shell;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Datasets;
using AdClip.Vision.Detection;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Training.Stages;

/// <summary>Fills the table of an experiment cell by cell: tokens first, then each detector on each stage of each draw.</summary>
/// <remarks>Every cell is stored when it is done, so that a stopped experiment goes on with the next one.</remarks>
internal sealed class StageJob(
    IDbContextFactory<PortalDb> dbs, ModelCatalog catalog, DetectorPool detectors, TokenSource source,
    EncoderSlots slots, StageBoard board, BlobStore blobs, DataFolder data) : IJobHandler
{
    public const string Kind = "Stages";

    public async Task<JobOutcome> RunAsync(JobContext job, CancellationToken cancel)
    {
        var experiment = await board.OfJobAsync(job.JobId, cancel);
        var plan = StageBoard.PlanOf(experiment);
        var kept = await board.CellsAsync(experiment.Id, cancel);
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var noted = await StageImages.ReadAsync(db, StageImages.Parse(experiment.Images), cancel);
        var tested = plan.Supply.Tested(plan.Filled)!;
        int EffortOf(StageCellKey cell) => cell.Detector.Effort(cell.Stage, tested.Good + tested.Anomalies);
        // Each model encodes at its own speed, and each detector learns at its own.
        var tokens = plan.Models.ToDictionary(model => model.Id, model => new JobPart("Tokens", noted.Count, model.Id));
        var learning = plan.Cells()
            .GroupBy(cell => (cell.ModelId, cell.Detector))
            .ToDictionary(group => group.Key, group => new JobPart("Cells", group.Sum(EffortOf), $"{group.Key.ModelId} {group.Key.Detector}"));
        var done = learning.ToDictionary(
            part => part.Value,
            part => plan.Cells().Where(cell => (cell.ModelId, cell.Detector) == part.Key && kept.ContainsKey(cell)).Sum(EffortOf));
        await job.PlanAsync([.. tokens.Values, .. learning.Values], done);
        foreach (var planned in plan.Models)
        {
            var cells = plan.Cells().Where(cell => cell.ModelId == planned.Id && !kept.ContainsKey(cell)).ToList();
            var model = await catalog.GetAsync(planned.Id, cancel);
            if (model.Sha256 != planned.Sha256)
            {
                throw new RefusedInputException(
                    RefusalCode.StageExperimentOutdated,
                    $"The weights of {planned.Name} were exchanged after the experiment was made; start a new one.", planned.Name);
            }
            if (cells.Count > 0)
            {
                using var lease = await detectors.RentAsync(model.Id, null, cancel);
                var images = await EncodeAsync(lease.Detector, noted, one => job.Report(tokens[planned.Id], one), cancel);
                var whole = kept.Values.FirstOrDefault();
                foreach (var draw in cells.GroupBy(cell => cell.Seed))
                {
                    var split = Draw(images, plan.Filled, draw.Key);
                    // A draw depends on every image: with one fewer, cells of this attempt would not belong to those kept.
                    if (whole is not null && whole.TestedGood + whole.TestedAnomalies != split.Judged.Count)
                    {
                        throw new RefusedInputException(
                            RefusalCode.StageImagesUnreadable,
                            $"{noted.Count - images.Count} labelled images can no longer be read; start a new experiment without them.",
                            noted.Count - images.Count);
                    }
                    foreach (var cell in draw)
                    {
                        var learned = split.Learned[plan.Filled.ToList().IndexOf(cell.Stage)];
                        var part = learning[(cell.ModelId, cell.Detector)];
                        job.Enter(part);
                        var begin = Stopwatch.GetTimestamp();
                        var scratch = Path.Combine(data.Cache, $"stages-{job.JobId:N}");
                        var pupil = await slots.InSlotAsync(
                            () => StagePupil.Teach(cell.Detector, lease.Detector, plan.ObjectName, learned, cell.Seed, scratch, cancel),
                            cancel);
                        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
                        var figures = await pupil.MeasureAsync(learned, split.Judged, seconds, slots, cancel);
                        await board.KeepAsync(experiment.Id, cell, figures, cancel);
                        done[part] += EffortOf(cell);
                        job.Report(part, done[part]);
                    }
                }
            }
            // Nothing is encoded where every cell was kept, and what could not be read is done too.
            job.Report(tokens[planned.Id], noted.Count);
        }
        return JobOutcome.Done("StagesDone", [experiment.Number], PortalUrls.StageExperiment(experiment.ProjectId, experiment.Id));
    }

    /// <summary>The subsets of one draw, and what they are judged by.</summary>
    internal static NestedDraw<StageExample> Draw(IReadOnlyList<StageExample> images, IReadOnlyList<Stage> stages, int seed) =>
        NestedDraw.Of(
            [.. images.Where(image => !image.Image.IsAnomaly)],
            [.. images.Where(image => image.Image.IsAnomaly)], image => image.Image.Class, stages, seed);

    private async Task<List<StageExample>> EncodeAsync(
        DetectionModel detector, IReadOnlyList<LabelledImage> images, Action<int> report, CancellationToken cancel)
    {
        var examples = new StageExample?[images.Count];
        var done = 0;
        await Parallel.ForAsync(
            0, examples.Length, new ParallelOptions { MaxDegreeOfParallelism = slots.Parallelism, CancellationToken = cancel },
            async (i, stop) =>
            {
                examples[i] = await slots.InSlotAsync(() => Example(detector, images[i]), stop);
                report(Interlocked.Increment(ref done));
            });
        return [.. examples.OfType<StageExample>()];
    }

    private StageExample? Example(DetectionModel detector, LabelledImage image)
    {
        var path = blobs.PathOf(image.Sha256);
        try
        {
            source.Encode(detector, path, image.Sha256);
            return new StageExample(image, image.Mask(detector.Model.ImageSize), () => source.Encode(detector, path, image.Sha256).Tokens);
        }
        catch (RefusedInputException refused) when (refused.Code is not RefusalCode.WeightsNotFinite)
        {
            return null;
        }
    }
}
