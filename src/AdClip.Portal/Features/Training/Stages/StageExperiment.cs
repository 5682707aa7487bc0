using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using AdClip.Vision.Datasets;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Training.Stages;

/// <summary>Training repeated on nested subsets of a project's labelled images. Its plan never changes; its state is its job's.</summary>
public sealed class StageExperiment
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    /// <summary>1, 2, 3, … for each project: what people call it.</summary>
    public required int Number { get; init; }

    public required Guid JobId { get; init; }

    /// <summary>The <see cref="StagePlan"/> as JSON.</summary>
    public required string Plan { get; init; }

    /// <summary>The <see cref="StageImage"/>s as JSON: labels as they were, so that an experiment goes on with what it began with.</summary>
    public required string Images { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required Guid CreatedBy { get; init; }
}

/// <summary>What one cell came to. Added once, never edited; a stopped experiment keeps those that it has.</summary>
public sealed class StageCell
{
    public required Guid ExperimentId { get; init; }

    public required string ModelId { get; init; }

    public required StageDetector Detector { get; init; }

    public required int Anomalies { get; init; }

    public required int Good { get; init; }

    public required int Seed { get; init; }

    /// <summary>The <see cref="StageFigures"/> as JSON.</summary>
    public required string Figures { get; init; }

    public StageCellKey Key => new(ModelId, Detector, new Stage(Anomalies, Good), Seed);
}

internal sealed class StageExperimentTable : IEntityTypeConfiguration<StageExperiment>
{
    public void Configure(EntityTypeBuilder<StageExperiment> builder)
    {
        builder.ToTable("StageExperiments");
        builder.HasIndex(experiment => new { experiment.ProjectId, experiment.Number }).IsUnique();
        builder.HasIndex(experiment => experiment.JobId).IsUnique();
        builder.HasOne<Project>().WithMany().HasForeignKey(experiment => experiment.ProjectId);
        builder.HasOne<JobRecord>().WithMany().HasForeignKey(experiment => experiment.JobId);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(experiment => experiment.CreatedBy);
    }
}

internal sealed class StageCellTable : IEntityTypeConfiguration<StageCell>
{
    public void Configure(EntityTypeBuilder<StageCell> builder)
    {
        builder.ToTable("StageCells");
        builder.HasKey(cell => new { cell.ExperimentId, cell.ModelId, cell.Detector, cell.Anomalies, cell.Good, cell.Seed });
        builder.Property(cell => cell.ModelId).HasMaxLength(200);
        builder.Property(cell => cell.Detector).HasConversion<string>().HasMaxLength(20);
        builder.Ignore(cell => cell.Key);
        builder.HasOne<StageExperiment>().WithMany().HasForeignKey(cell => cell.ExperimentId);
    }
}
