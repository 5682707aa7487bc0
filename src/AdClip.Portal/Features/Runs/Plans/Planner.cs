using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.EightBit;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Features.Training.Prompts;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.GoodImages;
using AdClip.Vision.Graphs;

namespace AdClip.Portal.Features.Runs.Plans;

/// <summary>What the planner settled.</summary>
/// <param name="Execution">Where the encoder runs at this moment.</param>
/// <param name="SuggestedThreshold">Of the trained detector, from images that it did not see; null: there is none.</param>
public sealed record SettledPlan(InspectionPlan Plan, Execution Execution, double? SuggestedThreshold);

/// <summary>Makes plans of requests: settles what is left open and refuses what does not fit, before anybody waits for it.</summary>
public sealed class Planner(
    ModelCatalog catalog, DetectorPool detectors, PrecisionChecks precisions, DetectorVersions versions,
    LearnedPrompts learned, Checkpoints checkpoints, InspectionAreaStore areas, TileAdvisor advisor, ReferenceImages references)
{
    /// <summary>The plan that a request means.</summary>
    /// <param name="largest">Width and height of the largest image to look at, for which tiles are chosen.</param>
    /// <param name="patience">Longest wait for memory to open the model in; null: none.</param>
    /// <exception cref="RefusedInputException">
    /// No such model or detector, not enough good images, prompts that do not fit the model, tiles that cannot be cut,
    /// 8 bits that no check allowed, or something that the trained detector fixes.
    /// </exception>
    public async Task<SettledPlan> SettleAsync(
        Project project, PlanRequest request, (int Width, int Height) largest, TimeSpan? patience, CancellationToken cancel)
    {
        if (request.Detector is { } detectorId)
        {
            var version = await versions.GetAsync(project.Id, detectorId, cancel);
            if (!request.LeavesAllToDetector)
            {
                throw new RefusedInputException(
                    RefusalCode.DetectorVersionFixed,
                    $"Detector {version.Number} was trained with its own model, texts and image size on whole images;"
                    + $" leave out model, objectName, prompts, references, tiles, 8 bits and image size.",
                    version.Number);
            }
            if (request.From is { } from && from.EncoderId != version.EncoderId)
            {
                throw new RefusedInputException(
                    RefusalCode.TokensOfAnotherEncoder,
                    $"Detector {version.Number} scores tokens of encoder {version.EncoderId}, the run's are of {from.EncoderId}; start a new run with it.",
                    version.EncoderId, from.EncoderId);
            }
            return await OfDetectorAsync(version, patience, cancel);
        }
        var kept = request.From;
        var modelId = request.Model ?? kept?.ModelId;
        var model = modelId is null ? await catalog.DefaultAsync(project.Id, cancel) : await catalog.GetAsync(modelId, cancel);
        var isEightBit = kept?.IsEightBit ?? request.EightBit;
        if (request.EightBit && kept is null)
        {
            await precisions.RequirePassedAsync(project.Id, model, request.ImageSize ?? model.RecommendedImageSize, cancel);
        }
        var (choice, images) = kept is not null && request.References is null
            ? (kept.References, await references.StillThereAsync(kept.ReferenceImages, cancel))
            : await references.ChooseAsync(project.Id, request.References, request.ReferenceCount, request.ReferenceImages, cancel);
        CheckKind(request, model, images);
        var objectName = string.IsNullOrWhiteSpace(request.ObjectName) ? kept?.ObjectName ?? project.ObjectName : request.ObjectName.Trim();
        var prompts = await SettledAsync(project, request.Prompts ?? kept?.Prompts, model, cancel);
        var area = await areas.CurrentAsync(project.Id, cancel);
        await references.CheckFitAsync(area, images, cancel);
        using var lease = await detectors.RentAsync(
            model.Id, request.ImageSize ?? kept?.ImageSize, cancel, isEightBit ? Precision.Int8 : null, patience);
        var opened = lease.Detector;
        var plan = new InspectionPlan
        {
            ModelId = model.Id,
            ModelName = model.Name,
            EncoderId = opened.EncoderId,
            ImageSize = opened.Model.ImageSize,
            ObjectName = objectName,
            References = choice,
            ReferenceImages = images,
            AreaRevision = area.Revision,
            IsEightBit = isEightBit,
            ScoreIdentity = "",
        };
        var sha256s = images.Select(image => image.Sha256);
        if (!model.HasWords)
        {
            plan = plan with { Orientations = request.Orientations ?? kept?.Orientations ?? OrientationChoice.Auto };
            plan = plan with { ScoreIdentity = ScoreIdentity.OfGood(opened.EncoderId, sha256s, plan.GoodOptions, area.Regions) };
            return new SettledPlan(plan, opened.Execution, SuggestedThreshold: null);
        }
        // What does not fit is told where it was typed, not by a job later.
        var words = learned.For(model, prompts, objectName);
        var textId = await Task.Run(() => opened.RequireWords().CheckPrompts(words), cancel);
        var tiles = kept is not null ? kept.Tiles : await advisor.SettleAsync(project.Id, request.Tiles, opened.Model, largest.Width, largest.Height, cancel);
        plan = plan with
        {
            Prompts = prompts,
            Tiles = tiles,
            ScoreIdentity = ScoreIdentity.OfModel(opened.EncoderId, textId, sha256s, area.Regions, tiles),
        };
        return new SettledPlan(plan, opened.Execution, SuggestedThreshold: null);
    }

    /// <summary>The plan of a trained detector: it compares with what it learned, and looks at whole images, where it learned to look.</summary>
    /// <exception cref="RefusedInputException">The model's weights are not those that it was fitted on, or are gone.</exception>
    public async Task<SettledPlan> OfDetectorAsync(DetectorVersion version, TimeSpan? patience, CancellationToken cancel)
    {
        var model = await catalog.GetAsync(version.ModelId, cancel);
        using var lease = await detectors.RentAsync(model.Id, version.ImageSize, cancel, patience: patience);
        DetectorVersions.CheckEncoder(version, lease.Detector);
        var report = VersionReport.Parse(version.Report);
        var plan = new InspectionPlan
        {
            ModelId = model.Id,
            ModelName = model.Name,
            EncoderId = version.EncoderId,
            ImageSize = version.ImageSize,
            ObjectName = version.ObjectName,
            References = ReferenceChoice.None,
            ReferenceImages = [],
            DetectorId = version.Id,
            DetectorNumber = version.Number,
            AreaRevision = report.AreaRevision,
            ScoreIdentity = IdentityOf(version),
        };
        return new SettledPlan(plan, lease.Detector.Execution, report.Threshold);
    }

    // What words have no say in, and what good images alone cannot do.
    private static void CheckKind(PlanRequest request, ModelRecord model, IReadOnlyList<PlanReference> images)
    {
        if (model.HasWords && request.Orientations is not null)
        {
            throw new RefusedInputException(
                RefusalCode.OrientationsNeedNoWords,
                $"{model.Name} compares with words; orientations of good images are chosen for models without words. Leave orientations out.", model.Name);
        }
        if (!model.HasWords && request.Tiles is not null)
        {
            throw new RefusedInputException(
                RefusalCode.TilesNeedWords, $"{model.Name} looks at whole images; leave tiles out, or choose a model with words.", model.Name);
        }
        if (!model.HasWords && (images.Count == 0 || request.Prompts?.Cleaned() is { Kind: not PromptKind.ModelDefault }))
        {
            model.RequireWords();
        }
    }

    /// <summary>The identity of the scores that a trained detector gives.</summary>
    public static string IdentityOf(DetectorVersion version) => ScoreIdentity.OfFitted(version.EncoderId, version.Blob, version.Taught);

    // The model's own recommendation is written as nothing, so that such plans are alike whoever asked for it how.
    private async Task<RunPrompts?> SettledAsync(Project project, RunPrompts? prompts, ModelRecord model, CancellationToken cancel)
    {
        switch (prompts?.Cleaned())
        {
            case null or { Kind: PromptKind.ModelDefault }:
                return null;
            case { Kind: PromptKind.Learned, CheckpointId: { } checkpointId } chosen:
                var kept = await checkpoints.GetAsync(project.Id, checkpointId, cancel);
                return chosen with { Checkpoint = kept.Label, CheckpointSha256 = kept.Blob };
            case { Kind: PromptKind.Learned } chosen:
                return chosen with { CheckpointSha256 = LearnedPrompts.Sha256(learned.PathOf(model, chosen.Checkpoint)) };
            case var chosen:
                return chosen;
        }
    }
}
