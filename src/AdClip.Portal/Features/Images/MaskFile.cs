using AdClip.Portal.Features.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Images;

/// <summary>A ground-truth mask that came with the images, in MVTec layout (ground_truth/scratch/000_mask.png).</summary>
/// <remarks>Kept until its image is there too; Annotations turns it into shapes and sets <see cref="AppliedAt"/>.</remarks>
public sealed class MaskFile
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    /// <summary>Name of the blob.</summary>
    public required string Sha256 { get; init; }

    public required string RelativePath { get; init; }

    /// <summary>Path of the image that it belongs to, without extension; the end of that image's own path.</summary>
    public required string ImageStem { get; init; }

    /// <summary>The defect class that the folder names.</summary>
    public required string DefectClass { get; init; }

    public required DateTimeOffset UploadedAt { get; init; }

    /// <summary>The image, once both have arrived.</summary>
    public Guid? ImageId { get; set; }

    /// <summary>When Annotations made shapes of it, or gave up on it.</summary>
    public DateTimeOffset? AppliedAt { get; set; }
}

internal sealed class MaskFileTable : IEntityTypeConfiguration<MaskFile>
{
    public void Configure(EntityTypeBuilder<MaskFile> builder)
    {
        builder.ToTable("MaskFiles");
        builder.Property(mask => mask.Sha256).HasMaxLength(64);
        builder.Property(mask => mask.RelativePath).HasMaxLength(ImageTable.MaxRelativePath);
        builder.Property(mask => mask.ImageStem).HasMaxLength(ImageTable.MaxRelativePath);
        builder.Property(mask => mask.DefectClass).HasMaxLength(ImageTable.MaxFileName);
        builder.HasOne<Project>().WithMany().HasForeignKey(mask => mask.ProjectId);
        builder.HasOne<ImageRecord>().WithMany().HasForeignKey(mask => mask.ImageId);
        builder.HasIndex(mask => new { mask.ProjectId, mask.ImageStem, mask.Sha256 }).IsUnique();
        builder.HasIndex(mask => mask.ImageId);
    }
}
