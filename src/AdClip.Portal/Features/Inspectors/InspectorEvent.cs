using System.Text.Json.Serialization;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Inspectors;

/// <summary>What became of an inspector.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<InspectorEventKind>))]
public enum InspectorEventKind
{
    Made,

    /// <summary>It passed the gate, or somebody accepted what the gate found, and is in use.</summary>
    Promoted,

    /// <summary>Another was promoted: it is no longer in use.</summary>
    Replaced,

    /// <summary>Taken out of use; the one before is in use again.</summary>
    RolledBack,

    /// <summary>In use again, since the one after it was rolled back.</summary>
    Restored,

    /// <summary>Put away by hand.</summary>
    Retired,

    Renamed,
}

/// <summary>That something became of an inspector: who, when, why. Rows are added, never edited.</summary>
public sealed class InspectorEvent
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid InspectorId { get; init; }

    public required InspectorEventKind Kind { get; init; }

    /// <summary>The other one of a change: before it for Promoted, else the one that took or left its place; null: none.</summary>
    public Guid? OtherId { get; init; }

    /// <summary>Why, in somebody's words; of Renamed: the name before.</summary>
    public required string Reason { get; init; }

    /// <summary>Of Promoted: what the gate found, as JSON.</summary>
    public string? Report { get; init; }

    /// <summary>Of Promoted: somebody accepted images that get worse, or a limit that is not kept.</summary>
    public bool AcceptedRegressions { get; init; }

    public required DateTimeOffset At { get; init; }

    public required Guid By { get; init; }
}

internal sealed class InspectorEventTable : IEntityTypeConfiguration<InspectorEvent>
{
    public void Configure(EntityTypeBuilder<InspectorEvent> builder)
    {
        builder.ToTable("InspectorEvents");
        builder.Property(change => change.Kind).HasConversion<string>().HasMaxLength(20);
        builder.Property(change => change.Reason).HasMaxLength(InspectorBoard.LongestReason);
        builder.HasIndex(change => new { change.InspectorId, change.Id });
        builder.HasOne<Inspector>().WithMany().HasForeignKey(change => change.InspectorId);
        builder.HasOne<Inspector>().WithMany().HasForeignKey(change => change.OtherId);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(change => change.By);
    }
}
