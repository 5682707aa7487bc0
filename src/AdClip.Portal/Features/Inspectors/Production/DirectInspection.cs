using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Imaging;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Inspectors.Production;

/// <summary>Looks at one image that is sent, without a run: with the inspector in use, or as the request says. The image is not stored unless asked.</summary>
public sealed class DirectInspection(
    InspectorBoard board, ProductionBook production, Planner planner, PlanOpener plans, IScoreThresholds thresholds,
    ImageUpload upload, BlobStore blobs, IOptions<ImagesOptions> images)
{
    private static readonly TimeSpan MemoryPatience = TimeSpan.FromSeconds(30);

    /// <exception cref="RefusedInputException">The file is not an image that can be read, there is no such model, or tiles that cannot be cut.</exception>
    public async Task<InspectAnswer> InspectAsync(
        Project project, InspectRequest request, string fileName, Stream content, Guid userId, CancellationToken cancel)
    {
        await using var incoming = blobs.Begin();
        await incoming.ReceiveAsync(content, images.Value.Limits.MaxBytes, cancel);
        var sha256 = await incoming.FlushAsync(cancel);
        var info = ImageDecoder.Identify(incoming.Path, images.Value.Limits);
        var (width, height) = (info.Width, info.Height);
        var inspector = request.IsFree ? null : await board.ActiveAsync(project.Id, cancel);
        var (plan, band) = inspector is null
            ? await SettleAsync(project, request, width, height, cancel)
            : (InspectionPlan.Parse(inspector.Plan), inspector.Band);
        using var opened = await plans.OpenAsync(project.Id, plan, MemoryPatience, _ => { }, cancel);
        var inspection = await opened.LookAloneAsync(incoming.Path, sha256, cancel);
        Guid? imageId = null;
        if (request.Store)
        {
            await using var again = File.OpenRead(incoming.Path);
            var outcome = await upload.TakeAsync(project.Id, userId, fileName, again, cancel);
            imageId = outcome.Refusal is { } refusal ? throw refusal : outcome.ImageId;
        }
        var detection = inspection.Detection;
        if (plan.ReferenceImages.Count > 0 && detection.FewShotScore is null)
        {
            // Compared with no good image, its score is that of the texts: a threshold for scores against good images says nothing of it.
            band = null;
        }
        var boxes = MapBoxes.Find(detection.Map, request.MapThreshold, width, height);
        var verdict = band is { } applied ? applied.Of(detection.Score) : boxes.Count > 0 ? Verdict.Fail : Verdict.Pass;
        if (inspector is not null)
        {
            await production.NoteAsync(inspector, sha256, detection.Score, verdict, inspection.Milliseconds, imageId, cancel);
        }
        return new InspectAnswer
        {
            Verdict = VerdictNames.Of(verdict),
            Score = detection.Score,
            Threshold = (float?)band?.FailFrom,
            ZeroShotScore = detection.ZeroShotScore,
            FewShotScore = detection.FewShotScore,
            ClassProbability = detection.ClassProbability,
            Boxes = [.. boxes.Select(BoxAnswer.Of)],
            MapThreshold = request.MapThreshold,
            Model = plan.ModelId,
            ReferenceCount = plan.ReferenceImages.Count,
            InspectionAreaRevision = plan.AreaRevision,
            Tiles = plan.Tiles,
            Width = width,
            Height = height,
            Sha256 = sha256,
            Milliseconds = inspection.Milliseconds,
            ImageId = imageId,
            DetectorId = plan.DetectorId,
            Probability = detection.Probability,
            ClassProbabilities = detection.Probability is null ? null : detection.ClassProbabilities,
            ReviewFrom = band is { HasReview: true } reviewed ? (float)reviewed.ReviewFrom : null,
            ScoreIdentity = plan.ScoreIdentity,
            InspectorId = inspector?.Id,
            InspectorNumber = inspector?.Number,
            Index = inspector is null || band is null ? null : InspectorScale.Index(inspector.Scale, detection.Score),
        };
    }

    private async Task<(InspectionPlan Plan, VerdictBand? Band)> SettleAsync(
        Project project, InspectRequest request, int width, int height, CancellationToken cancel)
    {
        var settled = await planner.SettleAsync(project, request.Plan, (width, height), MemoryPatience, cancel);
        var band = VerdictBand.At(request.Threshold)
            ?? await thresholds.NewestAsync(project.Id, settled.Plan.ScoreIdentity, cancel)
            ?? VerdictBand.At(settled.SuggestedThreshold);
        return (settled.Plan, band);
    }
}

/// <summary>How to look.</summary>
/// <param name="Plan">What it says of tiles left out: the image is looked at whole.</param>
/// <param name="Threshold">Scores at or above it mean anomaly; null: the one that was saved for such scores, and without one any box does.</param>
/// <param name="MapThreshold">Map values at or above it make boxes.</param>
/// <param name="Store">Keep the image in the project.</param>
/// <param name="IsFree">It says itself how to look or judge: the inspector in use is left alone.</param>
public sealed record InspectRequest(PlanRequest Plan, float? Threshold, float MapThreshold, bool Store, bool IsFree);
