using AdClip.Portal.Features.Projects;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Images;

/// <summary>Whether a detector may learn from an image, or is judged on it.</summary>
public enum ImageSplit
{
    /// <summary>Nobody has said; see <see cref="ImageSplits.Learnable"/> for what that means.</summary>
    Unassigned = 0,

    /// <summary>To learn from and to compare with.</summary>
    Train = 1,

    /// <summary>Kept for judging: nothing is learned from it, and nothing is compared with it unasked.</summary>
    Test = 2,
}

/// <summary>Things about an accepted image that its owner should know; shown, never a reason to refuse.</summary>
[Flags]
public enum ImageHints
{
    None = 0,

    /// <summary>Every sample is the same and dark: a lens cap.</summary>
    UniformDark = 1,

    /// <summary>Every sample is the same and not dark: over-exposed or empty.</summary>
    UniformBright = 2,

    /// <summary>The file has several frames or pages; the first is used.</summary>
    SeveralFrames = 4,

    /// <summary>More than 8 bits a sample, scaled to 8 by the depth that the samples use.</summary>
    DeepSamples = 8,

    /// <summary>Transparent pixels are shown on black.</summary>
    FlattenedOnBlack = 16,

    /// <summary>One side is more than eight times the other; detection squashes it to a square.</summary>
    ExtremeAspect = 32,

    /// <summary>It had been deleted from this project and is back.</summary>
    Restored = 64,
}

/// <summary>One image of a project. The bytes are the blob <see cref="Sha256"/>; the frame of every coordinate is the upright picture.</summary>
public sealed class ImageRecord
{
    /// <summary>Version 7: sorts by the time of upload.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    /// <summary>Hash of the file as it came, which is also the blob's name. One image for each in a project.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The file's name as it came, without folders.</summary>
    public required string FileName { get; init; }

    /// <summary>Folders and name below what was uploaded (a folder or an archive), parts separated by '/'; the name alone for a single file.</summary>
    public required string RelativePath { get; init; }

    /// <summary>By content, not by name.</summary>
    public required string MediaType { get; init; }

    /// <summary>Pixels across, upright.</summary>
    public required int Width { get; init; }

    /// <summary>Pixels down, upright.</summary>
    public required int Height { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Bits of a stored sample: 1 to 32.</summary>
    public required int BitDepth { get; init; }

    /// <summary>Bits that the samples really use: 12 for a 12-bit camera's 16-bit file.</summary>
    public required int SignificantBits { get; init; }

    public required int Channels { get; init; }

    public required int Frames { get; init; }

    /// <summary>Browsers do not show the stored bytes as they are decoded here (depth, orientation, format, alpha): they get a PNG instead.</summary>
    public required bool NeedsRendition { get; init; }

    public required ImageHints Hints { get; set; }

    public required DateTimeOffset UploadedAt { get; init; }

    public required Guid UploadedBy { get; init; }

    /// <summary>Set when it was deleted; it can be brought back.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>What the folder says, in MVTec layout (train/good, test/scratch) or folders named good, ok, anomaly, defect, bad, ng.</summary>
    public ImageLabel FolderLabel { get; init; }

    /// <summary>The defect class that the folder names, or null.</summary>
    public string? FolderClass { get; init; }

    /// <summary>Taken from the folders at upload, changed by people; the only writer is <see cref="ImageSplits"/>.</summary>
    public ImageSplit Split { get; set; }

    /// <summary>Copy of the ground truth's label, written by Annotations in the transaction that saves it; for filters here.</summary>
    public ImageLabel Label { get; set; }

    /// <summary>Copy of the number of shapes, written likewise.</summary>
    public int ShapeCount { get; set; }

    /// <summary>Copy of the ground truth's revision, written likewise; 0: never annotated.</summary>
    public int AnnotationRevision { get; set; }
}

internal sealed class ImageTable : IEntityTypeConfiguration<ImageRecord>
{
    /// <summary>Most characters of a file name; what file systems allow, so that a download can be saved.</summary>
    public const int MaxFileName = 255;

    /// <summary>Most characters of a path.</summary>
    public const int MaxRelativePath = 1000;

    public void Configure(EntityTypeBuilder<ImageRecord> builder)
    {
        builder.ToTable("Images");
        builder.Property(image => image.Sha256).HasMaxLength(64);
        builder.Property(image => image.FileName).HasMaxLength(MaxFileName);
        builder.Property(image => image.RelativePath).HasMaxLength(MaxRelativePath);
        builder.Property(image => image.MediaType).HasMaxLength(40);
        builder.Property(image => image.FolderClass).HasMaxLength(MaxFileName);
        builder.HasOne<Project>().WithMany().HasForeignKey(image => image.ProjectId);
        builder.HasIndex(image => new { image.ProjectId, image.Sha256 }).IsUnique();
        // The gallery's pages and counts come from these three alone.
        builder.HasIndex(image => new { image.ProjectId, image.DeletedAt, image.Id });
        builder.HasIndex(image => new { image.ProjectId, image.DeletedAt, image.Label, image.Id });
        builder.HasIndex(image => new { image.ProjectId, image.DeletedAt, image.Split, image.Id });
        builder.HasIndex(image => new { image.ProjectId, image.RelativePath });
    }
}
