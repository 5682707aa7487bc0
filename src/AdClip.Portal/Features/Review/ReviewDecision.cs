using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Review;

/// <summary>What a person says of a detector's answer.</summary>
public enum Verdict
{
    /// <summary>The detector is right.</summary>
    Agree,

    /// <summary>It called a good image anomalous.</summary>
    FalseAlarm,

    /// <summary>It called an anomalous image good.</summary>
    Missed,
}

/// <summary>One verdict on one result. Rows are added; the newest one holds.</summary>
public sealed class ReviewDecision
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ResultId { get; init; }

    public required Guid RunId { get; init; }

    public required Guid ImageId { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>The threshold that the person saw the answer at; null: there was none.</summary>
    public required double? Threshold { get; init; }

    public required DateTimeOffset DecidedAt { get; init; }

    public required Guid DecidedBy { get; init; }

    /// <summary>The newest verdict on each reviewed image of a run.</summary>
    public static async Task<Dictionary<Guid, Verdict>> NewestAsync(PortalDb db, Guid runId)
    {
        Dictionary<Guid, Verdict> newest = [];
        await foreach (var decision in db.Set<ReviewDecision>().Where(decision => decision.RunId == runId).OrderBy(decision => decision.Id)
            .Select(decision => new { decision.ImageId, decision.Verdict }).AsAsyncEnumerable())
        {
            newest[decision.ImageId] = decision.Verdict;
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
        builder.HasOne<ImageResult>().WithMany().HasForeignKey(decision => decision.ResultId);
        builder.HasOne<Run>().WithMany().HasForeignKey(decision => decision.RunId);
        builder.HasOne<ImageRecord>().WithMany().HasForeignKey(decision => decision.ImageId);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(decision => decision.DecidedBy);
    }
}
