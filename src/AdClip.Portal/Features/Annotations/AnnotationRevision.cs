using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Projects;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Annotations;

/// <summary>What was said of an image at one time. Added once, never edited: the newest revision is the ground truth.</summary>
public sealed class AnnotationRevision
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ImageId { get; init; }

    /// <summary>1, 2, 3, … for each image, without gaps.</summary>
    public required int Revision { get; init; }

    /// <summary>The image document of docs/guide/ground-truth.md.</summary>
    public required string Document { get; init; }

    public required ImageLabel Label { get; init; }

    public required int ShapeCount { get; init; }

    /// <summary>Who saved it; null for what the folders of an upload said.</summary>
    public required Guid? AuthorId { get; init; }

    /// <summary>That person's user name then.</summary>
    public required string AuthorName { get; init; }

    public required DateTimeOffset SavedAt { get; init; }

    /// <summary>Chosen by the client for each save, so that a repeated request is recognised.</summary>
    public required Guid SaveId { get; init; }
}

/// <summary>How many shapes of a class an image has, by its newest revision. Written with the revision; for counts and charts.</summary>
public sealed class ClassTally
{
    public required Guid ImageId { get; init; }

    public required Guid ProjectId { get; init; }

    public required string ClassName { get; init; }

    public required int Shapes { get; init; }
}

internal sealed class AnnotationRevisionTable : IEntityTypeConfiguration<AnnotationRevision>
{
    public void Configure(EntityTypeBuilder<AnnotationRevision> builder)
    {
        builder.ToTable("AnnotationRevisions");
        builder.Property(revision => revision.AuthorName).HasMaxLength(256);
        builder.HasOne<ImageRecord>().WithMany().HasForeignKey(revision => revision.ImageId);
        builder.HasIndex(revision => new { revision.ImageId, revision.Revision }).IsUnique();
        builder.HasIndex(revision => new { revision.ImageId, revision.SaveId }).IsUnique();
        builder.HasIndex(revision => revision.SavedAt);
    }
}

internal sealed class ClassTallyTable : IEntityTypeConfiguration<ClassTally>
{
    public void Configure(EntityTypeBuilder<ClassTally> builder)
    {
        builder.ToTable("ClassTallies");
        builder.HasKey(tally => new { tally.ImageId, tally.ClassName });
        builder.Property(tally => tally.ClassName).HasMaxLength(200);
        builder.HasOne<ImageRecord>().WithMany().HasForeignKey(tally => tally.ImageId);
        builder.HasOne<Project>().WithMany().HasForeignKey(tally => tally.ProjectId);
        builder.HasIndex(tally => new { tally.ProjectId, tally.ClassName });
    }
}
