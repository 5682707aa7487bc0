using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Detection.Tiles;

namespace AdClip.Portal.Features.Runs;

/// <summary>A run as the API shows it.</summary>
/// <param name="Tiles">How images are cut; null: each is looked at whole.</param>
/// <param name="State">queued, running, cancelling, cancelled, succeeded, failed or refused.</param>
/// <param name="Message">How it ended, in the caller's language; null: nothing to add.</param>
/// <param name="Done">Images that are finished: with a result, or refused.</param>
/// <param name="Total">Images of the run.</param>
/// <param name="ElapsedSeconds">From the first start to the end or to now; waiting after a restart included.</param>
/// <param name="RemainingSeconds">At the present speed; null while that is unknown.</param>
/// <param name="InspectionAreaRevision">Revision of the inspection area that it looks at; 0: at everything.</param>
/// <param name="Attempts">1, and one more for each restart or retry.</param>
/// <param name="Prompts">The words it compares with; null: what the model recommends.</param>
/// <param name="RescoredFromRunId">The run whose images were scored again; null: a run of its own.</param>
/// <param name="Encoded">Images that the encoder had to look at; the others were scored from kept tokens.</param>
/// <param name="Device">Where the encoder ran when the run was made: cpu, cuda:0 or directml:0; null: not noted.</param>
/// <param name="DetectorId">The trained detector that scored; null: the model itself.</param>
/// <param name="DetectorNumber">Its number.</param>
/// <param name="DeviceFallback">Why that was not the device asked for, in English; null: it was.</param>
public sealed record RunAnswer(
    Guid Id, Guid ProjectId, Guid JobId, string Model, string ModelName, string EncoderId, string ObjectName,
    string References, int ReferenceCount, int InspectionAreaRevision, int ImageSize, TileSettings? Tiles,
    string State, string? Message, int Done, int Total, int Refused, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt,
    double? ElapsedSeconds, double? RemainingSeconds, double? MillisecondsPerImage, int Attempts,
    RunPrompts? Prompts, Guid? RescoredFromRunId, int Encoded, string? Device, string? DeviceFallback, Guid? DetectorId, int? DetectorNumber)
{
    public static RunAnswer Of(RunSummary summary, JobTexts texts, DateTimeOffset now) => new(
        summary.Run.Id, summary.Run.ProjectId, summary.Run.JobId, summary.Run.ModelId, summary.Run.ModelName, summary.Run.EncoderId, summary.Run.ObjectName,
        NameOf(summary.Run.References), summary.Run.ReferenceCount, summary.Run.AreaRevision, summary.Settings.ImageSize, summary.Settings.Tiles,
        NameOf(summary.Job.State), texts.Sentence(summary.Job), summary.Results + summary.Refused, summary.Run.ImageCount, summary.Refused,
        summary.Run.CreatedAt, summary.Job.StartedAt, summary.Job.FinishedAt,
        summary.Job.Elapsed(now)?.TotalSeconds, summary.Job.Remaining(now)?.TotalSeconds, summary.MillisecondsPerImage, summary.Job.Attempt,
        summary.Settings.Prompts, summary.Settings.RescoredFromRunId, summary.Encoded, summary.Settings.Device,
        summary.Settings.Fallback?.ToString(), summary.Settings.DetectorVersionId, summary.Settings.DetectorNumber)
    {
        ScoreIdentity = summary.Run.ScoreIdentity,
    };

    /// <summary>Names all that the scale of its scores depends on: a threshold holds for scores of one identity.</summary>
    public required string ScoreIdentity { get; init; }

    public static string NameOf<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}

/// <summary>A result as the API shows it. Scores are raw and exact: reading them as binary32 gives the stored bits.</summary>
/// <param name="Label">The ground truth as it is now: unlabelled, good or anomaly.</param>
/// <param name="Probability">Calibrated probability of an anomaly; null unless a trained detector scored and has learned from anomalies.</param>
/// <param name="ClassProbabilities">Of "good" and of each defect class, sum 1; null where there is no probability.</param>
/// <param name="MapUrl">The map: .npy, float32, [rows, columns], over the whole image.</param>
public sealed record ResultAnswer(
    Guid Id, Guid RunId, Guid ImageId, string FileName, string Sha256, string Label,
    float Score, float ZeroShotScore, float? FewShotScore, float ClassProbability,
    float MapMin, float MapMax, double Milliseconds, bool WasCached, string MapUrl,
    string HeatmapUrl, double? Probability, IReadOnlyDictionary<string, double>? ClassProbabilities)
{
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

    public static ResultAnswer Of(ImageResult result, ImageRecord image, Run run, ScoreScale? scale) => new(
        result.Id, result.RunId, result.ImageId, image.FileName, image.Sha256,
        ImageAnswer.NameOf(image.Label), result.Score, result.ZeroShotScore, result.FewShotScore,
        result.ClassProbability, result.MapMin, result.MapMax, result.Milliseconds, result.WasCached,
        $"/api/v1/results/{result.Id}/map", $"/api/v1/results/{result.Id}/heatmap", result.Probability,
        result.Probability is null ? null : new Dictionary<string, double>(ImageResult.ClassesOf(result.ClassProbabilities)))
    {
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
