using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Detection.Tiles;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>A threshold that somebody chose for a project. Rows are added; for scores of a kind the newest one on such scores holds.</summary>
public sealed class ThresholdChoice
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    /// <summary>The run on whose images it was chosen.</summary>
    public required Guid RunId { get; init; }

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

    /// <summary>The newest one that was chosen on scores of the kind that this run has; null when there is none.</summary>
    public static async Task<ThresholdChoice?> CurrentAsync(PortalDb db, Run run, CancellationToken cancel = default) =>
        (await CurrentAsync(db, await ScoreKind.OfAsync(db, run, cancel), inAnyTiles: false, cancel))?.Choice;

    /// <summary>The newest one that was chosen on scores of this kind, and how images were cut for it; null when there is none.</summary>
    /// <param name="inAnyTiles">However images are cut.</param>
    public static async Task<(ThresholdChoice Choice, TileSettings? Tiles)?> CurrentAsync(
        PortalDb db, ScoreKind kind, bool inAnyTiles, CancellationToken cancel)
    {
        var choices =
            from choice in db.Set<ThresholdChoice>().AsNoTracking()
            join run in kind.Runs(db) on choice.RunId equals run.Id
            orderby choice.ChosenAt descending, choice.Id descending
            select new { choice, run.Settings };
        await foreach (var found in choices.AsAsyncEnumerable().WithCancellation(cancel))
        {
            var settings = RunSettings.Parse(found.Settings);
            if (kind.IsSame(settings, inAnyTiles))
            {
                return (found.choice, settings.Tiles);
            }
        }
        return null;
    }
}

internal sealed class ThresholdChoiceTable : IEntityTypeConfiguration<ThresholdChoice>
{
    public void Configure(EntityTypeBuilder<ThresholdChoice> builder)
    {
        builder.ToTable("ThresholdChoices");
        builder.Ignore(choice => choice.Band);
        builder.Property(choice => choice.Origin).HasConversion<string>();
        builder.HasIndex(choice => new { choice.ProjectId, choice.ChosenAt });
        builder.HasOne<Project>().WithMany().HasForeignKey(choice => choice.ProjectId);
        builder.HasOne<Run>().WithMany().HasForeignKey(choice => choice.RunId);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(choice => choice.ChosenBy);
    }
}
