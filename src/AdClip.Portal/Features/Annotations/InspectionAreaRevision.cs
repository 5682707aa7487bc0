using AdClip.Portal.Features.Projects;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Annotations;

/// <summary>What part of a project's images was inspected from one time on. Added once, never edited: runs name the revision they used.</summary>
public sealed class InspectionAreaRevision
{
    public required Guid ProjectId { get; init; }

    /// <summary>1, 2, 3, … for each project, without gaps.</summary>
    public required int Revision { get; init; }

    /// <summary>The document of docs/guide/inspection-area.md.</summary>
    public required string Document { get; init; }

    public required int RegionCount { get; init; }

    public required Guid AuthorId { get; init; }

    /// <summary>That person's user name then.</summary>
    public required string AuthorName { get; init; }

    public required DateTimeOffset SavedAt { get; init; }

    /// <summary>Chosen by the client for each save, so that a repeated request is recognised.</summary>
    public required Guid SaveId { get; init; }
}

internal sealed class InspectionAreaRevisionTable : IEntityTypeConfiguration<InspectionAreaRevision>
{
    public void Configure(EntityTypeBuilder<InspectionAreaRevision> builder)
    {
        builder.ToTable("InspectionAreaRevisions");
        builder.HasKey(revision => new { revision.ProjectId, revision.Revision });
        builder.Property(revision => revision.AuthorName).HasMaxLength(256);
        builder.HasOne<Project>().WithMany().HasForeignKey(revision => revision.ProjectId);
        builder.HasIndex(revision => new { revision.ProjectId, revision.SaveId }).IsUnique();
    }
}
