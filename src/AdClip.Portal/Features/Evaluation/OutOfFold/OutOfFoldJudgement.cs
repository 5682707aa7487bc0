using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Metrics;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Evaluation.OutOfFold;

/// <summary>An image that a detector learned from, as a fit without it judged it.</summary>
/// <param name="ImageId">Null: it is not in the project any more.</param>
/// <param name="IsAnomaly">What it was learned as.</param>
/// <param name="IsDeleted">It was put away since.</param>
/// <param name="Label">What people say of it now; null where it is gone.</param>
public sealed record OutOfFoldImage(Guid? ImageId, string Sha256, string FileName, bool IsAnomaly, double Score, bool IsDeleted, ImageLabel? Label)
{
    public Outcome OutcomeAt(double threshold) => (IsAnomaly, Score >= threshold) switch
    {
        (true, true) => Outcome.TruePositive,
        (false, true) => Outcome.FalsePositive,
        (false, false) => Outcome.TrueNegative,
        (true, false) => Outcome.FalseNegative,
    };
}

/// <summary>How a trained detector does on the images that it learned from, each judged by a fit that had not seen it.</summary>
public sealed class OutOfFoldJudgement
{
    public OutOfFoldJudgement(DetectorVersion version, IReadOnlyList<OutOfFoldImage> images)
    {
        (Version, Images, Report) = (version, images, VersionReport.Parse(version.Report));
        Curve = PrecisionRecallCurve.FromScores([.. images.Select(image => image.Score)], [.. images.Select(image => image.IsAnomaly)]);
    }

    public DetectorVersion Version { get; }

    public VersionReport Report { get; }

    /// <summary>In the order of their hashes.</summary>
    public IReadOnlyList<OutOfFoldImage> Images { get; }

    public PrecisionRecallCurve Curve { get; }

    /// <summary>What the detector suggests: the largest F1 on these very scores; null without anomalies.</summary>
    public double? Suggested => Report.Threshold;

    /// <summary>The images with this outcome, those farthest on their side of the threshold first.</summary>
    public IReadOnlyList<OutOfFoldImage> With(Outcome outcome, double threshold)
    {
        var images = Images.Where(image => image.OutcomeAt(threshold) == outcome);
        return outcome is Outcome.TruePositive or Outcome.FalsePositive
            ? [.. images.OrderByDescending(image => image.Score).ThenBy(image => image.FileName, StringComparer.Ordinal)]
            : [.. images.OrderBy(image => image.Score).ThenBy(image => image.FileName, StringComparer.Ordinal)];
    }

    public static async Task<OutOfFoldJudgement> ReadAsync(PortalDb db, DetectorVersion version, CancellationToken cancel = default)
    {
        var learned = await db.Set<DetectorVersionImage>().AsNoTracking()
            .Where(image => image.VersionId == version.Id && image.OutOfFoldScore != null && image.IsAnomaly != null)
            .OrderBy(image => image.Sha256)
            .ToListAsync(cancel);
        var sha256s = learned.ConvertAll(image => image.Sha256);
        var records = await db.Set<ImageRecord>().AsNoTracking()
            .Where(image => image.ProjectId == version.ProjectId && sha256s.Contains(image.Sha256))
            .ToDictionaryAsync(image => image.Sha256, StringComparer.Ordinal, cancel);
        return new OutOfFoldJudgement(
            version,
            learned.ConvertAll(image =>
            {
                var record = records.GetValueOrDefault(image.Sha256);
                return new OutOfFoldImage(
                    record?.Id, image.Sha256, record?.FileName ?? image.Sha256, image.IsAnomaly!.Value, image.OutOfFoldScore!.Value,
                    record?.DeletedAt is not null, record?.Label);
            }));
    }
}
