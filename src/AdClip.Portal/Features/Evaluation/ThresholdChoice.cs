using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection.Thresholds;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>A threshold that somebody chose for a project. Rows are added; for scores of an identity the newest one on such scores holds.</summary>
public sealed class ThresholdChoice
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    /// <summary>The run on whose images it was chosen.</summary>
    public required Guid RunId { get; init; }

    /// <summary>That run's: it holds for scores of this identity alone.</summary>
    public required string ScoreIdentity { get; init; }

    /// <summary>An image whose score is at least this is called anomalous.</summary>
    public required double Value { get; init; }

    /// <summary>From this score on, below <see cref="Value"/>, a person has to look; null: no image is left to a person.</summary>
    public double? ReviewFrom { get; init; }

    /// <summary>How it was chosen; null for rows from before this was noted.</summary>
    public ThresholdOrigin? Origin { get; init; }

    /// <summary>Outcomes on the labelled images of that run when it was chosen.</summary>
    public required long TruePositives { get; init; }

    public required long FalsePositives { get; init; }

    public required long TrueNegatives { get; init; }

    public required long FalseNegatives { get; init; }

    public required DateTimeOffset ChosenAt { get; init; }

    public required Guid ChosenBy { get; init; }

    /// <summary>Pass below, fail from <see cref="Value"/> on, review between.</summary>
    public VerdictBand Band => new(ReviewFrom ?? Value, Value);

    /// <summary>The newest one for scores of this identity, and for no others; null when there is none.</summary>
    /// <param name="scoreIdentity">As in <see cref="Run.ScoreIdentity"/>.</param>
    public static Task<ThresholdChoice?> CurrentAsync(PortalDb db, Guid projectId, string scoreIdentity, CancellationToken cancel = default) =>
        db.Set<ThresholdChoice>().AsNoTracking()
            .Where(choice => choice.ProjectId == projectId && choice.ScoreIdentity == scoreIdentity)
            .OrderByDescending(choice => choice.ChosenAt).ThenByDescending(choice => choice.Id)
            .FirstOrDefaultAsync(cancel);

    /// <summary>The newest one for scores as this run has them; null when there is none.</summary>
    public static Task<ThresholdChoice?> CurrentAsync(PortalDb db, Run run, CancellationToken cancel = default) =>
        CurrentAsync(db, run.ProjectId, run.ScoreIdentity, cancel);
}

/// <summary>Lets features upstream find what people saved here.</summary>
internal sealed class SavedThresholds(IDbContextFactory<PortalDb> dbs) : IScoreThresholds
{
    public async Task<VerdictBand?> NewestAsync(Guid projectId, string scoreIdentity, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return (await ThresholdChoice.CurrentAsync(db, projectId, scoreIdentity, cancel))?.Band;
    }
}

internal sealed class ThresholdChoiceTable : IEntityTypeConfiguration<ThresholdChoice>
{
    public void Configure(EntityTypeBuilder<ThresholdChoice> builder)
    {
        builder.ToTable("ThresholdChoices");
        builder.Ignore(choice => choice.Band);
        builder.Property(choice => choice.Origin).HasConversion<string>();
        builder.Property(choice => choice.ScoreIdentity).HasMaxLength(64);
        // Finding a threshold is one look into this.
        builder.HasIndex(choice => new { choice.ProjectId, choice.ScoreIdentity, choice.ChosenAt });
        builder.HasOne<Project>().WithMany().HasForeignKey(choice => choice.ProjectId);
        builder.HasOne<Run>().WithMany().HasForeignKey(choice => choice.RunId);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(choice => choice.ChosenBy);
    }
}
