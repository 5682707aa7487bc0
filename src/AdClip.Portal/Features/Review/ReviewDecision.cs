using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Review;

/// <summary>What a person says of a detector's answer.</summary>
public enum ReviewVerdict
{
    /// <summary>The detector is right.</summary>
    Agree,

    /// <summary>It called a good image anomalous.</summary>
    FalseAlarm,

    /// <summary>It called an anomalous image good.</summary>
    Missed,
}

/// <summary>The verdict that holds on a result.</summary>
/// <param name="DecisionId">The row that says it.</param>
public sealed record StandingVerdict(Guid DecisionId, ReviewVerdict Verdict, Guid DecidedBy, DateTimeOffset DecidedAt);

/// <summary>One verdict on one result, or that one is withdrawn. Rows are added; of the verdicts that nobody withdrew the newest holds.</summary>
public sealed class ReviewDecision
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ResultId { get; init; }

    public required Guid RunId { get; init; }

    public required Guid ImageId { get; init; }

    /// <summary>Null: the row withdraws another one.</summary>
    public required ReviewVerdict? Verdict { get; init; }

    /// <summary>The row that no longer counts; null: this is a verdict.</summary>
    public Guid? WithdrawsId { get; init; }

    /// <summary>The threshold that the person saw the answer at; null: there was none.</summary>
    public required double? Threshold { get; init; }

    public required DateTimeOffset DecidedAt { get; init; }

    public required Guid DecidedBy { get; init; }

    /// <summary>Verdicts that nobody withdrew.</summary>
    public static IQueryable<ReviewDecision> Standing(PortalDb db) => db.Set<ReviewDecision>().AsNoTracking()
        .Where(decision => decision.Verdict != null && !db.Set<ReviewDecision>().Any(later => later.WithdrawsId == decision.Id));

    /// <summary>The verdict that holds on each reviewed image of a run, or of one image of it.</summary>
    public static async Task<Dictionary<Guid, StandingVerdict>> NewestAsync(PortalDb db, Guid runId, Guid? imageId = null)
    {
        Dictionary<Guid, StandingVerdict> newest = [];
        await foreach (var decision in Standing(db)
            .Where(decision => decision.RunId == runId && (imageId == null || decision.ImageId == imageId))
            .OrderBy(decision => decision.Id)
            .AsAsyncEnumerable())
        {
            newest[decision.ImageId] = new StandingVerdict(decision.Id, decision.Verdict!.Value, decision.DecidedBy, decision.DecidedAt);
        }
        return newest;
    }
}

internal sealed class ReviewDecisionTable : IEntityTypeConfiguration<ReviewDecision>
{
    public void Configure(EntityTypeBuilder<ReviewDecision> builder)
    {
        builder.ToTable("ReviewDecisions");
        builder.Property(decision => decision.Verdict).HasConversion<string>().HasMaxLength(20);
        builder.HasIndex(decision => new { decision.RunId, decision.ImageId });
        // Nothing is withdrawn twice, whoever presses first.
        builder.HasIndex(decision => decision.WithdrawsId).IsUnique();
        builder.HasOne<ReviewDecision>().WithMany().HasForeignKey(decision => decision.WithdrawsId);
        builder.HasOne<ImageResult>().WithMany().HasForeignKey(decision => decision.ResultId);
        builder.HasOne<Run>().WithMany().HasForeignKey(decision => decision.RunId);
        builder.HasOne<ImageRecord>().WithMany().HasForeignKey(decision => decision.ImageId);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(decision => decision.DecidedBy);
    }
}
