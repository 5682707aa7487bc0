using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Shell;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Graphs;
using AdClip.Vision.Metrics;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Inspectors.Gate;

/// <summary>Looks at the golden images with a candidate and with the inspector in use, and keeps what it found.</summary>
/// <remarks>One model is open at a time. Started again, it begins anew: tokens are kept, so that costs little.</remarks>
internal sealed class GateJob(
    IDbContextFactory<PortalDb> dbs, InspectorBoard board, IGoldenImages golden, PlanOpener plans, ModelCatalog catalog,
    DetectorPool detectors, BlobStore blobs, TimeProvider clock) : IJobHandler
{
    public const string Kind = "InspectorCheck";

    /// <summary>Area under the ROC curve that tiles may cost.</summary>
    public const double MostAreaLost = 0.02;

    private const int TimedImages = 3;

    public async Task<JobOutcome> RunAsync(JobContext job, CancellationToken cancel)
    {
        var projectId = job.ProjectId ?? throw new InvalidOperationException("An inspector belongs to a project.");
        var inspector = (await board.ListAsync(projectId, cancel)).Single(inspector => inspector.Id == Guid.Parse(job.Payload));
        var resultUrl = PortalUrls.Inspector(projectId, inspector.Id);
        await using (var db = await dbs.CreateDbContextAsync(cancel))
        {
            if (await db.Set<InspectorCheck>().AsNoTracking().SingleOrDefaultAsync(check => check.JobId == job.JobId, cancel) is { } done)
            {
                return Outcome(GateReport.Parse(done.Report), inspector, resultUrl);
            }
        }
        var active = await board.ActiveAsync(projectId, cancel);
        active = active?.Id == inspector.Id ? null : active;
        var (source, images) = await golden.OfProjectAsync(projectId, cancel);
        var plan = InspectionPlan.Parse(inspector.Plan);
        var variants = await VariantsAsync(plan, cancel);
        var (step, steps) = (0, images.Count * (1 + variants.Count + (active is null ? 0 : 1)));
        await job.BeginAsync(0, steps);
        void Step() => job.Report(Interlocked.Increment(ref step), steps);

        var candidate = await LookAsync(projectId, plan, images, isTimed: true, Step, cancel);
        var present = active is null
            ? null
            : await LookAsync(projectId, InspectionPlan.Parse(active.Plan), images, isTimed: true, Step, cancel);
        List<GateParity> parity = [];
        foreach (var (kind, variant) in variants)
        {
            var exact = await LookAsync(projectId, variant, images, isTimed: false, Step, cancel);
            parity.Add(ParityOf(kind, images, exact.Scores, candidate.Scores));
        }
        var report = new GateReport(
            source,
            candidate.Scores.Count(score => score is not null),
            candidate.Scores.Count(score => score is null),
            await SideAsync(inspector, plan, images, candidate, cancel),
            active is null ? null : await SideAsync(active, InspectionPlan.Parse(active.Plan), images, present!, cancel),
            active is null
                ? []
                : GateReport.ChangesOf(
                    from i in Enumerable.Range(0, images.Count)
                    where present!.Scores[i] is not null && candidate.Scores[i] is not null
                    select (images[i], present!.Scores[i]!.Value, candidate.Scores[i]!.Value),
                    active.Band, inspector.Band),
            parity);
        await using (var db = await dbs.CreateDbContextAsync(cancel))
        {
            db.Add(new InspectorCheck
            {
                InspectorId = inspector.Id,
                JobId = job.JobId,
                ActiveId = active?.Id,
                Report = report.ToJson(),
                CheckedAt = clock.GetUtcNow(),
            });
            await db.SaveChangesAsync(cancel);
        }
        return Outcome(report, inspector, resultUrl);
    }

    private static JobOutcome Outcome(GateReport report, Inspector inspector, string resultUrl) =>
        JobOutcome.Done(report.Passes ? "GatePassed" : "GateWorse", [inspector.Number, report.Images, report.Worse.Count], resultUrl);

    /// <summary>The same plan without what makes it cheaper.</summary>
    private async Task<List<(ParityKind Kind, InspectionPlan Plan)>> VariantsAsync(InspectionPlan plan, CancellationToken cancel)
    {
        List<(ParityKind Kind, InspectionPlan Plan)> variants = [];
        if (plan.IsEightBit)
        {
            using var lease = await detectors.RentAsync(plan.ModelId, plan.ImageSize, cancel, Precision.Float32);
            var exact = plan with
            {
                IsEightBit = false,
                IsFullPrecision = true,
                EncoderId = lease.Detector.EncoderId,
                ScoreIdentity = $"{plan.ScoreIdentity}-exact",
            };
            variants.Add((ParityKind.EightBit, exact));
        }
        if (plan.Tiles is not null)
        {
            variants.Add((ParityKind.Tiles, plan with { Tiles = null, ScoreIdentity = $"{plan.ScoreIdentity}-whole" }));
        }
        return variants;
    }

    private async Task<Looked> LookAsync(
        Guid projectId, InspectionPlan plan, IReadOnlyList<GoldenImage> images, bool isTimed, Action step, CancellationToken cancel)
    {
        using var opened = await plans.OpenAsync(projectId, plan, patience: null, _ => { }, cancel);
        var scores = new double?[images.Count];
        // One at a time where it is the only one: whoever waits for an image comes between.
        for (var i = 0; i < scores.Length; i++)
        {
            cancel.ThrowIfCancellationRequested();
            scores[i] = await ScoreAsync(opened, images[i].Sha256, cancel);
            step();
        }
        List<double> times = [];
        if (isTimed)
        {
            foreach (var sha256 in await ToTimeAsync(projectId, images, cancel))
            {
                if (await TimeAsync(opened, sha256, cancel) is { } milliseconds)
                {
                    times.Add(milliseconds);
                }
            }
        }
        times.Sort();
        return new Looked(scores, times.Count == 0 ? null : times[times.Count / 2]);
    }

    // An image that cannot be read any longer, or that the inspection area does not fit, says nothing; the report counts it.
    private async Task<double?> ScoreAsync(OpenPlan opened, string sha256, CancellationToken cancel)
    {
        try
        {
            return (await opened.LookAsync(blobs.PathOf(sha256), sha256, _ => { }, cancel)).Detection.Score;
        }
        catch (RefusedInputException refused) when (refused.Code is not RefusalCode.WeightsNotFinite)
        {
            return null;
        }
    }

    private async Task<double?> TimeAsync(OpenPlan opened, string sha256, CancellationToken cancel)
    {
        try
        {
            return await opened.MillisecondsAsync(blobs.PathOf(sha256), sha256, cancel);
        }
        catch (RefusedInputException refused) when (refused.Code is not RefusalCode.WeightsNotFinite)
        {
            return null;
        }
    }

    // Without golden images any of the project tells the speed as well.
    private async Task<IReadOnlyList<string>> ToTimeAsync(Guid projectId, IReadOnlyList<GoldenImage> images, CancellationToken cancel)
    {
        if (images.Count > 0)
        {
            return [.. images.Take(TimedImages).Select(image => image.Sha256)];
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<ImageRecord>()
            .Where(image => image.ProjectId == projectId && image.DeletedAt == null)
            .OrderByDescending(image => image.Id)
            .Select(image => image.Sha256)
            .Take(TimedImages)
            .ToListAsync(cancel);
    }

    private async Task<GateSide> SideAsync(
        Inspector inspector, InspectionPlan plan, IReadOnlyList<GoldenImage> images, Looked looked, CancellationToken cancel)
    {
        var model = await catalog.GetAsync(plan.ModelId, cancel);
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var learned = plan.DetectorId is { } detectorId
            ? await db.Set<DetectorVersionImage>().Where(image => image.VersionId == detectorId).Select(image => image.Sha256).ToListAsync(cancel)
            : [];
        IEnumerable<double> ScoresOf(bool isAnomaly) =>
            from i in Enumerable.Range(0, images.Count)
            where images[i].IsAnomaly == isAnomaly && looked.Scores[i] is not null
            select looked.Scores[i]!.Value;
        return new GateSide(
            inspector.Number, inspector.Band.Count(ScoresOf(false)), inspector.Band.Count(ScoresOf(true)),
            images.Count(image => learned.Contains(image.Sha256)), looked.Milliseconds,
            DetectorPool.BytesOf(model, plan.ImageSize, detectors.ManyCallers(plan.Precision)));
    }

    internal static GateParity ParityOf(ParityKind kind, IReadOnlyList<GoldenImage> images, IReadOnlyList<double?> exact, IReadOnlyList<double?> candidate)
    {
        List<int> both = [.. Enumerable.Range(0, images.Count).Where(i => exact[i] is not null && candidate[i] is not null)];
        if (kind == ParityKind.EightBit)
        {
            double? largest = both.Count == 0 ? null : both.Max(i => Math.Abs(exact[i]!.Value - candidate[i]!.Value));
            return new GateParity(kind, both.Count, largest, new FidelityLimits().ScoreDifference);
        }
        // Scores of tiles lie on another scale than those of whole images: only the order of the images can be compared.
        bool[] truths = [.. both.Select(i => images[i].IsAnomaly)];
        if (!truths.Contains(true) || !truths.Contains(false))
        {
            return new GateParity(kind, both.Count, Value: null, MostAreaLost);
        }
        double? AreaOf(IReadOnlyList<double?> scores) => PrecisionRecallCurve.FromScores([.. both.Select(i => scores[i]!.Value)], truths).AreaUnderRoc;
        return new GateParity(kind, both.Count, AreaOf(exact) - AreaOf(candidate), MostAreaLost);
    }

    private sealed record Looked(IReadOnlyList<double?> Scores, double? Milliseconds);
}
