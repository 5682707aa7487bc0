using AdClip.Vision;

namespace AdClip.Portal.Features.Images;

/// <summary>What became of one uploaded file or one entry of an archive.</summary>
public enum UploadResult
{
    /// <summary>Stored; both its bytes and its row are on disk.</summary>
    Accepted,

    /// <summary>The project already has these very bytes; nothing was added.</summary>
    Duplicate,

    /// <summary>Not stored, for the reason given.</summary>
    Refused,

    /// <summary>Litter that operating systems leave in archives; nothing was lost.</summary>
    Skipped,
}

/// <summary>What the file turned out to be.</summary>
public enum UploadKind
{
    Image,
    Mask,
    Archive,
}

/// <summary>What became of one uploaded file; for an archive, of each of its entries too.</summary>
public sealed record UploadOutcome(UploadPath Path, UploadKind Kind, UploadResult Result)
{
    /// <summary>The image: the new one, the one it is a duplicate of, or the one that a mask belongs to if it is there already.</summary>
    public Guid? ImageId { get; init; }

    public ImageHints Hints { get; init; }

    public int Frames { get; init; } = 1;

    public int SignificantBits { get; init; } = 8;

    /// <summary>Why it was refused.</summary>
    public RefusedInputException? Refusal { get; init; }

    public IReadOnlyList<UploadOutcome>? Entries { get; init; }

    public static UploadOutcome Refuse(UploadPath path, UploadKind kind, RefusedInputException refusal) =>
        new(path, kind, UploadResult.Refused) { Refusal = refusal };
}
