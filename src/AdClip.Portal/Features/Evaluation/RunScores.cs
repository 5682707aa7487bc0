using System.Globalization;
using System.Linq.Expressions;
using System.Security.Cryptography;
using System.Text;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>Results of a run beside the ground truth as it is now: every one, or with <see cref="On"/> those that are counted.</summary>
public sealed class RunScores(Run run, IReadOnlyList<ScoredImage> images, DetectorVersion? detector = null)
{
    private static readonly Expression<Func<ScoredImage, bool>> IsGood = image =>
        image.Label == ImageLabel.Good && !image.IsTrainedOn && !image.IsUncompared;
    private static readonly Func<ScoredImage, bool> IsGoodHere = IsGood.Compile();

    public Run Run { get; } = run;

    // Of the whole run, whichever images are counted: the scale does not move with a choice.
    private readonly Lazy<ScoreScale?> _scale = new(() => ScaleOf(detector, images.Where(IsGoodHere).Select(image => image.Score)));
    private RunScores? _whole;

    /// <summary>The trained detector that scored; null: the model itself.</summary>
    public Guid? DetectorId => detector?.Id;

    /// <summary>Number of the trained detector that scored; null: the model itself.</summary>
    public int? DetectorNumber => detector?.Number;

    /// <summary>What the trained detector suggests, from scores of images that it did not see; null: nothing.</summary>
    public double? SuggestedThreshold { get; } = detector is null ? null : VersionReport.Parse(detector.Report).Threshold;

    /// <summary>By file name; images that were deleted are left out.</summary>
    public IReadOnlyList<ScoredImage> Images { get; } = images;

    /// <summary>
    /// The scale on which people see the scores; null while no good image is labelled. A trained detector brings its own, from the good images
    /// that it learned from, each scored without itself: the same in all its runs. Else it rests on the run's good images; references count,
    /// since each was compared with the others only.
    /// </summary>
    public ScoreScale? Scale => Whole._scale.Value;

    /// <summary>Changes whenever a result is added or a label or a shape changes.</summary>
    public string Stamp { get; } = StampOf(images);

    /// <summary>Every result of the run.</summary>
    public RunScores Whole => _whole ?? this;

    /// <summary>Which of them these are.</summary>
    public EvaluationSplit Split { get; private init; }

    /// <summary>The run has labelled images that are kept for judging and that its detector did not learn from.</summary>
    public bool HasTest => TestImages.Any();

    /// <summary>Images of the split that do not count, because they were compared with no good image and so have a score of another scale.</summary>
    public int UncomparedCount => Whole.Images.Count(image => Split.Holds(image.Split) && image.IsUncompared);

    /// <summary>Stamps that hold for some choice of counted images on the ground truth as it is now.</summary>
    public IReadOnlyList<string> LiveStamps =>
        [.. Enum.GetValues<EvaluationSplit>().Select(split => Whole.On(split).Stamp).Append(Whole.Stamp).Distinct(StringComparer.Ordinal)];

    private IEnumerable<Guid> TestImages => Whole.Images
        .Where(image => image.Split == ImageSplit.Test && image.Label != ImageLabel.Unlabelled && image is { IsTrainedOn: false, IsUncompared: false })
        .Select(image => image.ImageId);

    /// <summary>The results that are counted. The one place that chooses them, for page, API, comparison and dashboard.</summary>
    /// <param name="asked">Null: the test images where the run has labelled ones, else all.</param>
    public RunScores On(EvaluationSplit? asked)
    {
        var split = asked ?? (HasTest ? EvaluationSplit.Test : EvaluationSplit.All);
        return new RunScores(Run, [.. Whole.Images.Where(image => split.Holds(image.Split) && !image.IsUncompared)], detector)
        {
            Split = split,
            _whole = Whole,
        };
    }

    /// <summary>What is counted where runs stand side by side and nobody asks: test images where all runs have a labelled one in common, else all.</summary>
    public static EvaluationSplit UsualOf(IReadOnlyList<RunScores> runs)
    {
        var common = runs.Select(run => run.TestImages).Aggregate((IEnumerable<Guid>?)null, (kept, own) => kept is null ? own : kept.Intersect(own));
        return common?.Any() == true ? EvaluationSplit.Test : EvaluationSplit.All;
    }

    /// <summary>Reads them; null when there is no such run.</summary>
    public static async Task<RunScores?> ReadAsync(PortalDb db, Guid runId, CancellationToken cancel = default)
    {
        if (await db.Set<Run>().AsNoTracking().SingleOrDefaultAsync(run => run.Id == runId, cancel) is not { } run)
        {
            return null;
        }
        var detector = await DetectorAsync(db, run, cancel);
        var images = await Scored(db, run, await LearnedAsync(db, run, cancel)).AsNoTracking().ToListAsync(cancel);
        return new RunScores(run, images, detector);
    }

    /// <summary>The scale of a run without its other scores; the same as <see cref="Scale"/>.</summary>
    public static async Task<ScoreScale?> ScaleAsync(PortalDb db, Run run, CancellationToken cancel = default)
    {
        var detector = await DetectorAsync(db, run, cancel);
        var good = await Scored(db, run, await LearnedAsync(db, run, cancel)).Where(IsGood).Select(image => image.Score).ToListAsync(cancel);
        return ScaleOf(detector, good);
    }

    private static ScoreScale? ScaleOf(DetectorVersion? detector, IEnumerable<float> good) =>
        (detector is null ? null : VersionReport.Parse(detector.Report).Scale) ?? ScoreScale.Of(good.Select(score => (double)score));

    private static async Task<DetectorVersion?> DetectorAsync(PortalDb db, Run run, CancellationToken cancel) =>
        RunSettings.Parse(run.Settings).DetectorVersionId is { } versionId
            ? await db.Set<DetectorVersion>().AsNoTracking().SingleAsync(version => version.Id == versionId, cancel)
            : null;

    private static Task<IQueryable<string>> LearnedAsync(PortalDb db, Run run, CancellationToken cancel)
    {
        var settings = RunSettings.Parse(run.Settings);
        return RunLearning.ImagesAsync(db, settings.DetectorVersionId, settings.Prompts?.CheckpointId, cancel);
    }

    private static IQueryable<ScoredImage> Scored(PortalDb db, Run run, IQueryable<string> learned) =>
        from result in db.Set<ImageResult>()
        join image in db.Set<ImageRecord>() on result.ImageId equals image.Id
        where result.RunId == run.Id && image.DeletedAt == null
        orderby image.RelativePath, image.Id
        select new ScoredImage
        {
            ImageId = image.Id,
            ResultId = result.Id,
            FileName = image.FileName,
            Width = image.Width,
            Height = image.Height,
            Score = result.Score,
            Label = image.Label,
            ShapeCount = image.ShapeCount,
            Revision = image.AnnotationRevision,
            IsReference = db.Set<RunReference>().Any(reference => reference.RunId == run.Id && reference.Sha256 == image.Sha256),
            Probability = result.Probability,
            ClassProbabilities = result.ClassProbabilities,
            IsTrainedOn = learned.Contains(image.Sha256),
            Split = image.Split,
            IsUncompared = run.ReferenceCount > 0 && result.FewShotScore == null,
            MapBlob = result.MapBlob,
        };

    private static string StampOf(IReadOnlyList<ScoredImage> images)
    {
        // Changes with what a report holds, so that reports of an earlier version are computed again.
        var text = new StringBuilder("4\n");
        foreach (var image in images.OrderBy(image => image.ResultId))
        {
            text.Append(CultureInfo.InvariantCulture, $"{image.ResultId:N} {(int)image.Label} {image.ShapeCount} {image.Revision}\n");
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
