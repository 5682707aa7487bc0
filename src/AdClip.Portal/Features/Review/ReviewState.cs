using System.Security.Claims;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Detection.Tiles;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Review;

/// <summary>What the pages of a run and of one result show and can do.</summary>
public sealed class ReviewState(IDbContextFactory<PortalDb> dbs, TimeProvider clock)
{
    private Dictionary<Guid, Verdict> _verdicts = [];
    private VerdictBand? _savedBand;
    private VerdictBand? _askedBand;

    /// <summary>Null until loaded, or when there is no such run in the project.</summary>
    public RunScores? Scores { get; private set; }

    /// <summary>How the run cut images; null: it looked at each whole.</summary>
    public TileSettings? Tiles { get; private set; }

    /// <summary>The job is not over: more results may come.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Scores from here on are called anomalous; null: nothing says where (<see cref="StartingThreshold"/>).</summary>
    public double? Threshold { get; set; }

    /// <summary>
    /// Pass, review and fail: as asked for or saved while <see cref="Threshold"/> is its end, else without a review; null without a threshold.
    /// </summary>
    public VerdictBand? Band => _askedBand is { } asked && asked.FailFrom == Threshold ? asked
        : _savedBand is { } saved && saved.FailFrom == Threshold ? saved
        : VerdictBand.At(Threshold);

    /// <summary>Whether <see cref="Threshold"/> was saved in the project for scores of this kind.</summary>
    public bool IsThresholdSaved { get; private set; }

    /// <summary>The scale on which people see scores; null: no good image is labelled.</summary>
    public ScoreScale? Scale => Scores?.Scale;

    public ResultFilter Filter { get; set; }

    public ResultOrder Order { get; set; }

    /// <summary>The largest value in any map of the run, in whole hundredths: colours mean the same on all its images.</summary>
    public int ScaleHighPercent { get; private set; } = 100;

    /// <summary>The threshold of the largest pixel-level F1; null where nobody has drawn a defect or it was never computed.</summary>
    public double? PixelThreshold { get; private set; }

    public IReadOnlyDictionary<Guid, Verdict> Verdicts => _verdicts;

    /// <summary>"#rrggbb" of each defect class of the project.</summary>
    public IReadOnlyDictionary<string, string> ClassColours { get; private set; } = new Dictionary<string, string>();

    /// <summary>The results that pass the filter, in order.</summary>
    public IReadOnlyList<ScoredImage> Shown => Scores is null ? [] : ResultList.Of(Scores.Images, Filter, Order, Band, _verdicts);

    /// <param name="threshold">Null: the run's <see cref="StartingThreshold"/>.</param>
    /// <param name="reviewFrom">Lower end of a band that ends at the threshold.</param>
    public async Task LoadAsync(Guid projectId, Guid runId, double? threshold = null, double? reviewFrom = null)
    {
        await using var db = await dbs.CreateDbContextAsync();
        var scores = await RunScores.ReadAsync(db, runId);
        if (scores?.Run.ProjectId != projectId)
        {
            Scores = null;
            return;
        }
        (Scores, Tiles) = (scores, RunSettings.Parse(scores.Run.Settings).Tiles);
        var state = await db.Set<JobRecord>().Where(job => job.Id == scores.Run.JobId).Select(job => job.State).SingleAsync();
        IsRunning = !state.IsOver();
        var saved = await ThresholdChoice.CurrentAsync(db, scores.Run);
        Threshold = threshold ?? StartingThreshold.Of(new ImageEvaluation(scores.Images), saved, scores.SuggestedThreshold)?.Band.FailFrom;
        IsThresholdSaved = saved is not null && saved.Value == Threshold;
        _savedBand = saved?.Band;
        _askedBand = threshold is { } failFrom && reviewFrom is { } lower ? new(Math.Min(lower, failFrom), failFrom) : null;
        var largest = await db.Set<ImageResult>().Where(result => result.RunId == runId).MaxAsync(result => (float?)result.MapMax) ?? 1;
        ScaleHighPercent = (int)Math.Clamp(Math.Ceiling(largest * 100), 1, 100);
        var report = await db.Set<PixelEvaluation>().AsNoTracking().Where(kept => kept.RunId == runId).Select(kept => kept.Report).FirstOrDefaultAsync();
        PixelThreshold = report is null ? null : PixelReport.Parse(report) is { Regions: > 0, BestF1: { } best } ? best.Threshold : null;
        _verdicts = await ReviewDecision.NewestAsync(db, runId);
        ClassColours = await db.Set<DefectClassRecord>()
            .Where(known => known.ProjectId == projectId)
            .ToDictionaryAsync(known => known.Name, known => known.Color);
    }

    /// <summary>The results before and after this one in the list; null at its ends, or when it is not in the list.</summary>
    public (ScoredImage? Previous, ScoredImage? Next, int Position, int Count) Around(Guid imageId)
    {
        var shown = Shown;
        for (var i = 0; i < shown.Count; i++)
        {
            if (shown[i].ImageId == imageId)
            {
                return (i > 0 ? shown[i - 1] : null, i + 1 < shown.Count ? shown[i + 1] : null, i + 1, shown.Count);
            }
        }
        // A verdict can take an image out of the list that it was opened from: go on at its beginning.
        return (null, shown.Count > 0 ? shown[0] : null, 0, shown.Count);
    }

    /// <summary>Notes a verdict; the earlier ones stay on record.</summary>
    public async Task DecideAsync(ScoredImage image, Verdict verdict, ClaimsPrincipal user)
    {
        await using var db = await dbs.CreateDbContextAsync();
        db.Add(new ReviewDecision
        {
            ResultId = image.ResultId,
            RunId = Scores!.Run.Id,
            ImageId = image.ImageId,
            Verdict = verdict,
            Threshold = Threshold,
            DecidedAt = clock.GetUtcNow(),
            DecidedBy = user.UserId(),
        });
        await db.SaveChangesAsync();
        _verdicts[image.ImageId] = verdict;
    }
}
