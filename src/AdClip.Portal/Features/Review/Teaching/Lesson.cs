using System.Text.Json.Serialization;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>What a person says of a region.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LessonKind>))]
public enum LessonKind
{
    /// <summary>This is OK: the detector shall not call it.</summary>
    Good,

    /// <summary>This is a defect: the detector shall call it.</summary>
    Defect,
}

/// <summary>What a person said of one region, and the detector version that came of it. Added once, never edited.</summary>
public sealed class Lesson
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    /// <summary>The version that was there before anybody taught; undo ends there.</summary>
    public required Guid RootVersionId { get; init; }

    /// <summary>What came of it. Its parent is the version that the person saw.</summary>
    public required Guid VersionId { get; init; }

    public required Guid RunId { get; init; }

    public required Guid ImageId { get; init; }

    public required LessonKind Kind { get; init; }

    /// <summary>The box around the region, in pixels of the stored image.</summary>
    public required double X { get; init; }

    public required double Y { get; init; }

    public required double Width { get; init; }

    public required double Height { get; init; }

    /// <summary>Patches of the region.</summary>
    public required int Patches { get; init; }

    /// <summary>Score of the image by the version before, and by the one that came of it.</summary>
    public required double ScoreBefore { get; init; }

    public required double ScoreAfter { get; init; }

    /// <summary>The <see cref="GoldenComparison"/> that the person saw, as JSON.</summary>
    public required string Golden { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required Guid CreatedBy { get; init; }
}

internal sealed class LessonTable : IEntityTypeConfiguration<Lesson>
{
    public void Configure(EntityTypeBuilder<Lesson> builder)
    {
        builder.ToTable("Lessons");
        builder.Property(lesson => lesson.Kind).HasConversion<string>().HasMaxLength(20);
        builder.HasIndex(lesson => lesson.VersionId).IsUnique();
        builder.HasIndex(lesson => lesson.RootVersionId);
        builder.HasOne<Project>().WithMany().HasForeignKey(lesson => lesson.ProjectId);
        builder.HasOne<DetectorVersion>().WithMany().HasForeignKey(lesson => lesson.RootVersionId);
        builder.HasOne<DetectorVersion>().WithMany().HasForeignKey(lesson => lesson.VersionId);
        builder.HasOne<Run>().WithMany().HasForeignKey(lesson => lesson.RunId);
        builder.HasOne<ImageRecord>().WithMany().HasForeignKey(lesson => lesson.ImageId);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(lesson => lesson.CreatedBy);
    }
}
