using System.Diagnostics;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Shell;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Graphs;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Models.Measuring;

/// <summary>Measures a model on this machine in every way that it can be run, with a synthetic image.</summary>
/// <remarks>The numbers are of the machine as it is at that moment: other work beside it makes them worse.</remarks>
internal sealed class ModelMeasureJob(IDbContextFactory<PortalDb> dbs, ModelCatalog catalog, DetectorPool detectors, TimeProvider clock) : IJobHandler
{
    public const string Kind = "ModelMeasure";
    private const int ImagesPerCaller = 4;

    public async Task<JobOutcome> RunAsync(JobContext job, CancellationToken cancel)
    {
        var model = await catalog.GetAsync(job.Payload, cancel);
        var ways = Ways(model).ToList();
        await job.BeginAsync(0, ways.Count);
        var measured = new List<ModelMeasurement>();
        foreach (var (i, way) in ways.Index())
        {
            try
            {
                using var lease = await detectors.RentAsync(model.Id, null, way, null, cancel);
                measured.Add(await Task.Run(() => Measure(model, lease.Detector, cancel), cancel));
            }
            catch (RefusedInputException refused) when (refused.Code == RefusalCode.DeviceOutOfMemory)
            {
                // The device is too small for this way; the others tell enough.
            }
            job.Report(i + 1, ways.Count);
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        db.AddRange(measured);
        await db.SaveChangesAsync(cancel);
        var best = measured.MaxBy(measurement => measurement.ImagesPerSecond)!;
        return JobOutcome.Done("MeasureDone", [model.Name, Math.Round(best.ImagesPerSecond, 1)], PortalUrls.ModelsRoute);
    }

    private IEnumerable<SessionSettings> Ways(ModelRecord model)
    {
        yield return detectors.ManyCallers(Precision.Float32);
        yield return detectors.ManyCallers(Precision.Float16);
        if (model.HasEightBit)
        {
            yield return detectors.ManyCallers(Precision.Int8);
        }
        if (Environment.ProcessorCount > 1)
        {
            yield return detectors.ManyCallers(Precision.Float32) with { Threads = Environment.ProcessorCount };
        }
    }

    private ModelMeasurement Measure(ModelRecord model, DetectionModel detector, CancellationToken cancel)
    {
        var (side, threads) = (detector.Model.ImageSize, detector.Execution.Settings.Threads);
        var callers = Math.Max(1, Environment.ProcessorCount / threads);
        var random = new Random(1);
        float[] pixels = [.. Enumerable.Range(0, 3 * side * side).Select(_ => (random.NextSingle() * 4) - 2)];
        detector.Encode(pixels);
        var times = new double[callers * ImagesPerCaller];
        var begin = Stopwatch.GetTimestamp();
        Parallel.For(0, times.Length, new ParallelOptions { MaxDegreeOfParallelism = callers, CancellationToken = cancel }, i =>
        {
            var start = Stopwatch.GetTimestamp();
            detector.Encode(pixels);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        });
        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        Array.Sort(times);
        return new ModelMeasurement
        {
            ModelId = model.Id,
            Sha256 = model.Sha256,
            ImageSize = side,
            Device = detector.Execution.Device.ToString(),
            Precision = detector.Execution.Settings.Precision,
            Threads = threads,
            Callers = callers,
            MillisecondsPerImage = times[times.Length / 2],
            ImagesPerSecond = times.Length / seconds,
            Bytes = DetectorPool.BytesOf(model, side, detector.Execution.Settings),
            MeasuredAt = clock.GetUtcNow(),
        };
    }
}
