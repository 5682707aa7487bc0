using AdClip.Portal.Features.Runs;
using AdClip.Vision.GroundTruth;

namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>What somebody says of a region of a result.</summary>
/// <param name="Kind">good or defect.</param>
/// <param name="Box">The region, in pixels of the stored image.</param>
/// <param name="Point">Instead: what is hot around this point,</param>
/// <param name="Level">at or above this value of the map.</param>
/// <param name="Parent">The newest detector that the caller has seen; null: there was none.</param>
/// <param name="AcceptRegressions">Keep it even if right verdicts on golden images become wrong.</param>
/// <param name="AddShapeClass">Add the region to the ground truth too, as a defect of this class.</param>
/// <param name="MarkGood">Label the image good too.</param>
public sealed record FeedbackRequest(
    LessonKind? Kind = null, ImageRectangle? Box = null, ImagePoint? Point = null, double? Level = null,
    Guid? Parent = null, bool AcceptRegressions = false, string? AddShapeClass = null, bool MarkGood = false)
{
    internal FeedbackRegion Region => new(Box, Point, Level);
}

/// <summary>Which version the caller has seen as the newest.</summary>
public sealed record FeedbackMove(Guid? Parent = null);

/// <summary>Whether an image is golden.</summary>
public sealed record GoldenRequest(bool? IsGolden = null);

/// <summary>A golden image and its truth when it was marked.</summary>
public sealed record GoldenAnswer(Guid ImageId, string FileName, string Sha256, bool IsAnomaly);

/// <summary>A golden image before and after.</summary>
/// <param name="WasRight">Null: there is no threshold to judge by.</param>
public sealed record GoldenChangeAnswer(Guid ImageId, string FileName, bool IsAnomaly, double Before, double After, bool? WasRight, bool? IsRight);

/// <summary>What becomes of the golden images.</summary>
public sealed record GoldenComparisonAnswer
{
    /// <summary>marked, reviewed, labelled or none.</summary>
    public required string Source { get; init; }

    public required int Images { get; init; }

    public required int Unreadable { get; init; }

    public required double? Threshold { get; init; }

    /// <summary>saved, suggested, bestOfGolden or none.</summary>
    public required string ThresholdSource { get; init; }

    public required int Changed { get; init; }

    /// <summary>How many right verdicts become wrong.</summary>
    public required int Worse { get; init; }

    public required int Better { get; init; }

    public required IReadOnlyList<GoldenChangeAnswer> Changes { get; init; }

    public static GoldenComparisonAnswer Of(GoldenComparison golden) => new()
    {
        Source = RunAnswer.NameOf(golden.Source),
        Images = golden.Images,
        Unreadable = golden.Unreadable,
        Threshold = golden.Threshold,
        ThresholdSource = RunAnswer.NameOf(golden.ThresholdSource),
        Changed = golden.Changed,
        Worse = golden.Worse.Count,
        Better = golden.Better.Count,
        Changes = [.. golden.Changes.Select(
            change => new GoldenChangeAnswer(
                change.ImageId, change.FileName, change.IsAnomaly, change.Before, change.After, change.WasRight, change.IsRight))],
    };
}

/// <summary>What a detector would say if it were taught a region.</summary>
public sealed record FeedbackPreviewAnswer
{
    public required string Kind { get; init; }

    /// <summary>Around the region, in pixels of the stored image.</summary>
    public required ImageRectangle Box { get; init; }

    /// <summary>How many patches it covers.</summary>
    public required int Patches { get; init; }

    public required double ScoreBefore { get; init; }

    public required double ScoreAfter { get; init; }

    /// <summary>Maps as .npy; they are there for a while only.</summary>
    public required string BeforeMapUrl { get; init; }

    public required string AfterMapUrl { get; init; }

    public required Guid? Parent { get; init; }

    public required GoldenComparisonAnswer Golden { get; init; }

    public static FeedbackPreviewAnswer Of(FeedbackPreview preview, GoldenComparison golden) => new()
    {
        Kind = RunAnswer.NameOf(preview.Kind),
        Box = preview.Bounds,
        Patches = preview.Said.Patches.Count,
        ScoreBefore = preview.ScoreBefore,
        ScoreAfter = preview.ScoreAfter,
        BeforeMapUrl = preview.BeforeUrl,
        AfterMapUrl = preview.AfterUrl,
        Parent = preview.Line.Head?.Id,
        Golden = GoldenComparisonAnswer.Of(golden),
    };
}

/// <summary>A lesson that was kept.</summary>
public sealed record LessonAnswer
{
    public required Guid Id { get; init; }

    /// <summary>The version that came of it, and its number.</summary>
    public required Guid DetectorId { get; init; }

    public required int DetectorNumber { get; init; }

    public required string Kind { get; init; }

    public required Guid ImageId { get; init; }

    public required string FileName { get; init; }

    public required Guid RunId { get; init; }

    public required ImageRectangle Box { get; init; }

    public required int Patches { get; init; }

    public required double ScoreBefore { get; init; }

    public required double ScoreAfter { get; init; }

    public required string Person { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether the newest version has learned it; else it was undone.</summary>
    public required bool InForce { get; init; }

    public required GoldenComparisonAnswer Golden { get; init; }

    public static LessonAnswer Of(LessonView view) => new()
    {
        Id = view.Lesson.Id,
        DetectorId = view.Lesson.VersionId,
        DetectorNumber = view.Number,
        Kind = RunAnswer.NameOf(view.Lesson.Kind),
        ImageId = view.Lesson.ImageId,
        FileName = view.FileName,
        RunId = view.Lesson.RunId,
        Box = new ImageRectangle(view.Lesson.X, view.Lesson.Y, view.Lesson.Width, view.Lesson.Height),
        Patches = view.Lesson.Patches,
        ScoreBefore = view.Lesson.ScoreBefore,
        ScoreAfter = view.Lesson.ScoreAfter,
        Person = view.Person,
        CreatedAt = view.Lesson.CreatedAt,
        InForce = view.IsInForce,
        Golden = GoldenComparisonAnswer.Of(view.Golden),
    };
}

/// <summary>What was taught from the detector of a run.</summary>
/// <param name="DetectorId">The version that holds; name it as parent. Null: a plain model that nobody has taught.</param>
/// <param name="Lessons">Newest first.</param>
public sealed record TeachingAnswer(
    Guid? DetectorId, int? DetectorNumber, Guid? RootDetectorId, bool CanUndo, bool CanRedo, IReadOnlyList<LessonAnswer> Lessons)
{
    public static TeachingAnswer Of(TeachingRecord record) => new(
        record.Line.Head?.Id, record.Line.Head?.Number, record.Line.Root?.Id, record.Line.CanUndo,
        record.Line.History.RedoId is not null, [.. record.Lessons.Select(LessonAnswer.Of)]);
}
