using System.Security.Claims;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using AdClip.Vision.Metrics;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Evaluation.OutOfFold;

/// <summary>What the page of a detector's scores out of fold shows, at a threshold that moves.</summary>
public sealed class OutOfFoldState(IDbContextFactory<PortalDb> dbs, DetectorVersions versions)
{
    /// <summary>Null until loaded, or when the project has no such detector.</summary>
    public OutOfFoldJudgement? Judgement { get; private set; }

    public double Threshold { get; private set; }

    public Confusion Counts => Judgement?.Curve.At(Threshold) ?? default;

    /// <summary>Loads; starts at <paramref name="threshold"/> if given, else at what the detector suggests.</summary>
    public async Task LoadAsync(Guid projectId, Guid detectorId, double? threshold, ClaimsPrincipal user, CancellationToken cancel = default)
    {
        Judgement = null;
        if (await versions.FindAsync(detectorId, user, cancel) is not { } version || version.ProjectId != projectId)
        {
            return;
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var judgement = await OutOfFoldJudgement.ReadAsync(db, version, cancel);
        // Without anomalies nothing is suggested: everything passes, and the list begins with the highest score.
        Threshold = threshold ?? judgement.Suggested ?? (judgement.Images.Count == 0 ? 0 : Math.BitIncrement(judgement.Images.Max(image => image.Score)));
        Judgement = judgement;
    }

    public void MoveTo(double threshold) => Threshold = threshold;

    public int CountOf(Outcome outcome) => Judgement?.Images.Count(image => image.OutcomeAt(Threshold) == outcome) ?? 0;
}
