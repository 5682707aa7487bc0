using System.Runtime.CompilerServices;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Tokens;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>Shows what a detector says of an image, and what it would say if it were taught a region. Stores nothing.</summary>
public sealed class TeachingBench(
    IDbContextFactory<PortalDb> dbs, TeachingLines lines, DetectorPool detectors, DetectorVersions versions,
    ModelCatalog catalog, TokenSource source, EncoderSlots slots, GoldenCheck golden,
    ReferenceImages references, InspectionAreaStore areas, BlobStore blobs, MapShelf shelf, TimeProvider clock)
{
    private const int KeptBases = 3;
    private static readonly TimeSpan MemoryPatience = TimeSpan.FromSeconds(30);
    private readonly Lock _lock = new();
    // Whoever tries a region has just looked at the image: it is scored once by the detector before.
    private readonly ConditionalWeakTable<FittedDetector, LastSeen> _seen = [];
    private readonly LinkedList<(string Key, FittedBase Base)> _bases = [];

    /// <summary>The image as the version that holds sees it. What takes long the first time, a fit to the run's good images, is done here.</summary>
    /// <exception cref="RefusedInputException">A run in tiles, too few good images, or a model that is gone.</exception>
    public async Task<TaughtLook> LookAsync(Run run, ImageRecord image, CancellationToken cancel)
    {
        var line = await lines.FindAsync(run, cancel);
        using var lease = await RentAsync(line, cancel);
        var (detector, fittedBase) = await OpenAsync(run, line, lease.Detector, cancel);
        var seen = await slots.InSlotAsync(() => Seen(detector, Tokens(lease.Detector, image), image.Sha256), cancel);
        return new TaughtLook(line, seen.Score, shelf.Put(run.ProjectId, seen.Map), ScaleOf(line, fittedBase));
    }

    /// <summary>What the detector would be and say if the region were good, or a defect. The golden images are compared in the background.</summary>
    /// <param name="seenId">The version that the person sees; null: none was stored.</param>
    /// <exception cref="RefusedInputException">Somebody was faster, or the region covers nothing.</exception>
    public async Task<FeedbackPreview> TryAsync(Run run, ImageRecord image, LessonKind kind, FeedbackRegion region, Guid? seenId, CancellationToken cancel)
    {
        var line = await lines.FindAsync(run, cancel);
        line.RequireSeen(seenId);
        using var lease = await RentAsync(line, cancel);
        var (detector, fittedBase) = await OpenAsync(run, line, lease.Detector, cancel);
        var grid = lease.Detector.FitContext.Grid;
        var preview = await slots.InSlotAsync(
            () =>
            {
                var tokens = Tokens(lease.Detector, image);
                var before = Seen(detector, tokens, image.Sha256);
                var (patches, bounds) = region.Resolve(before.Map, grid, image.Width, image.Height);
                var said = new RegionFeedback(image.Sha256, tokens, patches, kind == LessonKind.Defect);
                var taught = detector.With([said]);
                var after = taught.Score(tokens, image.Sha256);
                return new FeedbackPreview
                {
                    Run = run,
                    Image = image,
                    Kind = kind,
                    Line = line,
                    Base = fittedBase,
                    After = taught,
                    Said = said,
                    Bounds = bounds,
                    ScoreBefore = before.Score,
                    ScoreAfter = after.Score,
                    BeforeUrl = shelf.Put(run.ProjectId, before.Map),
                    AfterUrl = shelf.Put(run.ProjectId, after.Map),
                    Golden = Task.FromException<GoldenComparison>(new InvalidOperationException("Not begun.")),
                    Progress = new GoldenProgress(),
                    Scale = ScaleOf(line, fittedBase),
                };
            },
            cancel);
        // Nobody waits for it before the new heatmap is seen.
        return preview with { Golden = CompareAsync(preview, detector) };
    }

    private async Task<GoldenComparison> CompareAsync(FeedbackPreview preview, FittedDetector before)
    {
        using var lease = await RentAsync(preview.Line, CancellationToken.None);
        return await golden.CompareAsync(lease.Detector, preview.Line, preview.Run.Id, before, preview.After, preview.Progress, CancellationToken.None);
    }

    // Lessons move the scores of images, not the scale: what was good before anybody taught fixes it.
    private static ScoreScale? ScaleOf(TaughtLine line, FittedBase? fittedBase) => line.Scale ?? (fittedBase is null
        ? null
        : ScoreScale.Of(fittedBase.Detector.Report.Scores.Where(score => double.IsFinite(score.Score)).Select(score => score.Score)));

    private Task<DetectorLease> RentAsync(TaughtLine line, CancellationToken cancel) =>
        detectors.RentAsync(line.ModelId, line.ImageSize, cancel, patience: MemoryPatience);

    private ImageTokens Tokens(DetectionModel model, ImageRecord image) => source.Encode(model, blobs.PathOf(image.Sha256), image.Sha256).Tokens;

    private Detection Seen(FittedDetector detector, ImageTokens tokens, string sha256)
    {
        if (_seen.TryGetValue(detector, out var last) && last.Sha256 == sha256)
        {
            return last.Detection;
        }
        var seen = detector.Score(tokens, sha256);
        _seen.AddOrUpdate(detector, new LastSeen(sha256, seen));
        return seen;
    }

    private async Task<(FittedDetector Detector, FittedBase? Base)> OpenAsync(Run run, TaughtLine line, DetectionModel model, CancellationToken cancel)
    {
        if (line.Head is { } head)
        {
            return (await versions.OpenAsync(head, model, cancel), null);
        }
        var key = $"{line.ProjectId} {line.BaseKey} {model.EncoderId}";
        if (FindBase(key) is { } kept)
        {
            return (kept.Detector, kept);
        }
        var fitted = await FitAsync(run, line, model, cancel);
        lock (_lock)
        {
            _bases.AddFirst((key, fitted));
            while (_bases.Count > KeptBases)
            {
                _bases.RemoveLast();
            }
        }
        return (fitted.Detector, fitted);
    }

    private FittedBase? FindBase(string key)
    {
        lock (_lock)
        {
            return _bases.FirstOrDefault(kept => kept.Key == key).Base;
        }
    }

    // The words say nothing of a single region, so nobody could teach them; good images can be taught.
    private async Task<FittedBase> FitAsync(Run run, TaughtLine line, DetectionModel model, CancellationToken cancel)
    {
        var begin = clock.GetTimestamp();
        var area = await areas.AtAsync(run.ProjectId, run.AreaRevision, cancel)
            ?? throw new InvalidOperationException($"Run {run.Id} names revision {run.AreaRevision} of the inspection area, which is not there.");
        List<string> sha256s;
        await using (var db = await dbs.CreateDbContextAsync(cancel))
        {
            sha256s = await db.Set<RunReference>()
                .Where(reference => reference.RunId == run.Id)
                .OrderBy(reference => reference.Sha256)
                .Select(reference => reference.Sha256)
                .ToListAsync(cancel);
            if (sha256s.Count == 0)
            {
                // A run from words alone: what people have called good since.
                var (_, good) = await references.ChooseAsync(run.ProjectId, wanted: null, count: null, chosen: null, cancel);
                sha256s = [.. good.Select(image => image.Sha256)];
                await references.CheckFitAsync(area, good, cancel);
            }
        }
        var images = new LabelledTokens[sha256s.Count];
        await Parallel.ForAsync(
            0, images.Length, new ParallelOptions { MaxDegreeOfParallelism = slots.Parallelism, CancellationToken = cancel },
            async (i, stop) =>
                images[i] = new LabelledTokens(
                    sha256s[i], await slots.InSlotAsync(() => source.Encode(model, blobs.PathOf(sha256s[i]), sha256s[i]).Tokens, stop),
                    IsAnomaly: false, Class: null, Mask: null));
        var options = new FitOptions(UseText: false, UseHeads: false, UseAnomalyBank: false);
        var texts = model.RequireWords().EncodePrompts(new PromptSettings(ProductName: run.ObjectName));
        var fitted = await slots.InSlotAsync(
            () => FittedDetector.Fit(texts, model.FitContext.At(area.Regions), images, options, progress: null, cancel), cancel);
        return new FittedBase(fitted, sha256s, options, (await catalog.GetAsync(line.ModelId, cancel)).Name, model.EncoderId, clock.GetElapsedTime(begin));
    }

    private sealed record LastSeen(string Sha256, Detection Detection);
}
