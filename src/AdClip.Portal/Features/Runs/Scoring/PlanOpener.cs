using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Training;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.GoodImages;

namespace AdClip.Portal.Features.Runs.Scoring;

/// <summary>Opens plans: the model in memory, and what scores by the plan. The one place that knows the kinds of scorers.</summary>
public sealed class PlanOpener(
    ModelCatalog catalog, DetectorPool detectors, DetectorVersions versions, LearnedPrompts learned, InspectionAreaStore areas, ImageScoring scoring)
{
    /// <summary>A plan of this project, ready to look at images. Dispose it when done.</summary>
    /// <param name="patience">Longest wait for memory to open the model in; null: none.</param>
    /// <param name="encoded">Told of tiles of good images that are done, perhaps by several threads at once.</param>
    /// <exception cref="RefusedInputException">The model, the detector, a good image or a file of learned prompts is gone or is not what it was.</exception>
    public async Task<OpenPlan> OpenAsync(Guid projectId, InspectionPlan plan, TimeSpan? patience, Action<int> encoded, CancellationToken cancel)
    {
        var lease = await detectors.RentAsync(plan.ModelId, plan.ImageSize, cancel, plan.Precision, patience);
        OpenPlan? opened = null;
        try
        {
            if (lease.Detector.EncoderId != plan.EncoderId)
            {
                // The weights were exchanged since the plan was made: going on would mix two models' scores.
                throw new RefusedInputException(
                    RefusalCode.TokensOfAnotherEncoder,
                    $"The run was made with encoder {plan.EncoderId}, the model is now {lease.Detector.EncoderId}; start a new run.",
                    plan.EncoderId, lease.Detector.EncoderId);
            }
            ITokenScorer scorer = plan.DetectorId is { } detectorId
                ? await versions.OpenAsync(await versions.GetAsync(projectId, detectorId, cancel), lease.Detector, cancel)
                : await ModelScorerAsync(projectId, plan, lease.Detector, encoded, cancel);
            opened = new OpenPlan(plan, lease, scorer, scoring, detectors);
            return opened;
        }
        finally
        {
            if (opened is null)
            {
                lease.Dispose();
            }
        }
    }

    private async Task<ITokenScorer> ModelScorerAsync(Guid projectId, InspectionPlan plan, DetectionModel model, Action<int> encoded, CancellationToken cancel)
    {
        var area = await areas.AtAsync(projectId, plan.AreaRevision, cancel)
            ?? throw new InvalidOperationException($"A plan names revision {plan.AreaRevision} of the inspection area, which is not there.");
        var prompts = plan.Orientations is null ? learned.For(await catalog.GetAsync(plan.ModelId, cancel), plan.Prompts, plan.ObjectName) : null;
        return await scoring.ScorerAsync(model, plan, prompts, area.Regions, encoded, cancel);
    }
}

/// <summary>A plan whose model is in memory.</summary>
public sealed class OpenPlan : IDisposable
{
    private readonly DetectorLease _lease;
    private readonly ITokenScorer _scorer;
    private readonly ImageScoring _scoring;
    private readonly DetectorPool _detectors;

    internal OpenPlan(InspectionPlan plan, DetectorLease lease, ITokenScorer scorer, ImageScoring scoring, DetectorPool detectors) =>
        (Plan, _lease, _scorer, _scoring, _detectors) = (plan, lease, scorer, scoring, detectors);

    public InspectionPlan Plan { get; }

    /// <summary>What was found out about the good images, where they alone are compared with; else null.</summary>
    public GoodFitReport? GoodFit => (_scorer as GoodScorer)?.Report;

    /// <summary>Looks at one image file of this hash.</summary>
    /// <param name="looked">Told of tiles that are done, perhaps by several threads at once.</param>
    /// <exception cref="RefusedInputException">The file is not an image that can be read, or the inspection area does not fit it.</exception>
    public Task<Inspection> LookAsync(string path, string sha256, Action<int> looked, CancellationToken cancel) =>
        _scoring.InspectAsync(_lease.Detector, _scorer, Plan.Tiles, path, sha256, looked, cancel);

    /// <summary>Looks at one image for which somebody waits: it gets all processors where nothing else is going on. The same bits, sooner.</summary>
    /// <exception cref="RefusedInputException">The file is not an image that can be read, or the inspection area does not fit it.</exception>
    public async Task<Inspection> LookAloneAsync(string path, string sha256, CancellationToken cancel)
    {
        // Tiles of one image are many images already, and 8 bits are not opened twice.
        using var alone = Plan is { Tiles: null, IsEightBit: false } && _scoring.IsIdle
            ? await _detectors.TryRentForOneAsync(Plan.ModelId, Plan.ImageSize, cancel)
            : null;
        return await _scoring.InspectAsync(alone?.Detector ?? _lease.Detector, _scorer, Plan.Tiles, path, sha256, _ => { }, cancel);
    }

    /// <summary>How long one image takes that nobody has seen before: nothing kept is used, nothing is kept.</summary>
    /// <exception cref="RefusedInputException">The file is not an image that can be read, or the inspection area does not fit it.</exception>
    public Task<double> MillisecondsAsync(string path, string sha256, CancellationToken cancel) =>
        _scoring.MillisecondsAsync(_lease.Detector, _scorer, Plan.Tiles, path, sha256, cancel);

    public void Dispose() => _lease.Dispose();
}
