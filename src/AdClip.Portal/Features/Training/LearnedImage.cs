using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Training;

/// <summary>An image as a training learns from it: label and ground truth as they were when the training was asked for. Added once, never edited.</summary>
public sealed class LearnedImage
{
    /// <summary>The job's.</summary>
    public required Guid TrainingId { get; init; }

    public required Guid ImageId { get; init; }

    public required bool IsAnomaly { get; init; }

    /// <summary>Revision of the ground truth; 0: the label alone.</summary>
    public required int Revision { get; init; }
}

internal sealed class LearnedImageTable : IEntityTypeConfiguration<LearnedImage>
{
    public void Configure(EntityTypeBuilder<LearnedImage> builder)
    {
        builder.ToTable("TrainingImages");
        builder.HasKey(image => new { image.TrainingId, image.ImageId });
        builder.HasOne<JobRecord>().WithMany().HasForeignKey(image => image.TrainingId);
        builder.HasOne<ImageRecord>().WithMany().HasForeignKey(image => image.ImageId);
    }
}
