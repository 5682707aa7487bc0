using AdClip.Portal.Features.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>A computed <see cref="PixelReport"/>, kept for one state of the ground truth; derived, so safe to delete.</summary>
public sealed class PixelEvaluation
{
    public required Guid RunId { get; init; }

    /// <summary>Names the results and annotation revisions that went in (<see cref="RunScores.Stamp"/>).</summary>
    public required string Stamp { get; init; }

    /// <summary><see cref="PixelReport"/> as JSON.</summary>
    public required string Report { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class PixelEvaluationTable : IEntityTypeConfiguration<PixelEvaluation>
{
    public void Configure(EntityTypeBuilder<PixelEvaluation> builder)
    {
        builder.ToTable("PixelEvaluations");
        builder.HasKey(evaluation => new { evaluation.RunId, evaluation.Stamp });
        builder.Property(evaluation => evaluation.Stamp).HasMaxLength(64);
        builder.HasOne<Run>().WithMany().HasForeignKey(evaluation => evaluation.RunId);
    }
}
