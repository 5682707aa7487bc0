using AdClip.Portal.Shell.Refusals;
using AdClip.Vision.GroundTruth;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Images;

/// <summary>An image as the API shows it.</summary>
public sealed record ImageAnswer
{
    public required Guid Id { get; init; }

    public required Guid ProjectId { get; init; }

    public required string FileName { get; init; }

    public required string RelativePath { get; init; }

    public required string Sha256 { get; init; }

    public required string MediaType { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required long Bytes { get; init; }

    public required int BitDepth { get; init; }

    public required int SignificantBits { get; init; }

    public required int Channels { get; init; }

    public required int Frames { get; init; }

    public required string Label { get; init; }

    public required int ShapeCount { get; init; }

    public required int AnnotationRevision { get; init; }

    public required IReadOnlyList<string> Hints { get; init; }

    public required DateTimeOffset UploadedAt { get; init; }

    public required DateTimeOffset? DeletedAt { get; init; }

    /// <summary>unassigned, train or test.</summary>
    public required string Split { get; init; }

    public static ImageAnswer Of(ImageRecord image) => new()
    {
        Id = image.Id,
        ProjectId = image.ProjectId,
        FileName = image.FileName,
        RelativePath = image.RelativePath,
        Sha256 = image.Sha256,
        MediaType = image.MediaType,
        Width = image.Width,
        Height = image.Height,
        Bytes = image.Bytes,
        BitDepth = image.BitDepth,
        SignificantBits = image.SignificantBits,
        Channels = image.Channels,
        Frames = image.Frames,
        Label = NameOf(image.Label),
        ShapeCount = image.ShapeCount,
        AnnotationRevision = image.AnnotationRevision,
        Hints = [.. HintText.Each(image.Hints).Select(hint => hint.ToString())],
        UploadedAt = image.UploadedAt,
        DeletedAt = image.DeletedAt,
        Split = NameOf(image.Split),
    };

    /// <summary>The label's name in addresses and files: unlabelled, good, anomaly.</summary>
    public static string NameOf(ImageLabel label) => label switch
    {
        ImageLabel.Good => "good",
        ImageLabel.Anomaly => "anomaly",
        _ => "unlabelled",
    };

    /// <summary>The split's name in addresses and files: unassigned, train, test.</summary>
    public static string NameOf(ImageSplit split) => split switch
    {
        ImageSplit.Train => "train",
        ImageSplit.Test => "test",
        _ => "unassigned",
    };

    /// <summary>The split of that name; null: there is none.</summary>
    public static ImageSplit? SplitOf(string? name) => name switch
    {
        "train" => ImageSplit.Train,
        "test" => ImageSplit.Test,
        "unassigned" => ImageSplit.Unassigned,
        _ => null,
    };
}

/// <summary>A page of images; ask again with after=<see cref="Next"/> until it is null.</summary>
public sealed record ImagePage(IReadOnlyList<ImageAnswer> Items, Guid? Next);

/// <summary>Images that are to get a split: unassigned, train or test.</summary>
public sealed record SplitRequest(IReadOnlyList<Guid>? ImageIds, string? Split);

/// <summary>What became of them.</summary>
/// <param name="Changed">Images that had another split before.</param>
/// <param name="Unknown">Ids of no image of the project, or of deleted ones.</param>
public sealed record SplitAnswer(int Changed, IReadOnlyList<Guid> Unknown);

/// <summary>Something that the owner of an accepted image should know.</summary>
public sealed record HintAnswer(string Code, string Message);

/// <summary>What became of one file: result accepted, duplicate, refused or skipped; kind image, mask or archive.</summary>
public sealed record FileAnswer
{
    public required string Name { get; init; }

    public required string Path { get; init; }

    public required string Kind { get; init; }

    public required string Outcome { get; init; }

    public required Guid? ImageId { get; init; }

    public required string? Code { get; init; }

    public required string? Message { get; init; }

    public required IReadOnlyList<HintAnswer> Hints { get; init; }

    public required IReadOnlyList<FileAnswer>? Entries { get; init; }

    public static FileAnswer Of(UploadOutcome outcome, IStringLocalizer<ImagesText> text, IStringLocalizer<RefusalText> refusals) => new()
    {
        Name = outcome.Path.FileName,
        Path = outcome.Path.RelativePath,
        Kind = outcome.Kind switch { UploadKind.Mask => "mask", UploadKind.Archive => "archive", _ => "image" },
        Outcome = outcome.Result switch
        {
            UploadResult.Accepted => "accepted",
            UploadResult.Duplicate => "duplicate",
            UploadResult.Skipped => "skipped",
            _ => "refused",
        },
        ImageId = outcome.ImageId,
        Code = outcome.Refusal?.Code.ToString() ?? (outcome.Result == UploadResult.Duplicate ? "Duplicate" : null),
        Message = outcome.Refusal is { } refusal ? refusals.Sentence(refusal) : outcome.Result switch
        {
            UploadResult.Duplicate => text["OutcomeDuplicate"].Value,
            UploadResult.Skipped => text["OutcomeSkipped"].Value,
            _ => null,
        },
        Hints = [.. HintText.Each(outcome.Hints).Select(hint => new HintAnswer(hint.ToString(), text.Of(hint, outcome.Frames, outcome.SignificantBits)))],
        Entries = outcome.Entries is null ? null : [.. outcome.Entries.Select(entry => Of(entry, text, refusals))],
    };
}

/// <summary>What became of every file of a request. Counts are of images and masks, those within archives included.</summary>
public sealed record UploadAnswer(IReadOnlyList<FileAnswer> Files, int Accepted, int Duplicates, int Refused, int Skipped)
{
    public static UploadAnswer Of(IReadOnlyList<UploadOutcome> outcomes, IStringLocalizer<ImagesText> text, IStringLocalizer<RefusalText> refusals)
    {
        var leaves = outcomes.SelectMany(outcome => outcome.Entries ?? [outcome]).ToList();
        int Count(UploadResult result) => leaves.Count(leaf => leaf.Result == result);
        return new UploadAnswer(
            [.. outcomes.Select(outcome => FileAnswer.Of(outcome, text, refusals))],
            Count(UploadResult.Accepted), Count(UploadResult.Duplicate), Count(UploadResult.Refused), Count(UploadResult.Skipped));
    }
}

/// <summary>Sentences for hints.</summary>
public static class HintText
{
    private static readonly ImageHints[] Single = [.. Enum.GetValues<ImageHints>().Where(hint => hint != ImageHints.None)];

    public static IEnumerable<ImageHints> Each(ImageHints hints) => Single.Where(hint => hints.HasFlag(hint));

    public static string Of(this IStringLocalizer<ImagesText> text, ImageHints hint, int frames, int significantBits) => hint switch
    {
        ImageHints.UniformDark => text["HintUniformDark"],
        ImageHints.UniformBright => text["HintUniformBright"],
        ImageHints.SeveralFrames => text["HintSeveralFrames", frames],
        ImageHints.DeepSamples => text["HintDeepSamples", significantBits],
        ImageHints.FlattenedOnBlack => text["HintFlattenedOnBlack"],
        ImageHints.ExtremeAspect => text["HintExtremeAspect"],
        _ => text["HintRestored"],
    };
}
