using System.Text.Json;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Projects;
using AdClip.Vision.Detection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Models.EightBit;

/// <summary>What a comparison of 8-bit with 32-bit arithmetic on a project's own images found.</summary>
public sealed class PrecisionCheck
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    public required string ModelId { get; init; }

    /// <summary>Of the weights that were compared; the verdict holds for no others.</summary>
    public required string Sha256 { get; init; }

    public required int ImageSize { get; init; }

    public required bool Passed { get; init; }

    /// <summary>The <see cref="FidelityReport"/> as JSON.</summary>
    public required string Figures { get; init; }

    /// <summary>How many times as fast 8 bits were, by the clock.</summary>
    public required double Speedup { get; init; }

    public required DateTimeOffset CheckedAt { get; init; }

    public FidelityReport Report() =>
        JsonSerializer.Deserialize<FidelityReport>(Figures, FigureOptions) ?? throw new JsonException("The figures of the check are empty.");

    internal static string Write(FidelityReport report) => JsonSerializer.Serialize(report, FigureOptions);

    // A correlation of constants is no number.
    private static readonly JsonSerializerOptions FigureOptions = new(JsonSerializerOptions.Web)
    {
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };
}

internal sealed class PrecisionCheckTable : IEntityTypeConfiguration<PrecisionCheck>
{
    public void Configure(EntityTypeBuilder<PrecisionCheck> builder)
    {
        builder.ToTable("PrecisionChecks");
        builder.Property(check => check.ModelId).HasMaxLength(ModelTable.MaxName);
        builder.Property(check => check.Sha256).HasMaxLength(64);
        builder.HasIndex(check => new { check.ProjectId, check.ModelId, check.CheckedAt });
        builder.HasOne<Project>().WithMany().HasForeignKey(check => check.ProjectId);
        builder.HasOne<ModelRecord>().WithMany().HasForeignKey(check => check.ModelId).OnDelete(DeleteBehavior.Cascade);
    }
}
