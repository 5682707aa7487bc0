using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection.Thresholds;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Inspectors;

/// <summary>What an inspector is to its project.</summary>
public enum InspectorState
{
    /// <summary>Made, never in use.</summary>
    Candidate,

    /// <summary>In use: one of a project at most.</summary>
    Active,

    /// <summary>No longer in use, or put away without ever having been.</summary>
    Retired,
}

/// <summary>One way to look at images that a project can run on: plan, good images, band and scales, fixed when it was made.</summary>
/// <remarks>Only <see cref="Name"/> and <see cref="State"/> change, and each change is an <see cref="InspectorEvent"/>.</remarks>
public sealed class Inspector
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    /// <summary>1, 2, 3, … for each project: what people call it.</summary>
    public required int Number { get; init; }

    public required string Name { get; set; }

    public required InspectorState State { get; set; }

    /// <summary>The <see cref="InspectionPlan"/> as JSON, its good images by content.</summary>
    public required string Plan { get; init; }

    /// <summary>The plan's.</summary>
    public required string ScoreIdentity { get; init; }

    /// <summary>Scores below this pass.</summary>
    public required double ReviewFrom { get; init; }

    /// <summary>Scores at or above this fail.</summary>
    public required double FailFrom { get; init; }

    /// <summary>How the band was chosen.</summary>
    public required BandOrigin BandOrigin { get; init; }

    /// <summary>What the band does, as JSON (see <see cref="Inspectors.BandFigures"/>).</summary>
    public required string BandFigures { get; init; }

    /// <summary>The scale of its index as JSON (see <see cref="InspectorScale"/>); null: it has none.</summary>
    public required string? Scale { get; init; }

    /// <summary>Largest value of the maps of good images, from which colours are read; null: no good image was looked at.</summary>
    public required float? MapHigh { get; init; }

    /// <summary>The run whose plan it is; null: it was made from a trained detector.</summary>
    public required Guid? RunId { get; init; }

    /// <summary>The trained detector that scores; null: the model itself.</summary>
    public required Guid? DetectorId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required Guid CreatedBy { get; init; }

    /// <summary>Pass below, fail from its upper end on, review between.</summary>
    public VerdictBand Band => new(ReviewFrom, FailFrom);
}

/// <summary>A good image that an inspector compares with, by content: labels and deletions do not reach it.</summary>
public sealed class InspectorReference
{
    public required Guid InspectorId { get; init; }

    public required string Sha256 { get; init; }
}

internal sealed class InspectorTable : IEntityTypeConfiguration<Inspector>
{
    public void Configure(EntityTypeBuilder<Inspector> builder)
    {
        builder.ToTable("Inspectors");
        builder.Ignore(inspector => inspector.Band);
        builder.Property(inspector => inspector.Name).HasMaxLength(InspectorBoard.LongestName);
        builder.Property(inspector => inspector.State).HasConversion<string>().HasMaxLength(20);
        builder.Property(inspector => inspector.BandOrigin).HasConversion<string>().HasMaxLength(20);
        builder.Property(inspector => inspector.ScoreIdentity).HasMaxLength(64);
        builder.HasIndex(inspector => new { inspector.ProjectId, inspector.Number }).IsUnique();
        builder.HasIndex(inspector => new { inspector.ProjectId, inspector.ScoreIdentity });
        // The database itself keeps a project from running on two.
        builder.HasIndex(inspector => inspector.ProjectId, "IX_Inspectors_OneActive").IsUnique().HasFilter("\"State\" = 'Active'");
        builder.HasOne<Project>().WithMany().HasForeignKey(inspector => inspector.ProjectId);
        builder.HasOne<Run>().WithMany().HasForeignKey(inspector => inspector.RunId);
        builder.HasOne<DetectorVersion>().WithMany().HasForeignKey(inspector => inspector.DetectorId);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(inspector => inspector.CreatedBy);
    }
}

internal sealed class InspectorReferenceTable : IEntityTypeConfiguration<InspectorReference>
{
    public void Configure(EntityTypeBuilder<InspectorReference> builder)
    {
        builder.ToTable("InspectorReferences");
        builder.HasKey(reference => new { reference.InspectorId, reference.Sha256 });
        builder.Property(reference => reference.Sha256).HasMaxLength(64);
        builder.HasOne<Inspector>().WithMany().HasForeignKey(reference => reference.InspectorId);
    }
}
