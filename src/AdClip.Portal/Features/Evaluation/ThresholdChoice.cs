using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Inference;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>A threshold that somebody chose for a project. Rows are added; the newest one holds.</summary>
public sealed class ThresholdChoice
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid ProjectId { get; init; }

    /// <summary>The run on whose images it was chosen.</summary>
    public required Guid RunId { get; init; }

    /// <summary>An image whose score is at least this is called anomalous.</summary>
    public required double Value { get; init; }

    /// <summary>Outcomes on the labelled images of that run when it was chosen.</summary>
    public required long TruePositives { get; init; }

    public required long FalsePositives { get; init; }

    public required long TrueNegatives { get; init; }

    public required long FalseNegatives { get; init; }

    public required DateTimeOffset ChosenAt { get; init; }

    public required Guid ChosenBy { get; init; }

    /// <summary>The threshold that holds in a project now; null when nobody has chosen one.</summary>
    public static Task<ThresholdChoice?> CurrentAsync(PortalDb db, Guid projectId, CancellationToken cancel = default) => db.Set<ThresholdChoice>()
        .AsNoTracking()
        .Where(choice => choice.ProjectId == projectId)
        .OrderByDescending(choice => choice.ChosenAt)
        .ThenByDescending(choice => choice.Id)
        .FirstOrDefaultAsync(cancel);

    /// <summary>The newest one that was chosen on scores of this kind; null when there is none. Scores of other kinds, by prompts of one's own among them, have other scales.</summary>
    public static Task<ThresholdChoice?> CurrentAsync(PortalDb db, ScoreKind kind, CancellationToken cancel) => db.Set<ThresholdChoice>()
        .AsNoTracking()
        .Where(choice => choice.ProjectId == kind.ProjectId
            && db.Set<Run>().Any(run => run.Id == choice.RunId && run.EncoderId == kind.EncoderId && run.ReferenceCount > 0 == kind.HasReferences && !run.Settings.Contains(RunSettings.OwnPromptsMark) && run.Settings.Contains(RunSettings.TilesMark) == kind.HasTiles
                && db.Set<InspectionAreaRevision>().Any(area => area.ProjectId == run.ProjectId && area.Revision == run.AreaRevision && area.RegionCount > 0) == kind.HasArea))
        .OrderByDescending(choice => choice.ChosenAt)
        .ThenByDescending(choice => choice.Id)
        .FirstOrDefaultAsync(cancel);
}

internal sealed class ThresholdChoiceTable : IEntityTypeConfiguration<ThresholdChoice>
{
    public void Configure(EntityTypeBuilder<ThresholdChoice> builder)
    {
        builder.ToTable("ThresholdChoices");
        builder.HasIndex(choice => new { choice.ProjectId, choice.ChosenAt });
        builder.HasOne<Project>().WithMany().HasForeignKey(choice => choice.ProjectId);
        builder.HasOne<Run>().WithMany().HasForeignKey(choice => choice.RunId);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(choice => choice.ChosenBy);
    }
}
