using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Projects;
using AdClip.Vision.Detection.Thresholds;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Inspectors.Production;

/// <summary>What an inspector in use said of one image. Added once, never edited; experiments are not among them.</summary>
public sealed class ProductionResult
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    public required Guid InspectorId { get; init; }

    /// <summary>Of the file that was sent.</summary>
    public required string Sha256 { get; init; }

    public required float Score { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>Decoding to score, without waiting.</summary>
    public required double Milliseconds { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The image, if it was stored.</summary>
    public required Guid? ImageId { get; init; }
}

internal sealed class ProductionResultTable : IEntityTypeConfiguration<ProductionResult>
{
    public void Configure(EntityTypeBuilder<ProductionResult> builder)
    {
        builder.ToTable("ProductionResults");
        builder.Property(result => result.Sha256).HasMaxLength(64);
        builder.Property(result => result.Verdict).HasConversion<string>().HasMaxLength(20);
        builder.HasIndex(result => new { result.ProjectId, result.At });
        builder.HasOne<Project>().WithMany().HasForeignKey(result => result.ProjectId);
        builder.HasOne<Inspector>().WithMany().HasForeignKey(result => result.InspectorId);
        builder.HasOne<ImageRecord>().WithMany().HasForeignKey(result => result.ImageId);
    }
}
