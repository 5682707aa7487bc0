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
/// <param name="Source">marked, reviewed, labelled or none.</param>
/// <param name="ThresholdSource">saved, suggested, bestOfGolden or none.</param>
/// <param name="Worse">How many right verdicts become wrong.</param>
public sealed record GoldenComparisonAnswer(
    string Source, int Images, int Unreadable, double? Threshold, string ThresholdSource,
    int Changed, int Worse, int Better, IReadOnlyList<GoldenChangeAnswer> Changes)
{
    public static GoldenComparisonAnswer Of(GoldenComparison golden) => new(
        RunAnswer.NameOf(golden.Source), golden.Images, golden.Unreadable, golden.Threshold,
        RunAnswer.NameOf(golden.ThresholdSource), golden.Changed, golden.Worse.Count, golden.Better.Count,
        [.. golden.Changes.Select(
            change => new GoldenChangeAnswer(
                change.ImageId, change.FileName, change.IsAnomaly, change.Before, change.After, change.WasRight, change.IsRight))]);
}

/// <summary>What a detector would say if it were taught a region.</summary>
/// <param name="Box">Around the region, in pixels of the stored image.</param>
/// <param name="Patches">How many patches it covers.</param>
/// <param name="BeforeMapUrl">Maps as .npy; they are there for a while only.</param>
public sealed record FeedbackPreviewAnswer(
    string Kind, ImageRectangle Box, int Patches, double ScoreBefore, double ScoreAfter,
    string BeforeMapUrl, string AfterMapUrl, Guid? Parent, GoldenComparisonAnswer Golden)
{
    public static FeedbackPreviewAnswer Of(FeedbackPreview preview, GoldenComparison golden) => new(
        RunAnswer.NameOf(preview.Kind), preview.Bounds, preview.Said.Patches.Count, preview.ScoreBefore, preview.ScoreAfter,
        preview.BeforeUrl, preview.AfterUrl, preview.Line.Head?.Id, GoldenComparisonAnswer.Of(golden));
}

/// <summary>A lesson that was kept.</summary>
/// <param name="DetectorId">The version that came of it, and its number.</param>
/// <param name="InForce">Whether the newest version has learned it; else it was undone.</param>
public sealed record LessonAnswer(
    Guid Id, Guid DetectorId, int DetectorNumber, string Kind, Guid ImageId, string FileName, Guid RunId, ImageRectangle Box,
    int Patches, double ScoreBefore, double ScoreAfter, string Person, DateTimeOffset CreatedAt, bool InForce,
    GoldenComparisonAnswer Golden)
{
    public static LessonAnswer Of(LessonView view) => new(
        view.Lesson.Id, view.Lesson.VersionId, view.Number, RunAnswer.NameOf(view.Lesson.Kind), view.Lesson.ImageId,
        view.FileName, view.Lesson.RunId, new ImageRectangle(view.Lesson.X, view.Lesson.Y, view.Lesson.Width, view.Lesson.Height),
        view.Lesson.Patches, view.Lesson.ScoreBefore, view.Lesson.ScoreAfter, view.Person,
        view.Lesson.CreatedAt, view.IsInForce, GoldenComparisonAnswer.Of(view.Golden));
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
