using System.Globalization;
using System.Text.Json;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using AdClip.Vision.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Training.Prompts;

/// <summary>Learned prompts of a project: an epoch of one of its trainings, or a file that somebody uploaded. Added once, never edited.</summary>
public sealed class StoredCheckpoint
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    /// <summary>The job that learned them; null: they were uploaded.</summary>
    public required Guid? TrainingId { get; init; }

    /// <summary>From 1; null: they were uploaded.</summary>
    public required int? Epoch { get; init; }

    /// <summary>epoch_N.pth, or the name of the uploaded file.</summary>
    public required string Name { get; init; }

    /// <summary>Folder name of the model that they are for.</summary>
    public required string ModelId { get; init; }

    /// <summary>The file, as Vision's KeptCheckpoint reads it.</summary>
    public required string Blob { get; init; }

    /// <summary>The <see cref="EpochReport"/> as JSON; null: they were uploaded.</summary>
    public required string? Report { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required Guid CreatedBy { get; init; }

    /// <summary>Tells it from those of other trainings, which have the same names.</summary>
    public string Label => string.Create(CultureInfo.InvariantCulture, $"{Name} ({CreatedAt:yyyy-MM-dd HH:mm})");

    /// <summary>Loss and out-of-fold numbers; null: it was uploaded.</summary>
    public EpochReport? ReadReport() => Report is null ? null : JsonSerializer.Deserialize<EpochReport>(Report);
}

internal sealed class StoredCheckpointTable : IEntityTypeConfiguration<StoredCheckpoint>
{
    public const int MaxName = 200;

    public void Configure(EntityTypeBuilder<StoredCheckpoint> builder)
    {
        builder.ToTable("PromptCheckpoints");
        builder.Ignore(checkpoint => checkpoint.Label);
        builder.Property(checkpoint => checkpoint.Name).HasMaxLength(MaxName);
        builder.Property(checkpoint => checkpoint.ModelId).HasMaxLength(200);
        builder.Property(checkpoint => checkpoint.Blob).HasMaxLength(64);
        builder.HasIndex(checkpoint => new { checkpoint.TrainingId, checkpoint.Epoch }).IsUnique();
        builder.HasIndex(checkpoint => new { checkpoint.ProjectId, checkpoint.Blob });
        builder.HasOne<Project>().WithMany().HasForeignKey(checkpoint => checkpoint.ProjectId);
        builder.HasOne<JobRecord>().WithMany().HasForeignKey(checkpoint => checkpoint.TrainingId);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(checkpoint => checkpoint.CreatedBy);
    }
}
