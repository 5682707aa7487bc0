using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Runs.Scoring;

/// <summary>What a run says of one image. Added once, never edited; at most one for each run and image.</summary>
/// <remarks>Scores are binary32 and are stored so that they come back bit for bit.</remarks>
public sealed class ImageResult
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid RunId { get; init; }

    public required Guid ImageId { get; init; }

    /// <summary>The model's image score: 0 good to 1 anomalous.</summary>
    public required float Score { get; init; }

    /// <summary>From the prompts alone.</summary>
    public required float ZeroShotScore { get; init; }

    /// <summary>From the distance to good images; null in a zero-shot run.</summary>
    public required float? FewShotScore { get; init; }

    /// <summary>Probability of "anomaly" from the class feature alone.</summary>
    public required float ClassProbability { get; init; }

    /// <summary>Calibrated probability that the image is anomalous; null unless a trained detector says it.</summary>
    public double? Probability { get; init; }

    /// <summary>Probability of "good" and of each defect class by name, as JSON; null where <see cref="Probability"/> is.</summary>
    public string? ClassProbabilities { get; init; }

    /// <summary>Blob of the anomaly map: a .npy file, float32, [rows, columns], over the whole stored image.</summary>
    public required string MapBlob { get; init; }

    public required float MapMin { get; init; }

    public required float MapMax { get; init; }

    /// <summary>Decoding to score, without waiting and without storing.</summary>
    public required double Milliseconds { get; init; }

    /// <summary>True: the encoder had seen the image before, so <see cref="Milliseconds"/> says nothing of its speed.</summary>
    public bool WasCached { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Most probable first; empty unless a trained detector says it.</summary>
    public static IReadOnlyList<KeyValuePair<string, double>> ClassesOf(string? classProbabilities) =>
        classProbabilities is null
            ? []
            : [.. (JsonSerializer.Deserialize<Dictionary<string, double>>(classProbabilities) ?? []).OrderByDescending(one => one.Value)];
}

internal sealed class ImageResultTable : IEntityTypeConfiguration<ImageResult>
{
    public void Configure(EntityTypeBuilder<ImageResult> builder)
    {
        builder.ToTable("ImageResults");
        builder.Property(result => result.MapBlob).HasMaxLength(64);
        builder.HasIndex(result => new { result.RunId, result.ImageId }).IsUnique();
        builder.HasIndex(result => new { result.RunId, result.Score });
        builder.HasIndex(result => result.ImageId);
        builder.HasOne<Run>().WithMany().HasForeignKey(result => result.RunId);
    }
}
