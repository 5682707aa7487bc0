using System.Text.Json.Serialization;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection.FewShot;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Training;

/// <summary>How a version of a detector came to be.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DetectorKind>))]
public enum DetectorKind
{
    /// <summary>Fitted to the labelled images of the project.</summary>
    Fitted,

    /// <summary>An earlier version after people spoke of regions.</summary>
    Feedback,

    /// <summary>Fitted with texts that were learned from the images.</summary>
    Prompts,
}

/// <summary>A detector that was fitted to a project, at one time. Added once; only its name and whether it is deleted change.</summary>
public sealed class DetectorVersion
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    /// <summary>1, 2, 3, … for each project: what people call it.</summary>
    public required int Number { get; init; }

    /// <summary>What people call it besides; null: its number is enough.</summary>
    public string? Name { get; set; }

    /// <summary>Set when somebody deleted it; nothing used it then.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>The job that made it; null where none did.</summary>
    public required Guid? JobId { get; init; }

    /// <summary>Folder name of the model whose tokens it scores.</summary>
    public required string ModelId { get; init; }

    /// <summary>The model's name then.</summary>
    public required string ModelName { get; init; }

    /// <summary>Equal ids give equal tokens; it scores no others.</summary>
    public required string EncoderId { get; init; }

    /// <summary>Side of the preprocessed image in pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>The word for the product in its texts.</summary>
    public required string ObjectName { get; init; }

    public required DetectorKind Kind { get; init; }

    /// <summary>The version that it came from; null: none.</summary>
    public required Guid? ParentId { get; init; }

    /// <summary>Blob of the file that Vision's FittedDetector wrote; of the version that was fitted, where people taught it since.</summary>
    public required string Blob { get; init; }

    /// <summary>What people said of regions since <see cref="Blob"/> was written, as JSON (see <see cref="TaughtRegion"/>); null: nothing.</summary>
    public string? Taught { get; init; }

    /// <summary>The <see cref="VersionReport"/> as JSON.</summary>
    public required string Report { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required Guid CreatedBy { get; init; }
}

/// <summary>An image that a version learned from, by content: its score there proves nothing.</summary>
public sealed class DetectorVersionImage
{
    public required Guid VersionId { get; init; }

    public required string Sha256 { get; init; }

    /// <summary>Its score by a fit that had not seen it; null where none was made, such as for an image of a lesson.</summary>
    public double? OutOfFoldScore { get; init; }

    /// <summary>What it was learned as; null where <see cref="OutOfFoldScore"/> is.</summary>
    public bool? IsAnomaly { get; init; }
}

/// <summary>An image that a detector learns from, and how a fit without it judged it.</summary>
/// <param name="OutOfFold">Null: none did.</param>
public sealed record LearnedFrom(string Sha256, OutOfFoldScore? OutOfFold)
{
    /// <summary>Each image once, with what the fit says of it.</summary>
    public static IReadOnlyList<LearnedFrom> Of(IEnumerable<string> sha256s, FitReport report)
    {
        // A turned image has several tokens and one score.
        var scores = report.Scores.ToLookup(score => score.Sha256, StringComparer.Ordinal);
        return [.. sha256s.Distinct(StringComparer.Ordinal).Select(sha256 => new LearnedFrom(sha256, scores[sha256].FirstOrDefault()))];
    }
}

internal sealed class DetectorVersionTable : IEntityTypeConfiguration<DetectorVersion>
{
    public void Configure(EntityTypeBuilder<DetectorVersion> builder)
    {
        builder.ToTable("DetectorVersions");
        builder.Property(version => version.Name).HasMaxLength(DetectorVersions.LongestName);
        builder.Property(version => version.ModelId).HasMaxLength(200);
        builder.Property(version => version.ModelName).HasMaxLength(200);
        builder.Property(version => version.EncoderId).HasMaxLength(200);
        builder.Property(version => version.ObjectName).HasMaxLength(200);
        builder.Property(version => version.Kind).HasConversion<string>().HasMaxLength(20);
        builder.Property(version => version.Blob).HasMaxLength(64);
        builder.HasIndex(version => new { version.ProjectId, version.Number }).IsUnique();
        builder.HasIndex(version => version.JobId).IsUnique();
        builder.HasOne<Project>().WithMany().HasForeignKey(version => version.ProjectId);
        builder.HasOne<JobRecord>().WithMany().HasForeignKey(version => version.JobId);
        builder.HasOne<DetectorVersion>().WithMany().HasForeignKey(version => version.ParentId);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(version => version.CreatedBy);
    }
}

internal sealed class DetectorVersionImageTable : IEntityTypeConfiguration<DetectorVersionImage>
{
    public void Configure(EntityTypeBuilder<DetectorVersionImage> builder)
    {
        builder.ToTable("DetectorVersionImages");
        builder.HasKey(image => new { image.VersionId, image.Sha256 });
        builder.Property(image => image.Sha256).HasMaxLength(64);
        builder.HasOne<DetectorVersion>().WithMany().HasForeignKey(image => image.VersionId);
    }
}
