using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Runs.Scoring;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.Imaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Runs.Direct;

/// <summary>Looks at one image that is sent, without a run; nothing is stored unless asked.</summary>
public sealed class DirectInspection(
    IDbContextFactory<PortalDb> dbs, ModelCatalog catalog, DetectorPool detectors, DetectorVersions versions,
    RunBoard runs, ScoreThresholds thresholds, TileAdvisor advisor, ImageScoring inspector,
    InspectionAreaStore areas, ImageUpload upload, BlobStore blobs, IOptions<ImagesOptions> images)
{
    private static readonly TimeSpan MemoryPatience = TimeSpan.FromSeconds(30);
    private const int ChunkBytes = 1 << 17;

    /// <exception cref="RefusedInputException">The file is not an image that can be read, there is no such model, or tiles that cannot be cut.</exception>
    public async Task<InspectAnswer> InspectAsync(
        Project project, InspectRequest request, string fileName, Stream content, Guid userId, CancellationToken cancel)
    {
        await using var incoming = blobs.Begin();
        var sha256 = await ReceiveAsync(incoming, content, cancel);
        var info = ImageDecoder.Identify(incoming.Path, images.Value.Limits);
        var looked = request.Detector is { } detectorId
            ? await LookTrainedAsync(project, request, await versions.GetAsync(project.Id, detectorId, cancel), incoming.Path, sha256, cancel)
            : await LookAsync(project, request, incoming.Path, sha256, info, cancel);
        Guid? imageId = null;
        if (request.Store)
        {
            await using var again = File.OpenRead(incoming.Path);
            var outcome = await upload.TakeAsync(project.Id, userId, fileName, again, cancel);
            imageId = outcome.Refusal is { } refusal ? throw refusal : outcome.ImageId;
        }
        var detection = looked.Inspection.Detection;
        var (width, height) = (info.Width, info.Height);
        var boxes = MapBoxes.Find(detection.Map, request.MapThreshold, width, height);
        var verdict = looked.Applied is { } band ? band.Of(detection.Score) : boxes.Count > 0 ? Verdict.Fail : Verdict.Pass;
        return new InspectAnswer(
            VerdictNames.Of(verdict), detection.Score, (float?)looked.Applied?.FailFrom,
            detection.ZeroShotScore, detection.FewShotScore, detection.ClassProbability,
            boxes, request.MapThreshold, looked.ModelId, looked.References, looked.AreaRevision,
            looked.Tiles, width, height, sha256, looked.Inspection.Milliseconds, imageId, request.Detector,
            detection.Probability, detection.Probability is null ? null : detection.ClassProbabilities)
        {
            ReviewFrom = looked.Applied is { HasReview: true } applied ? (float)applied.ReviewFrom : null,
        };
    }

    private async Task<Looked> LookAsync(Project project, InspectRequest request, string path, string sha256, ImageInfo info, CancellationToken cancel)
    {
        var model = request.Model is null ? await catalog.DefaultAsync(project.Id, cancel) : await catalog.GetAsync(request.Model, cancel);
        using var lease = await detectors.RentAsync(model.Id, null, cancel, patience: MemoryPatience);
        IReadOnlyList<string> references;
        var area = await areas.CurrentAsync(project.Id, cancel);
        area.Regions.CheckFits(info.Width, info.Height);
        await using (var db = await dbs.CreateDbContextAsync(cancel))
        {
            var (_, good) = await runs.ReferencesAsync(db, project.Id, request.References, request.ReferenceCount, null, cancel);
            await RunBoard.CheckFitsAsync(db, area, [.. good.Select(image => image.Id)], cancel);
            references = [.. good.Select(image => image.Sha256)];
        }
        var kind = new ScoreKind(project.Id, lease.Detector.EncoderId, references.Count > 0, area.Regions.Regions.Count > 0);
        var (tiles, applied) = await SettleAsync(kind, request, lease.Detector, info, cancel);
        var scorer = await inspector.ScorerAsync(
            lease.Detector, new PromptSettings(ProductName: project.ObjectName), references, area.Regions, tiles, _ => { }, cancel);
        // One image alone gets all processors; the same bits, sooner. A run that begins meanwhile shares them with this one image.
        // Tiles of one image are many images already.
        using var alone = tiles is null && inspector.IsIdle ? await detectors.TryRentForOneAsync(model.Id, null, cancel) : null;
        var inspection = await inspector.InspectAsync(alone?.Detector ?? lease.Detector, scorer, tiles, path, sha256, _ => { }, cancel);
        // Compared with no good image, its score is that of the texts: a threshold for scores against good images says nothing of it.
        var isUncompared = references.Count > 0 && inspection.Detection.FewShotScore is null;
        return new Looked(inspection, isUncompared ? null : applied, model.Id, references.Count, area.Revision, tiles);
    }

    // As in a run, a trained detector compares with what it learned and looks at the whole image, or at the area that it learned.
    private async Task<Looked> LookTrainedAsync(
        Project project, InspectRequest request, DetectorVersion version, string path, string sha256, CancellationToken cancel)
    {
        if (request is not { Model: null, References: null or ReferenceChoice.None, ReferenceCount: null, Tiles: null })
        {
            throw new RefusedInputException(
                RefusalCode.DetectorVersionFixed,
                $"Detector {version.Number} was trained with its own model, texts and image size on whole "
                + $"images; leave out model, objectName, prompts, references, tiles, 8 bits and image size.",
                version.Number);
        }
        using var lease = await detectors.RentAsync(version.ModelId, version.ImageSize, cancel, patience: MemoryPatience);
        var fitted = await versions.OpenAsync(version, lease.Detector, cancel);
        var inspection = await inspector.InspectAsync(lease.Detector, fitted, path, sha256, cancel);
        var report = VersionReport.Parse(version.Report);
        var kind = new ScoreKind(project.Id, version.EncoderId, HasReferences: false, HasArea: fitted.Regions.Regions.Count > 0, DetectorVersionId: version.Id);
        var saved = request.Threshold is null ? await thresholds.NewestAsync(kind, inAnyTiles: false, cancel) : null;
        return new Looked(inspection, Asked(request) ?? saved?.Band ?? VerdictBand.At(report.Threshold), version.ModelId, 0, report.AreaRevision, null);
    }

    private async Task<(TileSettings? Tiles, VerdictBand? Applied)> SettleAsync(
        ScoreKind kind, InspectRequest request, ClipDetector detector, ImageInfo info, CancellationToken cancel)
    {
        if (request.FollowsThreshold)
        {
            // A threshold holds for scores that were made alike: the image is cut as those were on which it was chosen.
            var newest = request.Threshold is null ? await thresholds.NewestAsync(kind, inAnyTiles: true, cancel) : null;
            return (newest?.Tiles, Asked(request) ?? newest?.Band);
        }
        var tiles = await advisor.SettleAsync(kind.ProjectId, request.Tiles, detector.Model, info.Width, info.Height, cancel);
        return (tiles, Asked(request) ?? (await thresholds.NewestAsync(kind with { Tiles = tiles }, inAnyTiles: false, cancel))?.Band);
    }

    private static VerdictBand? Asked(InspectRequest request) => VerdictBand.At(request.Threshold);

    private async Task<string> ReceiveAsync(IncomingBlob target, Stream content, CancellationToken cancel)
    {
        var most = images.Value.Limits.MaxBytes;
        var buffer = new byte[ChunkBytes];
        for (var read = await content.ReadAsync(buffer, cancel); read > 0; read = await content.ReadAsync(buffer, cancel))
        {
            if (target.Length + read > most)
            {
                throw new RefusedInputException(
                    RefusalCode.FileTooLarge, $"The file has more than {most} bytes, which is the most that is accepted.",
                    target.Length + read, most);
            }
            await target.WriteAsync(buffer.AsMemory(0, read), cancel);
        }
        return await target.FlushAsync(cancel);
    }

    /// <param name="Applied">The score thresholds; null: there are none.</param>
    private sealed record Looked(Inspection Inspection, VerdictBand? Applied, string ModelId, int References, int AreaRevision, TileSettings? Tiles);
}

/// <summary>How to look.</summary>
/// <param name="Threshold">Scores at or above it mean anomaly; null: the one that was saved for such scores, and without one any box does.</param>
/// <param name="MapThreshold">Map values at or above it make boxes.</param>
/// <param name="Store">Keep the image in the project.</param>
/// <param name="FollowsThreshold">Cut the image as those of the run whose threshold is applied; without one it is looked at whole.</param>
/// <param name="Tiles">Else how to cut it; null: it is looked at whole.</param>
/// <param name="Detector">A trained detector of the project; null: the model itself.</param>
public sealed record InspectRequest(
    string? Model, ReferenceChoice? References, int? ReferenceCount, float? Threshold,
    float MapThreshold, bool Store, bool FollowsThreshold, RunTiles? Tiles, Guid? Detector = null);
