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

    /// <summary>The same for all runs; null: nothing is counted, so there is none.</summary>
    public OperatingPoint? Point { get; private init; }

    /// <summary>Those that can be chosen.</summary>
    public IReadOnlyList<OperatingPoint> Points { get; private init; } = [];

    /// <summary>Whether every image is judged at a threshold that was chosen without it; else there are too few for it, or the threshold is saved.</summary>
    public bool IsHeldOut { get; private init; }

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
    /// <param name="asked">At what to compare; null, or one that cannot be had: the first that can.</param>
    public static Task<RunComparison> ComputeAsync(IReadOnlyList<RunToCompare> runs, OperatingPoint? asked = null, CancellationToken cancel = default) =>
        Task.Run(() => Compute(runs, asked, cancel), cancel);

    private static RunComparison Compute(IReadOnlyList<RunToCompare> runs, OperatingPoint? asked, CancellationToken cancel)
    {
        var (counted, leftOut) = Choose(runs);
        bool[] truths = [.. counted.Select(seen => seen[0].Label == ImageLabel.Anomaly)];
        double[][] scores = [.. runs.Select((_, run) => counted.Select(seen => (double)seen[run].Score).ToArray())];
        var anomalies = truths.Count(truth => truth);
        var points = OperatingPoints.Of(truths.Length - anomalies, anomalies, runs);
        OperatingPoint? point = points.Count == 0 ? null : asked is { } wished && points.Contains(wished) ? wished : points[0];
        Judged[] judged = [.. runs.Select((run, i) => Judge(run, counted, i, point))];
        // Numbers of verdicts are drawn beside those of scores: first every run by its scores, then every run by its verdicts.
        double[][] verdicts = [.. judged.Select(one => one.Counted.Select(ComparisonMetric.VerdictScore).ToArray())];
        PrecisionRecallCurve[] curves = [.. scores.Concat(verdicts).Select(own => PrecisionRecallCurve.FromScores(own, truths))];
        int PlaceOf(ComparisonMetric metric, int run) => metric.IsOfVerdicts ? runs.Count + run : run;
        var draws = (int)Math.Clamp(MostDrawnScores / Math.Max(1L, (long)truths.Length * runs.Count), 200, 1000);
        var drawn = PairedBootstrap.Draw(
            [.. scores, .. verdicts], truths,
            [
                .. ComparisonMetric.All.Select(metric => (Func<int, PrecisionRecallCurve, double?>)(
                    (place, curve) => place >= runs.Count == metric.IsOfVerdicts ? metric.Value(curve) : null)),
            ],
            draws, cancel: cancel);
        var compared = runs.Select((source, run) => new ComparedRun
        {
            Source = source,
            Band = judged[run].Band,
            IsThresholdFromTheseImages = point == OperatingPoint.Saved
                ? runs.Any(other => other.Scores.Run.Id == source.Saved!.RunId)
                : point is not null && !judged[run].IsHeldOut,
            Outcomes = ComparisonMetric.Outcomes(curves[runs.Count + run]),
            Curve = curves[run],
            Figures = ComparisonMetric.All.Select((metric, number) => (metric.Key, Figure(metric, number, run))).ToDictionary(),
            HasOtherPixels = source.Scores.Run.AreaRevision != runs[0].Scores.Run.AreaRevision
                || !PixelImages(source.Scores.Images).SetEquals(PixelImages(counted.Select(seen => seen[run]))),
            Letter = ((char)('A' + run)).ToString(),
        }).ToList();
        return new RunComparison(
            compared,
            [.. counted.Select(seen => new ComparedImage(seen, [.. seen.Select((one, run) => judged[run].Band!.Value.Of(one.Score))]))], leftOut)
        {
            Point = point,
            Points = points,
            IsHeldOut = judged.Length > 0 && judged.All(one => one.IsHeldOut),
        };

        ComparedFigure Figure(ComparisonMetric metric, int number, int run)
        {
            var (place, first) = (PlaceOf(metric, run), PlaceOf(metric, 0));
            var value = metric.Value(curves[place]);
            var interval = value is null ? null : drawn.Interval(number, place);
            return run == 0
                ? new ComparedFigure(value, interval, null, null, DifferenceFinding.None)
                : ComparedFigure.Of(
                    value, interval, value - metric.Value(curves[first]), drawn.Difference(number, first, place), curves[run], metric.IsLowerBetter);
        }
    }

    /// <summary>A run at the operating point.</summary>
    /// <param name="Band">On all images; null: there are none.</param>
    /// <param name="Counted">Verdicts that the figures count, image by image.</param>
    /// <param name="IsHeldOut">Whether each is by a threshold that was chosen without the image.</param>
    private sealed record Judged(VerdictBand? Band, IReadOnlyList<Verdict> Counted, bool IsHeldOut);

    // Parts are dealt by truth alone, so that every run is judged on the same ones.
    private static Judged Judge(RunToCompare run, IReadOnlyList<IReadOnlyList<ScoredImage>> counted, int place, OperatingPoint? point)
    {
        if (point is not { } known)
        {
            return new Judged(null, [], IsHeldOut: false);
        }
        if (OperatingPoints.Rule(known) is not { } rule)
        {
            var saved = run.Saved!.Band;
            return new Judged(saved, [.. counted.Select(seen => saved.Of(seen[place].Score))], IsHeldOut: false);
        }
        // The image of a comparison is one, whatever content it shares with others; every run scored it without having learned from it.
        var judgement = ThresholdJudgement.Of(
            [.. counted.Select(seen => new ScoredSample($"{seen[place].ImageId:N}", seen[place].Score, seen[place].Label == ImageLabel.Anomaly))], rule);
        var band = new VerdictBand(judgement.Threshold, judgement.Threshold);
        return judgement.HeldOut is { } held
            ? new Judged(band, [.. held.Called.Select(called => called ? Verdict.Fail : Verdict.Pass)], IsHeldOut: true)
            : new Judged(band, [.. counted.Select(seen => band.Of(seen[place].Score))], IsHeldOut: false);
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

    private static HashSet<Guid> PixelImages(IEnumerable<ScoredImage> images) =>
        [.. images.Where(image => !image.IsTrainedOn && (image.Label == ImageLabel.Good || image.ShapeCount > 0)).Select(image => image.ImageId)];
}
