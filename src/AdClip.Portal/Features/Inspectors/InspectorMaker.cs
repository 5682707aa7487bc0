using System.Data;
using System.Globalization;
using System.Numerics.Tensors;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Inspectors;

/// <summary>Makes inspectors of runs and of trained detectors: everything that their verdicts depend on is fixed here.</summary>
public sealed class InspectorMaker(
    IDbContextFactory<PortalDb> dbs, IScoreThresholds thresholds, DetectorVersions versions, Planner planner, PlanOpener plans,
    BlobStore blobs, IStringLocalizer<InspectorsText> text, TimeProvider clock)
{
    private const int MostColourImages = 20;
    private static readonly TimeSpan MemoryPatience = TimeSpan.FromSeconds(30);

    /// <summary>An inspector with the plan of a run. Durable when it returns.</summary>
    /// <param name="name">Null: one is proposed.</param>
    /// <exception cref="RefusedInputException">The project has no such run, or no image that says where the band lies.</exception>
    public async Task<Inspector> OfRunAsync(Project project, Guid runId, string? name, Guid userId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var run = await db.Set<Run>().AsNoTracking().SingleOrDefaultAsync(run => run.Id == runId && run.ProjectId == project.Id, cancel)
            ?? throw new RefusedInputException(
                RefusalCode.InspectorSourceUnknown, $"This project has no run {runId}, so no inspector can be made of it; choose one of its runs.", runId);
        var references = await db.Set<RunReference>().AsNoTracking()
            .Where(reference => reference.RunId == runId)
            .OrderBy(reference => reference.Sha256)
            .Select(reference => new PlanReference(reference.ImageId, reference.Sha256))
            .ToListAsync(cancel);
        var plan = InspectionPlan.Of(run, references);
        var detector = plan.DetectorId is { } detectorId ? await versions.GetAsync(project.Id, detectorId, cancel) : null;
        var (samples, mapHigh) = await ResultsAsync(db, run, plan, cancel);
        if (detector is not null && samples.All(sample => sample.IsAnomaly))
        {
            // It learned from every good image of the run: what it said of them when it had not seen them is all there is.
            samples = OutOfFold(detector);
        }
        if (samples.All(sample => sample.IsAnomaly))
        {
            throw new RefusedInputException(
                RefusalCode.InspectorWithoutGood,
                $"None of the {run.ImageCount} images of the run is labelled good, so nothing says which scores good parts have; label some good.",
                run.ImageCount);
        }
        return await AddAsync(project, plan, samples, detector, mapHigh, run.Id, name, userId, cancel);
    }

    /// <summary>An inspector with the plan of a trained detector. Durable when it returns.</summary>
    /// <param name="name">Null: one is proposed.</param>
    /// <exception cref="RefusedInputException">The project has no such detector, or its model is gone or exchanged.</exception>
    public async Task<Inspector> OfDetectorAsync(Project project, Guid detectorId, string? name, Guid userId, CancellationToken cancel)
    {
        var detector = await versions.GetAsync(project.Id, detectorId, cancel);
        var (plan, _, _) = await planner.OfDetectorAsync(detector, MemoryPatience, cancel);
        var samples = OutOfFold(detector);
        var mapHigh = await MapHighAsync(project.Id, plan, [.. samples.Where(sample => !sample.IsAnomaly).Select(sample => sample.Id)], cancel);
        return await AddAsync(project, plan, samples, detector, mapHigh, runId: null, name, userId, cancel);
    }

    /// <summary>What people may call it: model, what it compares with, day.</summary>
    public string ProposedName(InspectionPlan plan)
    {
        var day = TimeZoneInfo.ConvertTime(clock.GetUtcNow(), clock.LocalTimeZone).ToString("m", CultureInfo.CurrentCulture);
        var name = plan switch
        {
            { DetectorNumber: { } number } => text["ProposedDetector", plan.ModelName, number, day],
            { ReferenceImages.Count: 0 } => text["ProposedWords", plan.ModelName, day],
            _ => text["ProposedReferences", plan.ModelName, plan.ReferenceImages.Count, day],
        };
        return name.Value.Length > InspectorBoard.LongestName ? name.Value[..InspectorBoard.LongestName] : name.Value;
    }

    private async Task<Inspector> AddAsync(
        Project project, InspectionPlan plan, IReadOnlyList<ScoredSample> samples, DetectorVersion? detector, float? mapHigh,
        Guid? runId, string? name, Guid userId, CancellationToken cancel)
    {
        var (band, origin, figures) = await BandAsync(project.Id, plan, samples, detector, cancel);
        var called = string.IsNullOrWhiteSpace(name) ? ProposedName(plan) : InspectorBoard.CheckedName(name);
        await using var db = await dbs.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.Serializable, cancel);
        var last = await db.Set<Inspector>().Where(other => other.ProjectId == project.Id).MaxAsync(other => (int?)other.Number, cancel) ?? 0;
        var inspector = new Inspector
        {
            ProjectId = project.Id,
            Number = last + 1,
            Name = called,
            State = InspectorState.Candidate,
            Plan = plan.ToJson(),
            ScoreIdentity = plan.ScoreIdentity,
            ReviewFrom = band.ReviewFrom,
            FailFrom = band.FailFrom,
            BandOrigin = origin,
            BandFigures = figures.ToJson(),
            Scale = InspectorScale.Of(BandFigures.Scores(samples, isAnomaly: false)),
            MapHigh = mapHigh,
            RunId = runId,
            DetectorId = plan.DetectorId,
            CreatedAt = clock.GetUtcNow(),
            CreatedBy = userId,
        };
        db.Add(inspector);
        db.AddRange(plan.ReferenceImages.Select(reference => reference.Sha256).Distinct(StringComparer.Ordinal)
            .Select(sha256 => new InspectorReference { InspectorId = inspector.Id, Sha256 = sha256 }));
        db.Add(new InspectorEvent { InspectorId = inspector.Id, Kind = InspectorEventKind.Made, Reason = "", At = inspector.CreatedAt, By = userId });
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return inspector;
    }

    private async Task<RuledBand> BandAsync(
        Guid projectId, InspectionPlan plan, IReadOnlyList<ScoredSample> samples, DetectorVersion? detector, CancellationToken cancel)
    {
        if (await thresholds.NewestAsync(projectId, plan.ScoreIdentity, cancel) is { } saved)
        {
            return new RuledBand(saved, BandOrigin.Saved, BandFigures.Of(saved, samples));
        }
        // A run over images that the detector had not seen says more than the training.
        var isMeasured = samples.Any(sample => sample.Origin == ScoreOrigin.Test && !sample.IsAnomaly);
        if (!isMeasured && detector is not null && VerdictBand.At(VersionReport.Parse(detector.Report).Threshold) is { } suggested)
        {
            return new RuledBand(suggested, BandOrigin.Suggested, BandFigures.Of(suggested, samples));
        }
        return RuledBand.Of(samples);
    }

    // Labelled results that the plan's parts have not learned from; the maps of all good ones.
    private static async Task<(IReadOnlyList<ScoredSample> Samples, float? MapHigh)> ResultsAsync(
        PortalDb db, Run run, InspectionPlan plan, CancellationToken cancel)
    {
        var learned = await RunLearning.ImagesAsync(db, plan.DetectorId, plan.Prompts?.CheckpointId, cancel);
        var rows = await (
            from result in db.Set<ImageResult>()
            join image in db.Set<ImageRecord>() on result.ImageId equals image.Id
            where result.RunId == run.Id && image.DeletedAt == null && image.Label != ImageLabel.Unlabelled
                // An image that was compared with no good image has a score of another scale.
                && (run.ReferenceCount == 0 || result.FewShotScore != null)
            orderby image.Sha256
            select new
            {
                image.Sha256,
                result.Score,
                result.MapMax,
                IsAnomaly = image.Label == ImageLabel.Anomaly,
                IsReference = db.Set<RunReference>().Any(reference => reference.RunId == run.Id && reference.Sha256 == image.Sha256),
                IsLearned = learned.Contains(image.Sha256),
            }).AsNoTracking().ToListAsync(cancel);
        var good = rows.Where(row => !row.IsAnomaly).ToList();
        return (
            [.. rows.Where(row => !row.IsLearned).Select(
                row => new ScoredSample(row.Sha256, row.Score, row.IsAnomaly, row.IsReference ? ScoreOrigin.OutOfFold : ScoreOrigin.Test))],
            good.Count == 0 ? null : good.Max(row => row.MapMax));
    }

    private static IReadOnlyList<ScoredSample> OutOfFold(DetectorVersion detector) =>
        [.. VersionReport.Parse(detector.Report).Fit.Scores.Select(
            score => new ScoredSample(score.Sha256, score.Score, score.IsAnomaly, ScoreOrigin.OutOfFold))];

    private async Task<float?> MapHighAsync(Guid projectId, InspectionPlan plan, IReadOnlyList<string> good, CancellationToken cancel)
    {
        using var opened = await plans.OpenAsync(projectId, plan, MemoryPatience, _ => { }, cancel);
        float? high = null;
        foreach (var sha256 in good.Where(blobs.Exists).Take(MostColourImages))
        {
            var map = (await opened.LookAsync(blobs.PathOf(sha256), sha256, _ => { }, cancel)).Detection.Map;
            high = Math.Max(high ?? float.MinValue, TensorPrimitives.Max<float>(map.Values));
        }
        return high;
    }
}
