using AdClip.Portal.Features.Jobs;
using AdClip.Vision.Detection.FewShot;

namespace AdClip.Portal.Features.Training;

/// <summary>A training as the API shows it.</summary>
public sealed record TrainingAnswer
{
    /// <summary>The job's.</summary>
    public required Guid Id { get; init; }

    public required Guid ProjectId { get; init; }

    public required string State { get; init; }

    public required string? Message { get; init; }

    public required int Done { get; init; }

    public required int Total { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? StartedAt { get; init; }

    public required DateTimeOffset? FinishedAt { get; init; }

    public required double? RemainingSeconds { get; init; }

    /// <summary>What came of it; null: nothing yet.</summary>
    public required Guid? DetectorId { get; init; }

    public static TrainingAnswer Of(JobView job, Guid? detectorId, JobTexts texts, DateTimeOffset now) => new()
    {
        Id = job.Id,
        ProjectId = job.ProjectId!.Value,
        State = NameOf(job.State),
        Message = texts.Sentence(job),
        Done = job.Done,
        Total = job.Total,
        CreatedAt = job.CreatedAt,
        StartedAt = job.StartedAt,
        FinishedAt = job.FinishedAt,
        RemainingSeconds = job.Remaining(now)?.TotalSeconds,
        DetectorId = detectorId,
    };

    internal static string NameOf<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}

/// <summary>How far a training shall go.</summary>
/// <param name="Epochs">All epochs in the end; null: as many as it was started with.</param>
public sealed record MoreEpochs(int? Epochs = null);

/// <summary>What became of one part of a detector.</summary>
/// <param name="Weight">Its share in the score; all shares sum to 1.</param>
/// <param name="Reason">measured, modelRule, noBetterThanChance, switchedOff, tooFewAnomalies or tooFewMasks.</param>
/// <param name="AreaUnderRoc">Out of fold; null without anomalies.</param>
public sealed record DetectorPartAnswer(string Part, double Weight, string Reason, double? AreaUnderRoc);

/// <summary>A trained detector as the API shows it. Its numbers are out of fold: each image was judged by a fit that had not seen it.</summary>
public sealed record DetectorAnswer
{
    public required Guid Id { get; init; }

    public required Guid ProjectId { get; init; }

    /// <summary>What people call it.</summary>
    public required int Number { get; init; }

    public required string Kind { get; init; }

    public required Guid? ParentId { get; init; }

    public required string Model { get; init; }

    public required string EncoderId { get; init; }

    public required int ImageSize { get; init; }

    public required string ObjectName { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required int Good { get; init; }

    public required int Anomalies { get; init; }

    public required int Drawn { get; init; }

    public required IReadOnlyList<string> Classes { get; init; }

    public required int Unreadable { get; init; }

    public required int LeftOut { get; init; }

    public required Figure? AreaUnderRoc { get; init; }

    public required Figure? AveragePrecision { get; init; }

    /// <summary>Of thresholds that were chosen on other images than they judge.</summary>
    public required Figure? F1 { get; init; }

    /// <summary>Largest F1 on all out-of-fold scores; null without anomalies.</summary>
    public required double? SuggestedThreshold { get; init; }

    public required double? ExpectedCalibrationError { get; init; }

    public required IReadOnlyList<DetectorPartAnswer> Parts { get; init; }

    public required double Seconds { get; init; }

    /// <summary>The learned prompts that it compares with; null: the model's own texts.</summary>
    public required TextOrigin? Texts { get; init; }

    /// <summary>Labelled images that were kept for judging when it was trained.</summary>
    public required int TestImages { get; init; }

    /// <summary>What people call it besides its number; null: nothing.</summary>
    public string? Name { get; init; }

    public static DetectorAnswer Of(DetectorVersion version)
    {
        var report = VersionReport.Parse(version.Report);
        return new()
        {
            Id = version.Id,
            ProjectId = version.ProjectId,
            Number = version.Number,
            Kind = TrainingAnswer.NameOf(version.Kind),
            ParentId = version.ParentId,
            Model = version.ModelId,
            EncoderId = version.EncoderId,
            ImageSize = version.ImageSize,
            ObjectName = version.ObjectName,
            CreatedAt = version.CreatedAt,
            Good = report.Good,
            Anomalies = report.Anomalies,
            Drawn = report.Drawn,
            Classes = report.Classes,
            Unreadable = report.Unreadable,
            LeftOut = report.LeftOut,
            AreaUnderRoc = report.AreaUnderRoc,
            AveragePrecision = report.AveragePrecision,
            F1 = report.F1,
            SuggestedThreshold = report.Threshold,
            ExpectedCalibrationError = report.Fit.Calibration.ExpectedError,
            Parts =
            [
                .. report.Fit.Parts.Select(
                    part => new DetectorPartAnswer(
                        TrainingAnswer.NameOf<FitPart>(part.Part), part.Weight, TrainingAnswer.NameOf(part.Reason), part.AreaUnderRoc)),
            ],
            Seconds = report.Seconds,
            Texts = report.Texts,
            TestImages = report.TestImages,
            Name = version.Name,
        };
    }
}
