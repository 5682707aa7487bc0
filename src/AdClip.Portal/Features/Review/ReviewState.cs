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
    // This person's verdicts of this visit that could be undone, newest on top.
    private readonly Stack<(Guid DecisionId, ScoredImage Image, ReviewVerdict Verdict)> _mine = [];
    private Dictionary<Guid, StandingVerdict> _verdicts = [];
    private Dictionary<Guid, string> _people = [];
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

    /// <summary>What people say, by image.</summary>
    public IReadOnlyDictionary<Guid, StandingVerdict> Verdicts => _verdicts;

    /// <summary>Names of those who said it.</summary>
    public IReadOnlyDictionary<Guid, string> People => _people;

    /// <summary>"#rrggbb" of each defect class of the project.</summary>
    public IReadOnlyDictionary<string, string> ClassColours { get; private set; } = new Dictionary<string, string>();

    /// <summary>The results that pass the filter, in order.</summary>
    public IReadOnlyList<ScoredImage> Shown => Scores is null ? [] : ResultList.Of(Scores.Images, Filter, Order, Band, _verdicts);

    /// <param name="threshold">Null: the run's <see cref="StartingThreshold"/>.</param>
    /// <param name="reviewFrom">Lower end of a band that ends at the threshold.</param>
    public async Task LoadAsync(Guid projectId, Guid runId, double? threshold = null, double? reviewFrom = null)
    {
        await using var db = await dbs.CreateDbContextAsync();
        if (Scores?.Run.Id != runId)
        {
            _mine.Clear();
        }
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
        Threshold = threshold ?? StartingThreshold.Of(new ImageEvaluation(scores.On(null).Images), saved, scores.SuggestedThreshold)?.Band.FailFrom;
        IsThresholdSaved = saved is not null && saved.Value == Threshold;
        _savedBand = saved?.Band;
        _askedBand = threshold is { } failFrom && reviewFrom is { } lower ? new(Math.Min(lower, failFrom), failFrom) : null;
        var largest = await db.Set<ImageResult>().Where(result => result.RunId == runId).MaxAsync(result => (float?)result.MapMax) ?? 1;
        ScaleHighPercent = (int)Math.Clamp(Math.Ceiling(largest * 100), 1, 100);
        var report = await db.Set<PixelEvaluation>().AsNoTracking().Where(kept => kept.RunId == runId)
            .OrderByDescending(kept => kept.CreatedAt)
            .Select(kept => kept.Report)
            .FirstOrDefaultAsync();
        PixelThreshold = report is null ? null : PixelReport.Parse(report) is { Regions: > 0, BestF1: { } best } ? best.Threshold : null;
        _verdicts = await ReviewDecision.NewestAsync(db, runId);
        await NameAsync(db);
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

    /// <summary>Notes a verdict; the earlier ones stay on record. False: the same person said the same before, and it holds.</summary>
    public async Task<bool> DecideAsync(ScoredImage image, ReviewVerdict verdict, ClaimsPrincipal user)
    {
        var userId = user.UserId();
        await using var db = await dbs.CreateDbContextAsync();
        // Somebody else may have decided meanwhile: what is shown is not what counts.
        var standing = (await ReviewDecision.NewestAsync(db, Scores!.Run.Id, image.ImageId)).GetValueOrDefault(image.ImageId);
        if (standing is { } held && held.Verdict == verdict && held.DecidedBy == userId)
        {
            await ShowAsync(db, image.ImageId);
            return false;
        }
        var decision = Row(image, userId, verdict, withdraws: null);
        db.Add(decision);
        await db.SaveChangesAsync();
        _mine.Push((decision.Id, image, verdict));
        await ShowAsync(db, image.ImageId);
        return true;
    }

    /// <summary>
    /// Withdraws this person's last verdict: the last one of this visit that still counts, else the one that holds on <paramref name="shown"/>
    /// if it is theirs. What held before holds again. Null: there is nothing to undo.
    /// </summary>
    public async Task<(ScoredImage Image, ReviewVerdict Verdict)?> UndoAsync(ScoredImage shown, ClaimsPrincipal user)
    {
        while (_mine.TryPop(out var last))
        {
            if (await WithdrawAsync(last.DecisionId, last.Image, user))
            {
                return (last.Image, last.Verdict);
            }
        }
        var held = _verdicts.GetValueOrDefault(shown.ImageId);
        return held is not null && held.DecidedBy == user.UserId() && await WithdrawAsync(held.DecisionId, shown, user) ? (shown, held.Verdict) : null;
    }

    /// <summary>The last verdict of this visit; null: none that could be undone.</summary>
    public Guid? LastDecisionId => _mine.TryPeek(out var last) ? last.DecisionId : null;

    /// <summary>Withdraws one of this person's verdicts; false: it was withdrawn before, or is somebody else's.</summary>
    public async Task<bool> WithdrawAsync(Guid decisionId, ScoredImage image, ClaimsPrincipal user)
    {
        var userId = user.UserId();
        await using var db = await dbs.CreateDbContextAsync();
        var counts = await ReviewDecision.Standing(db).AnyAsync(decision => decision.Id == decisionId && decision.DecidedBy == userId);
        if (counts)
        {
            db.Add(Row(image, userId, verdict: null, decisionId));
            try
            {
                await db.SaveChangesAsync();
            }
            catch (DbUpdateException)
            {
                if (await ReviewDecision.Standing(db).AnyAsync(decision => decision.Id == decisionId))
                {
                    throw;
                }
                // Pressed in two windows at once: it is withdrawn, which is what was wanted.
                db.ChangeTracker.Clear();
                counts = false;
            }
        }
        await ShowAsync(db, image.ImageId);
        return counts;
    }

    private ReviewDecision Row(ScoredImage image, Guid userId, ReviewVerdict? verdict, Guid? withdraws) => new()
    {
        ResultId = image.ResultId,
        RunId = Scores!.Run.Id,
        ImageId = image.ImageId,
        Verdict = verdict,
        WithdrawsId = withdraws,
        Threshold = Threshold,
        DecidedAt = clock.GetUtcNow(),
        DecidedBy = userId,
    };

    // Another person's verdict that is newer shows too.
    private async Task ShowAsync(PortalDb db, Guid imageId)
    {
        if ((await ReviewDecision.NewestAsync(db, Scores!.Run.Id, imageId)).GetValueOrDefault(imageId) is { } held)
        {
            _verdicts[imageId] = held;
        }
        else
        {
            _verdicts.Remove(imageId);
        }
        await NameAsync(db);
    }

    private async Task NameAsync(PortalDb db)
    {
        var ids = _verdicts.Values.Select(verdict => verdict.DecidedBy).Distinct().ToList();
        if (ids.Exists(id => !_people.ContainsKey(id)))
        {
            _people = await db.Users.Where(person => ids.Contains(person.Id)).ToDictionaryAsync(person => person.Id, person => person.DisplayName);
        }
    }
}
