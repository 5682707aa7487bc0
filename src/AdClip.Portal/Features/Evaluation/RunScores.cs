using System.Globalization;
using System.Linq.Expressions;
using System.Security.Cryptography;
using System.Text;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Features.Training.Prompts;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection.Thresholds;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>Every result of a run beside the ground truth as it is now.</summary>
public sealed class RunScores(Run run, IReadOnlyList<ScoredImage> images, DetectorVersion? detector = null)
{
    private static readonly Expression<Func<ScoredImage, bool>> IsGood = image => image.Label == ImageLabel.Good && !image.IsTrainedOn;
    private static readonly Func<ScoredImage, bool> IsGoodHere = IsGood.Compile();

    public Run Run { get; } = run;

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
    public ScoreScale? Scale { get; } = ScaleOf(detector, images.Where(IsGoodHere).Select(image => image.Score));

    /// <summary>Changes whenever a result is added or a label or a shape changes.</summary>
    public string Stamp { get; } = StampOf(images);

    /// <summary>Reads them; null when there is no such run.</summary>
    public static async Task<RunScores?> ReadAsync(PortalDb db, Guid runId, CancellationToken cancel = default)
    {
        if (await db.Set<Run>().AsNoTracking().SingleOrDefaultAsync(run => run.Id == runId, cancel) is not { } run)
        {
            return null;
        }
        var detector = await DetectorAsync(db, run, cancel);
        var images = await Scored(db, run.Id, detector?.Id, await TrainingAsync(db, run, cancel)).AsNoTracking().ToListAsync(cancel);
        return new RunScores(run, images, detector);
    }

    /// <summary>The scale of a run without its other scores; the same as <see cref="Scale"/>.</summary>
    public static async Task<ScoreScale?> ScaleAsync(PortalDb db, Run run, CancellationToken cancel = default)
    {
        var detector = await DetectorAsync(db, run, cancel);
        var good = await Scored(db, run.Id, detector?.Id, await TrainingAsync(db, run, cancel)).Where(IsGood).Select(image => image.Score).ToListAsync(cancel);
        return ScaleOf(detector, good);
    }

    private static ScoreScale? ScaleOf(DetectorVersion? detector, IEnumerable<float> good) =>
        (detector is null ? null : VersionReport.Parse(detector.Report).Scale) ?? ScoreScale.Of(good.Select(score => (double)score));

    private static async Task<DetectorVersion?> DetectorAsync(PortalDb db, Run run, CancellationToken cancel) =>
        RunSettings.Parse(run.Settings).DetectorVersionId is { } versionId
            ? await db.Set<DetectorVersion>().AsNoTracking().SingleAsync(version => version.Id == versionId, cancel)
            : null;

    /// <summary>The training that the run's learned prompts come from; null: none, or they were uploaded.</summary>
    private static async Task<Guid?> TrainingAsync(PortalDb db, Run run, CancellationToken cancel) =>
        RunSettings.Parse(run.Settings).Prompts?.CheckpointId is { } checkpointId
            ? await db.Set<StoredCheckpoint>()
                .Where(checkpoint => checkpoint.Id == checkpointId)
                .Select(checkpoint => checkpoint.TrainingId)
                .SingleOrDefaultAsync(cancel)
            : null;

    private static IQueryable<ScoredImage> Scored(PortalDb db, Guid runId, Guid? versionId, Guid? trainingId) =>
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
