using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Metrics;

namespace AdClip.Portal.Features.Evaluation.Comparison;

/// <summary>Runs side by side on the images that all of them scored and none learned from. Pure numbers, no database.</summary>
public sealed class RunComparison
{
    // Beyond so many scores intervals are narrow, and fewer draws tell as much.
    private const long MostDrawnScores = 10_000_000;

    private RunComparison(IReadOnlyList<ComparedRun> runs, IReadOnlyList<ComparedImage> images, LeftOutImages leftOut) =>
        (Runs, Images, LeftOut, Disputed) = (
            runs, images, leftOut,
            [.. images.Where(image => image.IsDisputed)
                .OrderByDescending(image => image.First.Label)
                .ThenBy(image => image.First.FileName, StringComparer.Ordinal)]);

    /// <summary>In the order in which they were asked for; differences are to the first.</summary>
    public IReadOnlyList<ComparedRun> Runs { get; }

    /// <summary>Which images of the runs are counted.</summary>
    public EvaluationSplit Split => Runs.Count == 0 ? EvaluationSplit.All : Runs[0].Source.Scores.Split;

    /// <summary>Whether some run has labelled images that are kept for judging.</summary>
    public bool HasTest => Runs.Any(run => run.Source.Scores.HasTest);

    /// <summary>The images that count, by file name.</summary>
    public IReadOnlyList<ComparedImage> Images { get; }

    public LeftOutImages LeftOut { get; }

    /// <summary>Those on which the verdicts of the runs differ, anomalous ones first.</summary>
    public IReadOnlyList<ComparedImage> Disputed { get; }

    public int Anomalies => Images.Count(image => image.First.Label == ImageLabel.Anomaly);

    public int Good => Images.Count - Anomalies;

    /// <summary>Counted images that served some run as references; each was compared with the other references only.</summary>
    public int ReferenceCount => Images.Count(image => image.Seen.Any(seen => seen.IsReference));

    /// <summary>F1 of calling every counted image anomalous: the same for all runs.</summary>
    public double AllPositiveF1 => new Confusion(Anomalies, Good, 0, 0).F1;

    /// <summary>Compares; some hundred milliseconds for thousands of images, so not on the page's thread.</summary>
    public static Task<RunComparison> ComputeAsync(IReadOnlyList<RunToCompare> runs, CancellationToken cancel = default) =>
        Task.Run(() => Compute(runs, cancel), cancel);

    private static RunComparison Compute(IReadOnlyList<RunToCompare> runs, CancellationToken cancel)
    {
        var (counted, leftOut) = Choose(runs);
        bool[] truths = [.. counted.Select(seen => seen[0].Label == ImageLabel.Anomaly)];
        double[][] scores = [.. runs.Select((_, run) => counted.Select(seen => (double)seen[run].Score).ToArray())];
        PrecisionRecallCurve[] curves = [.. scores.Select(own => PrecisionRecallCurve.FromScores(own, truths))];
        (VerdictBand Band, ThresholdOrigin Origin)[] chosen = [.. runs.Zip(curves, ThresholdOf)];
        // A threshold of the largest F1 is chosen anew in each draw: that it was chosen is part of the noise.
        double?[] thresholds = [.. chosen.Select(one => one.Origin == ThresholdOrigin.BestF1 ? (double?)null : one.Band.FailFrom)];
        var draws = (int)Math.Clamp(MostDrawnScores / Math.Max(1L, (long)truths.Length * runs.Count), 200, 1000);
        var drawn = PairedBootstrap.Draw(
            scores, truths,
            [.. ComparisonMetric.All.Select(metric => (Func<int, PrecisionRecallCurve, double?>)((run, curve) => metric.Value(curve, thresholds[run])))],
            draws, cancel: cancel);
        var compared = runs.Select((source, run) => new ComparedRun
        {
            Source = source,
            Band = chosen[run].Band,
            Origin = chosen[run].Origin,
            IsThresholdFromTheseImages = chosen[run].Origin == ThresholdOrigin.BestF1
                || (chosen[run].Origin == ThresholdOrigin.Saved && runs.Any(other => other.Scores.Run.Id == source.Saved!.RunId)),
            Curve = curves[run],
            Figures = ComparisonMetric.All.Select((metric, number) => (metric.Key, Figure(metric, number, run))).ToDictionary(),
            HasOtherPixels = source.Scores.Run.AreaRevision != runs[0].Scores.Run.AreaRevision
                || !PixelImages(source.Scores.Images).SetEquals(PixelImages(counted.Select(seen => seen[run]))),
            Letter = ((char)('A' + run)).ToString(),
        }).ToList();
        return new RunComparison(
            compared,
            [.. counted.Select(seen => new ComparedImage(seen, [.. seen.Select((one, run) => chosen[run].Band.Of(one.Score))]))], leftOut);

        ComparedFigure Figure(ComparisonMetric metric, int number, int run)
        {
            var value = metric.Value(curves[run], thresholds[run]);
            var interval = value is null ? null : drawn.Interval(number, run);
            return run == 0
                ? new ComparedFigure(value, interval, null, null, DifferenceFinding.None)
                : ComparedFigure.Of(value, interval, value - metric.Value(curves[0], thresholds[0]), drawn.Difference(number, 0, run), curves[run]);
        }
    }

    /// <summary>The images that count, as each run saw them, and how many do not and why.</summary>
    private static (IReadOnlyList<IReadOnlyList<ScoredImage>> Counted, LeftOutImages LeftOut) Choose(IReadOnlyList<RunToCompare> runs)
    {
        List<IReadOnlyList<ScoredImage>> counted = [];
        var (unlabelled, notInAll, learnedFrom) = (0, 0, 0);
        foreach (var image in runs.SelectMany(run => run.Scores.Images).GroupBy(image => image.ImageId))
        {
            List<ScoredImage> seen = [.. image];
            if (seen[0].Label == ImageLabel.Unlabelled)
            {
                unlabelled++;
            }
            else if (seen.Count < runs.Count)
            {
                notInAll++;
            }
            else if (seen.Exists(one => one.IsTrainedOn))
            {
                learnedFrom++;
            }
            else
            {
                counted.Add(seen);
            }
        }
        return (counted, new LeftOutImages(unlabelled, notInAll, learnedFrom));
    }

    private static (VerdictBand Band, ThresholdOrigin Origin) ThresholdOf(RunToCompare run, PrecisionRecallCurve curve) =>
        (run.Saved, run.Scores.SuggestedThreshold, curve.BestF1) switch
        {
            ({ } saved, _, _) => (saved.Band, ThresholdOrigin.Saved),
            (null, { } suggested, _) => (new VerdictBand(suggested, suggested), ThresholdOrigin.Trained),
            (null, null, { } best) => (new VerdictBand(best.Threshold, best.Threshold), ThresholdOrigin.BestF1),
            _ => (new VerdictBand(0.5, 0.5), ThresholdOrigin.BestF1),
        };

    private static HashSet<Guid> PixelImages(IEnumerable<ScoredImage> images) =>
        [.. images.Where(image => !image.IsTrainedOn && (image.Label == ImageLabel.Good || image.ShapeCount > 0)).Select(image => image.ImageId)];
}
