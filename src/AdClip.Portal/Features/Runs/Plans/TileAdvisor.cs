using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Imaging.Tiles;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Runs.Plans;

/// <summary>What somebody asks for: tiles of this side, or an automatic side.</summary>
/// <param name="Side">Pixels of the stored image; null: chosen from the smallest defect that is drawn in the project.</param>
/// <param name="Overlap">Share of a side that neighbours have in common; null: a quarter.</param>
public sealed record RunTiles(int? Side = null, double? Overlap = null);

/// <summary>Chooses tiles for a project's images.</summary>
public sealed class TileAdvisor(IDbContextFactory<PortalDb> dbs, GroundTruthStore groundTruth)
{
    // Of the newest labelled images: reading every document of a large project would take longer than the run's first images.
    private const int MostImages = 500;

    /// <summary>The tiles that a request means for images of at most this size; null: they are looked at whole.</summary>
    /// <exception cref="Vision.RefusedInputException">A side or an overlap that cannot be used.</exception>
    internal async Task<TileSettings?> SettleAsync(Guid projectId, RunTiles? wanted, ModelDescription model, int width, int height, CancellationToken cancel) =>
        TryRead(wanted, out var settings) || await AdviseAsync(projectId, model, width, height, OverlapOf(wanted), cancel) is not { Tiles: > 1 } advice
            ? settings
            : new TileSettings(advice.Side, OverlapOf(wanted));

    /// <summary>An automatic choice for the largest of these images; null where there is none.</summary>
    public async Task<TileAdvice?> AdviseAsync(Guid projectId, ModelDescription model, IQueryable<ImageRecord> images, double overlap, CancellationToken cancel)
    {
        var largest = await images
            .OrderByDescending(image => (long)image.Width * image.Height)
            .Select(image => new { image.Width, image.Height })
            .FirstOrDefaultAsync(cancel);
        return largest is null ? null : await AdviseAsync(projectId, model, largest.Width, largest.Height, overlap, cancel);
    }

    private async Task<TileAdvice> AdviseAsync(Guid projectId, ModelDescription model, int width, int height, double overlap, CancellationToken cancel) =>
        TileAdvice.For(width, height, await SmallestDefectAsync(projectId, cancel), model.ImageSize, model.Shape.PixelsPerToken, overlap);

    private static double OverlapOf(RunTiles? wanted) => wanted?.Overlap ?? TilePlan.DefaultOverlap;

    // True: nothing is left to be chosen.
    private static bool TryRead(RunTiles? wanted, out TileSettings? settings)
    {
        settings = null;
        if (wanted is null)
        {
            return true;
        }
        TilePlan.Check(wanted.Side ?? TilePlan.LeastSide, OverlapOf(wanted));
        settings = wanted.Side is { } side ? new TileSettings(side, OverlapOf(wanted)) : null;
        return settings is not null;
    }

    private async Task<double?> SmallestDefectAsync(Guid projectId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var labelled = await db.Set<ImageRecord>().AsNoTracking()
            .Where(image => image.ProjectId == projectId && image.DeletedAt == null && image.ShapeCount > 0)
            .OrderByDescending(image => image.Id)
            .Take(MostImages)
            .ToListAsync(cancel);
        double? smallest = null;
        foreach (var image in labelled)
        {
            foreach (var side in (await groundTruth.ReadAsync(image, cancel)).Shapes.Select(ShapeExtent.ShorterSide).Where(side => side > 0))
            {
                smallest = Math.Min(side, smallest ?? side);
            }
        }
        return smallest;
    }
}
