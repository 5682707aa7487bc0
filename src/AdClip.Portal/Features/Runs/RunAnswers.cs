using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Detection.Tiles;

namespace AdClip.Portal.Features.Runs;

/// <summary>A run as the API shows it.</summary>
public sealed record RunAnswer
{
    public required Guid Id { get; init; }

    public required Guid ProjectId { get; init; }

    public required Guid JobId { get; init; }

    public required string Model { get; init; }

    public required string ModelName { get; init; }

    public required string EncoderId { get; init; }

    public required string ObjectName { get; init; }

    public required string References { get; init; }

    public required int ReferenceCount { get; init; }

    /// <summary>Revision of the inspection area that it looks at; 0: at everything.</summary>
    public required int InspectionAreaRevision { get; init; }

    public required int ImageSize { get; init; }

    /// <summary>How images are cut; null: each is looked at whole.</summary>
    public required TileSettings? Tiles { get; init; }

    /// <summary>queued, running, cancelling, cancelled, succeeded, failed or refused.</summary>
    public required string State { get; init; }

    /// <summary>How it ended, in the caller's language; null: nothing to add.</summary>
    public required string? Message { get; init; }

    /// <summary>Images that are finished: with a result, or refused.</summary>
    public required int Done { get; init; }

    /// <summary>Images of the run.</summary>
    public required int Total { get; init; }

    public required int Refused { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? StartedAt { get; init; }

    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>From the first start to the end or to now; waiting after a restart included.</summary>
    public required double? ElapsedSeconds { get; init; }

    /// <summary>At the present speed; null while that is unknown.</summary>
    public required double? RemainingSeconds { get; init; }

    public required double? MillisecondsPerImage { get; init; }

    /// <summary>1, and one more for each restart or retry.</summary>
    public required int Attempts { get; init; }

    /// <summary>The words it compares with; null: what the model recommends.</summary>
    public required RunPrompts? Prompts { get; init; }

    /// <summary>The run whose images were scored again; null: a run of its own.</summary>
    public required Guid? RescoredFromRunId { get; init; }

    /// <summary>Images that the encoder had to look at; the others were scored from kept tokens.</summary>
    public required int Encoded { get; init; }

    /// <summary>Where the encoder ran when the run was made: cpu, cuda:0 or directml:0; null: not noted.</summary>
    public required string? Device { get; init; }

    /// <summary>Why that was not the device asked for, in English; null: it was.</summary>
    public required string? DeviceFallback { get; init; }

    /// <summary>The trained detector that scored; null: the model itself.</summary>
    public required Guid? DetectorId { get; init; }

    /// <summary>Its number.</summary>
    public required int? DetectorNumber { get; init; }

    /// <summary>Names all that the scale of its scores depends on: a threshold holds for scores of one identity.</summary>
    public required string ScoreIdentity { get; init; }

    public static RunAnswer Of(RunSummary summary, JobTexts texts, DateTimeOffset now) => new()
    {
        Id = summary.Run.Id,
        ProjectId = summary.Run.ProjectId,
        JobId = summary.Run.JobId,
        Model = summary.Run.ModelId,
        ModelName = summary.Run.ModelName,
        EncoderId = summary.Run.EncoderId,
        ObjectName = summary.Run.ObjectName,
        References = NameOf(summary.Run.References),
        ReferenceCount = summary.Run.ReferenceCount,
        InspectionAreaRevision = summary.Run.AreaRevision,
        ImageSize = summary.Settings.ImageSize,
        Tiles = summary.Settings.Tiles,
        State = NameOf(summary.Job.State),
        Message = texts.Sentence(summary.Job),
        Done = summary.Results + summary.Refused,
        Total = summary.Run.ImageCount,
        Refused = summary.Refused,
        CreatedAt = summary.Run.CreatedAt,
        StartedAt = summary.Job.StartedAt,
        FinishedAt = summary.Job.FinishedAt,
        ElapsedSeconds = summary.Job.Elapsed(now)?.TotalSeconds,
        RemainingSeconds = summary.Job.Remaining(now)?.TotalSeconds,
        MillisecondsPerImage = summary.MillisecondsPerImage,
        Attempts = summary.Job.Attempt,
        Prompts = summary.Settings.Prompts,
        RescoredFromRunId = summary.Settings.RescoredFromRunId,
        Encoded = summary.Encoded,
        Device = summary.Settings.Device,
        DeviceFallback = summary.Settings.Fallback?.ToString(),
        DetectorId = summary.Settings.DetectorVersionId,
        DetectorNumber = summary.Settings.DetectorNumber,
        ScoreIdentity = summary.Run.ScoreIdentity,
    };

    public static string NameOf<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}

/// <summary>A result as the API shows it. Scores are raw and exact: reading them as binary32 gives the stored bits.</summary>
public sealed record ResultAnswer
{
    public required Guid Id { get; init; }

    public required Guid RunId { get; init; }

    public required Guid ImageId { get; init; }

    public required string FileName { get; init; }

    public required string Sha256 { get; init; }

    /// <summary>The ground truth as it is now: unlabelled, good or anomaly.</summary>
    public required string Label { get; init; }

    public required float Score { get; init; }

    public required float ZeroShotScore { get; init; }

    public required float? FewShotScore { get; init; }

    public required float ClassProbability { get; init; }

    public required float MapMin { get; init; }

    public required float MapMax { get; init; }

    public required double Milliseconds { get; init; }

    public required bool WasCached { get; init; }

    /// <summary>The map: .npy, float32, [rows, columns], over the whole image.</summary>
    public required string MapUrl { get; init; }

    public required string HeatmapUrl { get; init; }

    /// <summary>Calibrated probability of an anomaly; null unless a trained detector scored and has learned from anomalies.</summary>
    public required double? Probability { get; init; }

    /// <summary>Of "good" and of each defect class, sum 1; null where there is no probability.</summary>
    public required IReadOnlyDictionary<string, double>? ClassProbabilities { get; init; }

    /// <summary>
    /// The run compares with good images, but with none other than this one: there is no few-shot score, and the
    /// score is that of the texts alone, on another scale than the run's other scores.
    /// </summary>
    public required bool ComparedWithNoGoodImage { get; init; }

    /// <summary>
    /// The score on the scale of people, above 0 and below 100: 20 is a typical good image, 50 is reached by one good image
    /// in twenty; null: no good image is labelled yet, or the image was compared with none.
    /// </summary>
    public double? Index { get; init; }

    public static ResultAnswer Of(ImageResult result, ImageRecord image, Run run, ScoreScale? scale) => new()
    {
        Id = result.Id,
        RunId = result.RunId,
        ImageId = result.ImageId,
        FileName = image.FileName,
        Sha256 = image.Sha256,
        Label = ImageAnswer.NameOf(image.Label),
        Score = result.Score,
        ZeroShotScore = result.ZeroShotScore,
        FewShotScore = result.FewShotScore,
        ClassProbability = result.ClassProbability,
        MapMin = result.MapMin,
        MapMax = result.MapMax,
        Milliseconds = result.Milliseconds,
        WasCached = result.WasCached,
        MapUrl = $"/api/v1/results/{result.Id}/map",
        HeatmapUrl = $"/api/v1/results/{result.Id}/heatmap",
        Probability = result.Probability,
        ClassProbabilities = result.Probability is null ? null : new Dictionary<string, double>(ImageResult.ClassesOf(result.ClassProbabilities)),
        ComparedWithNoGoodImage = run.ReferenceCount > 0 && result.FewShotScore is null,
        Index = run.ReferenceCount > 0 && result.FewShotScore is null ? null : scale?.Index(result.Score),
    };
}

/// <summary>A page of results; ask again with after=<see cref="Next"/> until it is null.</summary>
public sealed record ResultPage(IReadOnlyList<ResultAnswer> Items, Guid? Next);

/// <summary>An image of a run that could not be inspected.</summary>
public sealed record RefusalAnswer(Guid ImageId, string Code, string Message);

/// <summary>A region of the map at or above the map threshold, in pixels of the stored image.</summary>
/// <param name="Peak">Largest value of the map within.</param>
public sealed record BoxAnswer(int X, int Y, int Width, int Height, float Peak)
{
    public static BoxAnswer Of(MapBox box) => new(box.X, box.Y, box.Width, box.Height, box.Peak);
}

/// <summary>Verdicts as the API and the markup name them.</summary>
internal static class VerdictNames
{
    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.Fail => "anomaly",
        Verdict.Review => "review",
        _ => "good",
    };
}
