using AdClip.Portal.Features.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Annotations;

/// <summary>A kind of defect that a project tells apart. Shapes name it; its name never changes.</summary>
public sealed class DefectClassRecord
{
    public required Guid ProjectId { get; init; }

    public required string Name { get; init; }

    /// <summary>"#rrggbb"</summary>
    public required string Color { get; set; }

    /// <summary>"1" to "9", or null.</summary>
    public required string? Hotkey { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class DefectClassTable : IEntityTypeConfiguration<DefectClassRecord>
{
    public const int MaxName = 100;

    public void Configure(EntityTypeBuilder<DefectClassRecord> builder)
    {
        builder.ToTable("DefectClasses");
        builder.HasKey(defectClass => new { defectClass.ProjectId, defectClass.Name });
        builder.Property(defectClass => defectClass.Name).HasMaxLength(MaxName);
        builder.Property(defectClass => defectClass.Color).HasMaxLength(7);
        builder.Property(defectClass => defectClass.Hotkey).HasMaxLength(1);
        builder.HasOne<Project>().WithMany().HasForeignKey(defectClass => defectClass.ProjectId);
    }
}
