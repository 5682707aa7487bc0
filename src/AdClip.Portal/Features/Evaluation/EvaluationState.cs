using System.Security.Claims;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Metrics;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>Where the threshold on the page comes from; decides what may be claimed of its numbers.</summary>
public enum ThresholdOrigin
{
    /// <summary>Set by hand or picked on a chart, while looking at these images.</summary>
    ByHand,

    /// <summary>The largest F1 on these images.</summary>
    BestF1,

    /// <summary>By a budget of good images rejected, from the scores of these good images.</summary>
    FalseRejects,

    /// <summary>By a share of anomalous images to be found, from the scores of these.</summary>
    Recall,

    /// <summary>By least cost, on these images.</summary>
    Cost,

    /// <summary>Fail by the budget of good images, pass by the share to be found, review between.</summary>
    Band,

    /// <summary>Suggested by the trained detector, from images that it did not see.</summary>
    Trained,

    /// <summary>Saved in the project for scores of this kind.</summary>
    Saved,
}

/// <summary>What the evaluation page shows and can do: one run against the ground truth, at a threshold that moves.</summary>
public sealed class EvaluationState(IDbContextFactory<PortalDb> dbs, PixelEvaluator pixelEvaluator, TimeProvider clock)
{
    /// <summary>An escape as dear as ten false rejects, anomalies as frequent as among the images.</summary>
    public static ThresholdCosts UsualCosts { get; } = new(FalseReject: 1, Escape: 10);

    /// <summary>Null until loaded, or when there is no such run in the project.</summary>
    public RunScores? Scores { get; private set; }

    public ImageEvaluation? Images { get; private set; }

    /// <summary>Null until <see cref="LoadPixelsAsync"/> is done.</summary>
    public PixelReport? Pixels { get; private set; }

    /// <summary>How much of <see cref="Pixels"/> is computed, 0 to 1.</summary>
    public double PixelShare { get; private set; }

    /// <summary>Null until <see cref="LoadConfidenceAsync"/> is done.</summary>
    public ImageConfidence? Confidence { get; private set; }

    /// <summary>What budget and target give on these images.</summary>
    public ThresholdTargets? Targets { get; private set; }

    /// <summary>The way the threshold was chosen, judged on images that it was not chosen on; null where it cannot be.</summary>
    public HeldOutOutcomes? HeldOut { get; private set; }

    public double Threshold { get; private set; }

    /// <summary>From this score on, below <see cref="Threshold"/>, a person has to look; null: no image is left to a person.</summary>
    public double? ReviewFrom { get; private set; }

    /// <summary>Pass, review and fail as the page has them.</summary>
    public VerdictBand Band => new(ReviewFrom ?? Threshold, Threshold);

    /// <summary>What <see cref="Band"/> does with the labelled images.</summary>
    public BandOutcomes Outcomes => Images is { } images ? BandOutcomes.Of(Band, images.Curve) : default;

    /// <summary>The scale on which people see scores; null: no good image is labelled.</summary>
    public ScoreScale? Scale => Scores?.Scale;

    /// <summary>What the two kinds of error cost.</summary>
    public ThresholdCosts Costs { get; private set; } = UsualCosts;

    /// <summary>The threshold of least cost on these images; null without a labelled one.</summary>
    public double? ByCost { get; private set; }

    public ThresholdOrigin Origin { get; private set; }

    /// <summary>The threshold for scores of this run's kind, if somebody saved one, and who.</summary>
    public ThresholdChoice? Saved { get; private set; }

    public string SavedBy { get; private set; } = "";

    public DateTimeOffset EvaluatedAt { get; private set; }

    /// <summary>Outcomes at <see cref="Threshold"/> alone: what a person has to look at counts as passed.</summary>
    public Confusion Counts => Images?.Curve.At(Threshold) ?? default;

    /// <summary>The threshold was chosen on the very images that are counted.</summary>
    public bool IsThresholdFromTheseImages =>
        Origin is not (ThresholdOrigin.Saved or ThresholdOrigin.Trained) || (Origin == ThresholdOrigin.Saved && Saved?.RunId == Scores?.Run.Id);

    /// <summary>Loads the run's scores; starts at <paramref name="threshold"/> if given, else at its <see cref="StartingThreshold"/>.</summary>
    /// <param name="reviewFrom">Lower end of a band that ends at the threshold.</param>
    /// <param name="split">The images that are counted; null: those kept for judging where there are any, else all.</param>
    public async Task LoadAsync(Guid projectId, Guid runId, double? threshold = null, double? reviewFrom = null, EvaluationSplit? split = null)
    {
        await using var db = await dbs.CreateDbContextAsync();
        var scores = (await RunScores.ReadAsync(db, runId))?.On(split);
        if (scores?.Run.ProjectId != projectId)
        {
            (Scores, Images, Pixels, Confidence, Targets, HeldOut) = (null, null, null, null, null, null);
            return;
        }
        (Scores, Images, Pixels, EvaluatedAt) = (scores, new ImageEvaluation(scores.Images), null, clock.GetUtcNow());
        Saved = await ThresholdChoice.CurrentAsync(db, scores.Run);
        SavedBy = Saved is null ? "" : await db.Users.Where(user => user.Id == Saved.ChosenBy).Select(user => user.DisplayName).SingleAsync();
        Targets = ThresholdTargets.Of(Images, ThresholdTargets.UsualFalseRejects, ThresholdTargets.UsualRecall);
        var (band, origin) = (threshold is { } asked ? Asked(asked, reviewFrom) : StartingThreshold.Of(Images, Saved, scores.SuggestedThreshold))
            // Nothing is labelled, saved or suggested: the page shows no threshold.
            ?? new StartingThreshold(default, ThresholdOrigin.ByHand);
        (Threshold, ReviewFrom, Origin) = (band.FailFrom, band.HasReview ? band.ReviewFrom : null, origin);
        Confidence = null;
        Aim(UsualCosts);
        Judge();
    }

    // The way back from an image names the threshold alone, and it is the same choice as before.
    private StartingThreshold Asked(double threshold, double? reviewFrom)
    {
        var band = new VerdictBand(Math.Min(reviewFrom ?? threshold, threshold), threshold);
        return Saved is { } saved && saved.Value == threshold && (reviewFrom is null || saved.Band == band) ? new(saved.Band, ThresholdOrigin.Saved)
            : band.HasReview && band == Targets?.Band ? new(band, ThresholdOrigin.Band)
            : new(band, band.HasReview ? ThresholdOrigin.ByHand : RuleAt(threshold));
    }

    private ThresholdOrigin RuleAt(double threshold) => threshold == Images?.Curve.BestF1?.Threshold ? ThresholdOrigin.BestF1 : ThresholdOrigin.ByHand;

    /// <summary>Computes intervals and calibration; a moment for thousands of images.</summary>
    public async Task LoadConfidenceAsync(CancellationToken cancel = default)
    {
        if (Images is { Labelled.Count: > 0 } images)
        {
            Confidence = await ImageConfidence.ComputeAsync(images, cancel);
        }
    }

    /// <summary>Computes the pixel-level numbers, or finds them computed; seconds for many images.</summary>
    /// <param name="changed">Called when <see cref="PixelShare"/> has moved.</param>
    public async Task LoadPixelsAsync(Action changed, CancellationToken cancel = default)
    {
        if (Scores is { } scores)
        {
            Pixels = await pixelEvaluator.EvaluateAsync(
                scores,
                share =>
                {
                    PixelShare = share;
                    changed();
                },
                cancel);
        }
    }

    public void MoveTo(double threshold) => Take(threshold, RuleAt(threshold));

    /// <summary>Takes the largest F1 on these images, where there are images of both truths.</summary>
    public void MoveToBestF1()
    {
        if (Images?.Curve.BestF1 is { } best)
        {
            MoveTo(best.Threshold);
        }
    }

    public void MoveToSaved()
    {
        if (Saved is { } saved)
        {
            Take(saved.Value, ThresholdOrigin.Saved, saved.ReviewFrom);
        }
    }

    /// <summary>Sets the shares that may go wrong; a threshold chosen by one of them follows.</summary>
    /// <param name="falseRejects">Of good images, above 0 and below 1.</param>
    /// <param name="recall">Of anomalous images to be found, above 0 and below 1.</param>
    public void Aim(double falseRejects, double recall)
    {
        Targets = ThresholdTargets.Of(Images!, falseRejects, recall);
        if (Origin == ThresholdOrigin.FalseRejects)
        {
            MoveToFalseRejects();
        }
        else if (Origin == ThresholdOrigin.Recall)
        {
            MoveToRecall();
        }
        else if (Origin == ThresholdOrigin.Band)
        {
            MoveToBand();
        }
    }

    /// <summary>Sets what errors cost; a threshold chosen by it follows.</summary>
    public void Aim(ThresholdCosts costs)
    {
        Costs = costs;
        ByCost = Images is { Labelled.Count: > 0 } images ? costs.Choose(images.Curve) : null;
        if (Origin == ThresholdOrigin.Cost)
        {
            MoveToCost();
        }
    }

    public void MoveToFalseRejects()
    {
        if (Targets?.ByFalseRejects is { } chosen)
        {
            Take(chosen.Threshold, ThresholdOrigin.FalseRejects);
        }
    }

    public void MoveToRecall()
    {
        if (Targets?.ByRecall is { } chosen)
        {
            Take(chosen.Threshold, ThresholdOrigin.Recall);
        }
    }

    public void MoveToCost()
    {
        if (ByCost is { } chosen)
        {
            Take(chosen, ThresholdOrigin.Cost);
        }
    }

    /// <summary>Fail by the budget, pass by the recall target, review between.</summary>
    public void MoveToBand()
    {
        if (Targets?.Band is { } band)
        {
            Take(band.FailFrom, ThresholdOrigin.Band, band.HasReview ? band.ReviewFrom : null);
        }
    }

    private void Take(double threshold, ThresholdOrigin origin, double? reviewFrom = null)
    {
        (Threshold, Origin, ReviewFrom) = (threshold, origin, reviewFrom);
        Judge();
    }

    private void Judge() => HeldOut = Images is not { HasHeldOut: true } images ? null : Origin switch
    {
        ThresholdOrigin.BestF1 => ThresholdJudgement.Of(images.Samples, ThresholdRule.LargestF1).HeldOut,
        ThresholdOrigin.FalseRejects => ThresholdJudgement.Of(images.Samples, ThresholdRule.FalseRejects(Targets!.FalseRejects)).HeldOut,
        ThresholdOrigin.Recall => ThresholdJudgement.Of(images.Samples, ThresholdRule.Recall(Targets!.Recall)).HeldOut,
        ThresholdOrigin.Band => ThresholdJudgement.Of(images.Samples, ThresholdRule.BandFailure(Targets!.FalseRejects, Targets.Recall)).HeldOut,
        ThresholdOrigin.Cost => ThresholdJudgement.Of(images.Samples, ThresholdRule.LeastCost(Costs)).HeldOut,
        _ => null,
    };

    /// <summary>Makes the threshold on the page the one for scores of this run's kind; the earlier ones stay on record.</summary>
    public async Task SaveThresholdAsync(ClaimsPrincipal user)
    {
        var (run, counts) = (Scores!.Run, Counts);
        var choice = new ThresholdChoice
        {
            ProjectId = run.ProjectId,
            RunId = run.Id,
            ScoreIdentity = run.ScoreIdentity,
            Value = Threshold,
            ReviewFrom = ReviewFrom,
            Origin = Origin == ThresholdOrigin.Saved ? Saved?.Origin : Origin,
            TruePositives = counts.TruePositives,
            FalsePositives = counts.FalsePositives,
            TrueNegatives = counts.TrueNegatives,
            FalseNegatives = counts.FalseNegatives,
            ChosenAt = clock.GetUtcNow(),
            ChosenBy = user.UserId(),
        };
        await using var db = await dbs.CreateDbContextAsync();
        db.Add(choice);
        await db.SaveChangesAsync();
        (Saved, Origin, HeldOut) = (choice, ThresholdOrigin.Saved, null);
        SavedBy = await db.Users.Where(person => person.Id == choice.ChosenBy).Select(person => person.DisplayName).SingleAsync();
    }
}
