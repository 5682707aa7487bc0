using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Features.Training.Prompts;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>Results of a run beside the ground truth as it is now: every one, or with <see cref="On"/> those that are counted.</summary>
public sealed class RunScores(Run run, IReadOnlyList<ScoredImage> images, DetectorVersion? detector = null)
{
    public Run Run { get; } = run;

    private RunScores? _whole;

    /// <summary>The trained detector that scored; null: the model itself.</summary>
    public Guid? DetectorId => detector?.Id;

    /// <summary>Number of the trained detector that scored; null: the model itself.</summary>
    public int? DetectorNumber => detector?.Number;

    /// <summary>What the trained detector suggests, from scores of images that it did not see; null: nothing.</summary>
    public double? SuggestedThreshold { get; } = detector is null ? null : VersionReport.Parse(detector.Report).Threshold;

    /// <summary>By file name; images that were deleted are left out.</summary>
    public IReadOnlyList<ScoredImage> Images { get; } = images;

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
        var settings = RunSettings.Parse(run.Settings);
        var (versionId, checkpointId) = (settings.DetectorVersionId, settings.Prompts?.CheckpointId);
        var detector = versionId is null ? null : await db.Set<DetectorVersion>().AsNoTracking().SingleAsync(version => version.Id == versionId, cancel);
        // The training that the run's learned prompts come from; null: none, or they were uploaded.
        var trainingId = checkpointId is null
            ? null
            : await db.Set<StoredCheckpoint>()
                .Where(checkpoint => checkpoint.Id == checkpointId)
                .Select(checkpoint => checkpoint.TrainingId)
                .SingleOrDefaultAsync(cancel);
        var images = await (
            from result in db.Set<ImageResult>()
            join image in db.Set<ImageRecord>() on result.ImageId equals image.Id
            where result.RunId == runId && image.DeletedAt == null
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
                IsReference = db.Set<RunReference>().Any(reference => reference.RunId == runId && reference.Sha256 == image.Sha256),
                Probability = result.Probability,
                ClassProbabilities = result.ClassProbabilities,
                IsTrainedOn = (versionId != null
                        && db.Set<DetectorVersionImage>().Any(learned => learned.VersionId == versionId && learned.Sha256 == image.Sha256))
                    || (trainingId != null
                        && db.Set<LearnedImage>().Any(
                            learned => learned.TrainingId == trainingId
                                && db.Set<ImageRecord>().Any(taught => taught.Id == learned.ImageId && taught.Sha256 == image.Sha256))),
                Split = image.Split,
                IsUncompared = run.ReferenceCount > 0 && result.FewShotScore == null,
                MapBlob = result.MapBlob,
            }).AsNoTracking().ToListAsync(cancel);
        return new RunScores(run, images, detector);
    }

    private static string StampOf(IReadOnlyList<ScoredImage> images)
    {
        // Changes with what a report holds, so that reports of an earlier version are computed again.
        var text = new StringBuilder("3\n");
        foreach (var image in images.OrderBy(image => image.ResultId))
        {
            text.Append(CultureInfo.InvariantCulture, $"{image.ResultId:N} {(int)image.Label} {image.ShapeCount} {image.Revision}\n");
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
