using AdClip.Portal.Features.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Inspectors.Gate;

/// <summary>What the gate found of an inspector. Added once, never edited.</summary>
public sealed class InspectorCheck
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid InspectorId { get; init; }

    public required Guid JobId { get; init; }

    /// <summary>The inspector that it was compared with; null: none was in use.</summary>
    public required Guid? ActiveId { get; init; }

    /// <summary>The <see cref="GateReport"/> as JSON.</summary>
    public required string Report { get; init; }

    public required DateTimeOffset CheckedAt { get; init; }
}

internal sealed class InspectorCheckTable : IEntityTypeConfiguration<InspectorCheck>
{
    public void Configure(EntityTypeBuilder<InspectorCheck> builder)
    {
        builder.ToTable("InspectorChecks");
        builder.HasIndex(check => check.JobId).IsUnique();
        builder.HasIndex(check => new { check.InspectorId, check.ActiveId });
        builder.HasOne<Inspector>().WithMany().HasForeignKey(check => check.InspectorId);
        builder.HasOne<Inspector>().WithMany().HasForeignKey(check => check.ActiveId);
        builder.HasOne<JobRecord>().WithMany().HasForeignKey(check => check.JobId);
    }
}
