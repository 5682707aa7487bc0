using System.Text.Json.Serialization;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Runs;

/// <summary>Which good images a run compares with.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReferenceChoice>))]
public enum ReferenceChoice
{
    /// <summary>Zero-shot: prompts alone.</summary>
    None,

    /// <summary>Every image that is labelled good when the run starts.</summary>
    AllGood,

    /// <summary>The first N good images by SHA-256, so that the same images give the same N.</summary>
    FirstGood,

    /// <summary>A list that somebody chose.</summary>
    Chosen,
}

/// <summary>One pass of a model over a fixed list of images. Its settings never change; its state is its job's.</summary>
public sealed class Run
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    public required Guid JobId { get; init; }

    /// <summary>Folder name of the model.</summary>
    public required string ModelId { get; init; }

    /// <summary>The model's name when the run was made.</summary>
    public required string ModelName { get; init; }

    /// <summary>Names weights, size and attention path: equal ids give equal tokens.</summary>
    public required string EncoderId { get; init; }

    /// <summary>The word for the product in the prompts.</summary>
    public required string ObjectName { get; init; }

    public required ReferenceChoice References { get; init; }

    /// <summary>Good images that it compares with; their list is <see cref="RunReference"/>.</summary>
    public required int ReferenceCount { get; init; }

    /// <summary>Images that it inspects; their list is <see cref="RunImage"/>.</summary>
    public required int ImageCount { get; init; }

    /// <summary>Revision of the project's inspection area that it looks at; 0: at everything.</summary>
    public required int AreaRevision { get; init; }

    /// <summary>Names all that the scale of its scores depends on: a threshold holds for runs of one identity alone.</summary>
    public required string ScoreIdentity { get; init; }

    /// <summary>Everything else that the scores depend on, as JSON (see <see cref="RunSettings"/>).</summary>
    public required string Settings { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required Guid CreatedBy { get; init; }
}

/// <summary>An image that a run inspects, noted when the run was made: a resumed run knows its list.</summary>
public sealed class RunImage
{
    public required Guid RunId { get; init; }

    public required Guid ImageId { get; init; }

    /// <summary>Place in the run, from 0.</summary>
    public required int Ordinal { get; init; }

    public required string Sha256 { get; init; }
}

/// <summary>A good image that a run compares with, in the order in which the bank holds them: by SHA-256.</summary>
public sealed class RunReference
{
    public required Guid RunId { get; init; }

    public required string Sha256 { get; init; }

    public required Guid ImageId { get; init; }
}

/// <summary>An image of a run that could not be inspected; the run goes on without it.</summary>
public sealed class RunRefusal
{
    public required Guid RunId { get; init; }

    public required Guid ImageId { get; init; }

    /// <summary>The <see cref="AdClip.Vision.RefusalCode"/>'s name, and a JSON array of the values in its sentence.</summary>
    public required string Code { get; init; }

    public required string Arguments { get; init; }

    /// <summary>The English sentence.</summary>
    public required string Message { get; init; }
}

internal sealed class RunTable : IEntityTypeConfiguration<Run>
{
    public void Configure(EntityTypeBuilder<Run> builder)
    {
        builder.ToTable("Runs");
        builder.Property(run => run.ModelId).HasMaxLength(200);
        builder.Property(run => run.ModelName).HasMaxLength(200);
        builder.Property(run => run.EncoderId).HasMaxLength(200);
        builder.Property(run => run.ObjectName).HasMaxLength(200);
        builder.Property(run => run.ScoreIdentity).HasMaxLength(64);
        builder.Property(run => run.References).HasConversion<string>().HasMaxLength(20);
        builder.HasIndex(run => new { run.ProjectId, run.CreatedAt });
        builder.HasIndex(run => new { run.ProjectId, run.ScoreIdentity });
        builder.HasIndex(run => run.JobId).IsUnique();
        builder.HasOne<Project>().WithMany().HasForeignKey(run => run.ProjectId);
        builder.HasOne<JobRecord>().WithMany().HasForeignKey(run => run.JobId);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(run => run.CreatedBy);
    }
}

internal sealed class RunImageTable : IEntityTypeConfiguration<RunImage>
{
    public void Configure(EntityTypeBuilder<RunImage> builder)
    {
        builder.ToTable("RunImages");
        builder.HasKey(image => new { image.RunId, image.ImageId });
        builder.Property(image => image.Sha256).HasMaxLength(64);
        builder.HasIndex(image => new { image.RunId, image.Ordinal }).IsUnique();
        builder.HasIndex(image => image.ImageId);
        builder.HasOne<Run>().WithMany().HasForeignKey(image => image.RunId);
        builder.HasOne<ImageRecord>().WithMany().HasForeignKey(image => image.ImageId);
    }
}

internal sealed class RunReferenceTable : IEntityTypeConfiguration<RunReference>
{
    public void Configure(EntityTypeBuilder<RunReference> builder)
    {
        builder.ToTable("RunReferences");
        builder.HasKey(reference => new { reference.RunId, reference.Sha256 });
        builder.Property(reference => reference.Sha256).HasMaxLength(64);
        builder.HasOne<Run>().WithMany().HasForeignKey(reference => reference.RunId);
    }
}

internal sealed class RunRefusalTable : IEntityTypeConfiguration<RunRefusal>
{
    public void Configure(EntityTypeBuilder<RunRefusal> builder)
    {
        builder.ToTable("RunRefusals");
        builder.HasKey(refusal => new { refusal.RunId, refusal.ImageId });
        builder.Property(refusal => refusal.Code).HasMaxLength(100);
        builder.HasOne<Run>().WithMany().HasForeignKey(refusal => refusal.RunId);
    }
}
