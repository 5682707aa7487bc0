using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>How the newest version of a taught detector came to be the newest.</summary>
public enum TeachingStepKind
{
    /// <summary>By a <see cref="Lesson"/>.</summary>
    Taught,

    /// <summary>Back to the version before.</summary>
    Undone,

    /// <summary>Forward again.</summary>
    Redone,
}

/// <summary>A move from one version to another. Rows are added; the last one names the version that holds.</summary>
/// <remarks>The number is unique below a root, so of two people who move at once one is refused and nothing is lost.</remarks>
public sealed class TeachingStep
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid RootVersionId { get; init; }

    /// <summary>1, 2, 3, … without gaps.</summary>
    public required int Number { get; init; }

    public required TeachingStepKind Kind { get; init; }

    /// <summary>The version that holds from then on.</summary>
    public required Guid VersionId { get; init; }

    public required DateTimeOffset MovedAt { get; init; }

    public required Guid MovedBy { get; init; }
}

/// <summary>A detector that was fitted to a run's good images so that it could be taught: the next lesson on such a run goes on there.</summary>
public sealed class TeachingBase
{
    public required Guid ProjectId { get; init; }

    /// <summary>Names the model and the good images of the run.</summary>
    public required string Key { get; init; }

    public required Guid VersionId { get; init; }
}

internal sealed class TeachingStepTable : IEntityTypeConfiguration<TeachingStep>
{
    public void Configure(EntityTypeBuilder<TeachingStep> builder)
    {
        builder.ToTable("TeachingSteps");
        builder.Property(step => step.Kind).HasConversion<string>().HasMaxLength(20);
        builder.HasIndex(step => new { step.RootVersionId, step.Number }).IsUnique();
        builder.HasOne<DetectorVersion>().WithMany().HasForeignKey(step => step.RootVersionId);
        builder.HasOne<DetectorVersion>().WithMany().HasForeignKey(step => step.VersionId);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(step => step.MovedBy);
    }
}

internal sealed class TeachingBaseTable : IEntityTypeConfiguration<TeachingBase>
{
    public void Configure(EntityTypeBuilder<TeachingBase> builder)
    {
        builder.ToTable("TeachingBases");
        builder.HasKey(kept => new { kept.ProjectId, kept.Key });
        builder.Property(kept => kept.Key).HasMaxLength(64);
        builder.HasOne<Project>().WithMany().HasForeignKey(kept => kept.ProjectId);
        builder.HasOne<DetectorVersion>().WithMany().HasForeignKey(kept => kept.VersionId);
    }
}
