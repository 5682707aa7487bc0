using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>That an image is golden from then on, or no longer. Rows are added; the newest one on an image holds.</summary>
public sealed class GoldenMark
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    public required Guid ImageId { get; init; }

    public required bool IsGolden { get; init; }

    /// <summary>Its truth when it was marked, which stays: later labels do not move what detectors are held to.</summary>
    public required bool IsAnomaly { get; init; }

    public required DateTimeOffset MarkedAt { get; init; }

    public required Guid MarkedBy { get; init; }
}

internal sealed class GoldenMarkTable : IEntityTypeConfiguration<GoldenMark>
{
    public void Configure(EntityTypeBuilder<GoldenMark> builder)
    {
        builder.ToTable("GoldenMarks");
        builder.HasIndex(mark => new { mark.ProjectId, mark.ImageId });
        builder.HasOne<Project>().WithMany().HasForeignKey(mark => mark.ProjectId);
        builder.HasOne<ImageRecord>().WithMany().HasForeignKey(mark => mark.ImageId);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(mark => mark.MarkedBy);
    }
}
