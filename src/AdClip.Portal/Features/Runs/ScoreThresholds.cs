using System.Text.Json;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Detection.Tiles;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Runs;

/// <summary>Scores that one threshold can hold for: scores of other kinds have other scales.</summary>
/// <param name="EncoderId">The encoder that made the tokens.</param>
/// <param name="HasReferences">Whether there are good images to compare with.</param>
/// <param name="HasArea">Whether an inspection area leaves something out.</param>
/// <param name="Tiles">How images are cut; null: each is looked at whole.</param>
/// <param name="Prompts">The words to compare with; null: what the model recommends.</param>
/// <param name="DetectorVersionId">The trained detector that scores; null: the model itself.</param>
public sealed record ScoreKind(
    Guid ProjectId, string EncoderId, bool HasReferences, bool HasArea,
    TileSettings? Tiles = null, RunPrompts? Prompts = null, Guid? DetectorVersionId = null)
{
    /// <summary>The kind of a run's scores.</summary>
    public static async Task<ScoreKind> OfAsync(PortalDb db, Run run, CancellationToken cancel = default)
    {
        var settings = RunSettings.Parse(run.Settings);
        var hasArea = run.AreaRevision > 0
            && await db.Set<InspectionAreaRevision>()
                .AnyAsync(area => area.ProjectId == run.ProjectId && area.Revision == run.AreaRevision && area.RegionCount > 0, cancel);
        return new ScoreKind(run.ProjectId, run.EncoderId, run.ReferenceCount > 0, hasArea, settings.Tiles, settings.Prompts, settings.DetectorVersionId);
    }

    /// <summary>The runs whose scores may be of this kind; <see cref="IsSame"/> tells for sure.</summary>
    public IQueryable<Run> Runs(PortalDb db) => db.Set<Run>().AsNoTracking().Where(run =>
        run.ProjectId == ProjectId && run.EncoderId == EncoderId && run.ReferenceCount > 0 == HasReferences
        && db.Set<InspectionAreaRevision>()
            .Any(area => area.ProjectId == run.ProjectId && area.Revision == run.AreaRevision && area.RegionCount > 0) == HasArea);

    /// <summary>Whether the settings of one of <see cref="Runs"/> make scores of this kind.</summary>
    /// <param name="inAnyTiles">However images are cut.</param>
    public bool IsSame(RunSettings settings, bool inAnyTiles = false) =>
        settings.DetectorVersionId == DetectorVersionId
        && (inAnyTiles || settings.Tiles == Tiles)
        && JsonSerializer.Serialize(settings.Prompts, JsonSerializerOptions.Web) == JsonSerializer.Serialize(Prompts, JsonSerializerOptions.Web);
}

/// <summary>A threshold that somebody saved.</summary>
/// <param name="Band">Pass below, fail from its upper end on, review between.</param>
/// <param name="Tiles">How the images were cut on whose scores it was chosen; null: they were looked at whole.</param>
public sealed record SavedThreshold(VerdictBand Band, TileSettings? Tiles);

/// <summary>Asks the feature downstream that keeps thresholds for the one that people saved.</summary>
public sealed class ScoreThresholds
{
    private Func<ScoreKind, bool, CancellationToken, Task<SavedThreshold?>> _newest = (_, _, _) => Task.FromResult<SavedThreshold?>(null);

    /// <summary>Call while the server starts, before requests are served.</summary>
    /// <param name="newest">Finds the newest one for scores of a kind; with true, however images are cut.</param>
    public void Provide(Func<ScoreKind, bool, CancellationToken, Task<SavedThreshold?>> newest) => _newest = newest;

    /// <summary>The newest one for scores of this kind; null when nobody has saved one.</summary>
    /// <param name="inAnyTiles">However images are cut.</param>
    internal Task<SavedThreshold?> NewestAsync(ScoreKind kind, bool inAnyTiles, CancellationToken cancel) => _newest(kind, inAnyTiles, cancel);
}
