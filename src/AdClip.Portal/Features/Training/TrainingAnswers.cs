using AdClip.Portal.Features.Jobs;
using AdClip.Vision.Detection.FewShot;

namespace AdClip.Portal.Features.Training;

/// <summary>A training as the API shows it.</summary>
/// <param name="Id">The job's.</param>
/// <param name="DetectorId">What came of it; null: nothing yet.</param>
public sealed record TrainingAnswer(
    Guid Id, Guid ProjectId, string State, string? Message, int Done, int Total, DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, double? RemainingSeconds, Guid? DetectorId)
{
    public static TrainingAnswer Of(JobView job, Guid? detectorId, JobTexts texts, DateTimeOffset now) => new(
        job.Id, job.ProjectId!.Value, NameOf(job.State), texts.Sentence(job), job.Done, job.Total,
        job.CreatedAt, job.StartedAt, job.FinishedAt, job.Remaining(now)?.TotalSeconds, detectorId);

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
/// <param name="Number">What people call it.</param>
/// <param name="F1">Of thresholds that were chosen on other images than they judge.</param>
/// <param name="SuggestedThreshold">Largest F1 on all out-of-fold scores; null without anomalies.</param>
/// <param name="Texts">The learned prompts that it compares with; null: the model's own texts.</param>
public sealed record DetectorAnswer(
    Guid Id, Guid ProjectId, int Number, string Kind, Guid? ParentId, string Model, string EncoderId,
    int ImageSize, string ObjectName, DateTimeOffset CreatedAt, int Good, int Anomalies, int Drawn,
    IReadOnlyList<string> Classes, int Unreadable, int LeftOut, Figure? AreaUnderRoc,
    Figure? AveragePrecision, Figure? F1, double? SuggestedThreshold, double? ExpectedCalibrationError,
    IReadOnlyList<DetectorPartAnswer> Parts, double Seconds, TextOrigin? Texts)
{
    /// <summary>What people call it besides its number; null: nothing.</summary>
    public string? Name { get; init; }

    public static DetectorAnswer Of(DetectorVersion version)
    {
        var report = VersionReport.Parse(version.Report);
        return new(
            version.Id, version.ProjectId, version.Number, TrainingAnswer.NameOf(version.Kind), version.ParentId,
            version.ModelId, version.EncoderId, version.ImageSize, version.ObjectName, version.CreatedAt,
            report.Good, report.Anomalies, report.Drawn, report.Classes, report.Unreadable,
            report.LeftOut, report.AreaUnderRoc, report.AveragePrecision, report.F1, report.Threshold,
            report.Fit.Calibration.ExpectedError,
            [.. report.Fit.Parts.Select(
                part => new DetectorPartAnswer(
                    TrainingAnswer.NameOf<FitPart>(part.Part), part.Weight, TrainingAnswer.NameOf(part.Reason), part.AreaUnderRoc))],
            report.Seconds, report.Texts)
        {
            Name = version.Name,
        };
    }
}
