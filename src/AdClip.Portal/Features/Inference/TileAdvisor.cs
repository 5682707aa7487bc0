using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Imaging.Tiles;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Inference;

/// <summary>What somebody asks for: tiles of this side, or an automatic side.</summary>
/// <param name="Side">Pixels of the stored image; null: chosen from the smallest defect that is drawn in the project.</param>
/// <param name="Overlap">Share of a side that neighbours have in common; null: a quarter.</param>
public sealed record RunTiles(int? Side = null, double? Overlap = null);

/// <summary>Chooses tiles for a project's images.</summary>
public sealed class TileAdvisor(IDbContextFactory<PortalDb> dbs, GroundTruthStore groundTruth)
{
    // Of the newest labelled images: reading every document of a large project would take longer than the run's first images.
    private const int MostImages = 500;

    /// <summary>The tiles that a request means for these images; null: they are looked at whole.</summary>
    /// <exception cref="Vision.RefusedInputException">A side or an overlap that cannot be used.</exception>
    internal async Task<TileSettings?> SettleAsync(Guid projectId, RunTiles? wanted, ModelDescription model, IQueryable<ImageRecord> images, CancellationToken cancel)
    {
        if (wanted is null)
        {
            return null;
        }
        var overlap = wanted.Overlap ?? TilePlan.DefaultOverlap;
        TilePlan.Check(wanted.Side ?? TilePlan.LeastSide, overlap);
        if (wanted.Side is { } side)
        {
            return new TileSettings(side, overlap);
        }
        return await AdviseAsync(projectId, model, images, overlap, cancel) is { Tiles: > 1 } advice ? new TileSettings(advice.Side, overlap) : null;
    }

    /// <summary>An automatic choice for the largest of these images; null where there is none.</summary>
    public async Task<TileAdvice?> AdviseAsync(Guid projectId, ModelDescription model, IQueryable<ImageRecord> images, double overlap, CancellationToken cancel)
    {
        var largest = await images.OrderByDescending(image => (long)image.Width * image.Height).Select(image => new { image.Width, image.Height }).FirstOrDefaultAsync(cancel);
        return largest is null
            ? null
            : TileAdvice.For(largest.Width, largest.Height, await SmallestDefectAsync(projectId, cancel), model.ImageSize, model.Architecture.PatchSize, overlap);
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
