using AdClip.Portal.Features.Models.Catalog;
using AdClip.Vision.Graphs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Models.Measuring;

/// <summary>How fast a model was on this machine in one way of running it, when somebody had it measured.</summary>
public sealed class ModelMeasurement
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string ModelId { get; init; }

    /// <summary>Of the weights that were measured.</summary>
    public required string Sha256 { get; init; }

    public required int ImageSize { get; init; }

    /// <summary>As <see cref="Vision.Graphs.Device"/> writes it.</summary>
    public required string Device { get; init; }

    public required Precision Precision { get; init; }

    /// <summary>Threads of one image, and images at once.</summary>
    public required int Threads { get; init; }

    public required int Callers { get; init; }

    /// <summary>Median of one image.</summary>
    public required double MillisecondsPerImage { get; init; }

    public required double ImagesPerSecond { get; init; }

    /// <summary>Estimated memory of the session.</summary>
    public required long Bytes { get; init; }

    public required DateTimeOffset MeasuredAt { get; init; }
}

internal sealed class ModelMeasurementTable : IEntityTypeConfiguration<ModelMeasurement>
{
    public void Configure(EntityTypeBuilder<ModelMeasurement> builder)
    {
        builder.ToTable("ModelMeasurements");
        builder.Property(measurement => measurement.ModelId).HasMaxLength(ModelTable.MaxName);
        builder.Property(measurement => measurement.Sha256).HasMaxLength(64);
        builder.Property(measurement => measurement.Device).HasMaxLength(40);
        builder.Property(measurement => measurement.Precision).HasConversion<string>().HasMaxLength(20);
        builder.HasIndex(measurement => new { measurement.ModelId, measurement.MeasuredAt });
        builder.HasOne<ModelRecord>().WithMany().HasForeignKey(measurement => measurement.ModelId).OnDelete(DeleteBehavior.Cascade);
    }
}
