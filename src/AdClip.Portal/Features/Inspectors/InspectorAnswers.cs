using AdClip.Portal.Features.Inspectors.Gate;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Vision.Detection.Tiles;

namespace AdClip.Portal.Features.Inspectors;

/// <summary>What an inspector is made of: either.</summary>
/// <param name="RunId">A run, whose plan it takes.</param>
/// <param name="DetectorId">A trained detector.</param>
/// <param name="Name">Left out: one is proposed.</param>
public sealed record NewInspector(Guid? RunId = null, Guid? DetectorId = null, string? Name = null);

/// <summary>Another name.</summary>
public sealed record InspectorName(string? Name = null);

/// <summary>Why something becomes of an inspector.</summary>
public sealed record InspectorReason(string? Reason = null);

/// <summary>Why an inspector is put into use.</summary>
/// <param name="AcceptRegressions">Take it although golden images get worse, or a limit is not kept.</param>
public sealed record InspectorPromotion(string? Reason = null, bool AcceptRegressions = false);

/// <summary>An inspector as the API shows it.</summary>
public sealed record InspectorAnswer
{
    public required Guid Id { get; init; }

    public required Guid ProjectId { get; init; }

    /// <summary>What people call it.</summary>
    public required int Number { get; init; }

    public required string Name { get; init; }

    /// <summary>candidate, active or retired.</summary>
    public required string State { get; init; }

    /// <summary>Folder name of the model.</summary>
    public required string Model { get; init; }

    public required string EncoderId { get; init; }

    public required string ObjectName { get; init; }

    /// <summary>Good images that it compares with.</summary>
    public required int ReferenceCount { get; init; }

    /// <summary>How images are cut; null: each is looked at whole.</summary>
    public required TileSettings? Tiles { get; init; }

    public required bool EightBit { get; init; }

    /// <summary>Revision of the inspection area; 0: everything is looked at.</summary>
    public required int InspectionAreaRevision { get; init; }

    /// <summary>The run that it was made from; null: a trained detector.</summary>
    public required Guid? RunId { get; init; }

    public required Guid? DetectorId { get; init; }

    public required int? DetectorNumber { get; init; }

    public required string ScoreIdentity { get; init; }

    /// <summary>Scores below this are good.</summary>
    public required double ReviewFrom { get; init; }

    /// <summary>Scores at or above this are anomaly; those between are review.</summary>
    public required double FailFrom { get; init; }

    /// <summary>saved, budgets, falseRejects or suggested.</summary>
    public required string BandOrigin { get; init; }

    /// <summary>What the band does to the images that it was chosen on, and held out.</summary>
    public required BandFigures BandFigures { get; init; }

    /// <summary>Whether inspect answers with an index.</summary>
    public required bool HasIndex { get; init; }

    /// <summary>Largest value of the maps of good images.</summary>
    public required float? MapHigh { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public static InspectorAnswer Of(Inspector inspector)
    {
        var plan = InspectionPlan.Parse(inspector.Plan);
        return new InspectorAnswer
        {
            Id = inspector.Id,
            ProjectId = inspector.ProjectId,
            Number = inspector.Number,
            Name = inspector.Name,
            State = RunAnswer.NameOf(inspector.State),
            Model = plan.ModelId,
            EncoderId = plan.EncoderId,
            ObjectName = plan.ObjectName,
            ReferenceCount = plan.ReferenceImages.Count,
            Tiles = plan.Tiles,
            EightBit = plan.IsEightBit,
            InspectionAreaRevision = plan.AreaRevision,
            RunId = inspector.RunId,
            DetectorId = inspector.DetectorId,
            DetectorNumber = plan.DetectorNumber,
            ScoreIdentity = inspector.ScoreIdentity,
            ReviewFrom = inspector.ReviewFrom,
            FailFrom = inspector.FailFrom,
            BandOrigin = RunAnswer.NameOf(inspector.BandOrigin),
            BandFigures = BandFigures.Parse(inspector.BandFigures),
            HasIndex = inspector.Scale is not null,
            MapHigh = inspector.MapHigh,
            CreatedAt = inspector.CreatedAt,
        };
    }
}

/// <summary>One inspector with all that became of it.</summary>
/// <param name="References">SHA-256 of the good images that it compares with.</param>
/// <param name="Check">Its newest look through the gate; null: none.</param>
/// <param name="Events">Newest first.</param>
public sealed record InspectorDetail(
    InspectorAnswer Inspector, IReadOnlyList<string> References, GateAnswer? Check, IReadOnlyList<InspectorEventAnswer> Events);

/// <summary>A look through the gate.</summary>
/// <param name="State">queued, running, cancelling, cancelled, succeeded, failed or refused.</param>
/// <param name="Message">How it ended, in the caller's language; null: nothing to add.</param>
/// <param name="Report">What it found; null: it is not over, or does not hold any longer, since another inspector is in use.</param>
/// <param name="Passes">Whether nothing gets worse and all limits are kept.</param>
public sealed record GateAnswer(Guid JobId, string State, int Done, int Total, string? Message, GateReport? Report, bool? Passes)
{
    public static GateAnswer Of(JobView job, GateReport? report, JobTexts texts) =>
        new(job.Id, RunAnswer.NameOf(job.State), job.Done, job.Total, texts.Sentence(job), report, report?.Passes);
}

/// <summary>What became of an inspector.</summary>
/// <param name="Kind">made, promoted, replaced, rolledBack, restored, retired or renamed.</param>
/// <param name="OtherId">The other inspector of the change; null: none.</param>
public sealed record InspectorEventAnswer(string Kind, Guid? OtherId, string Reason, bool AcceptedRegressions, DateTimeOffset At, Guid By, GateReport? Report)
{
    public static InspectorEventAnswer Of(InspectorEvent change) => new(
        RunAnswer.NameOf(change.Kind), change.OtherId, change.Reason, change.AcceptedRegressions, change.At, change.By,
        change.Report is null ? null : GateReport.Parse(change.Report));
}
