using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection.Thresholds;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>The versions that people teach one after the other from the detector of a run.</summary>
/// <param name="Root">The version before anybody taught; null: the run used a plain model, and no detector was fitted to its good images yet.</param>
/// <param name="BaseKey">Under which the fitted detector of a plain model is remembered.</param>
/// <param name="Head">The version that holds; null where there is no root.</param>
public sealed record TaughtLine(
    Guid ProjectId, string ModelId, int ImageSize, DetectorVersion? Root, string BaseKey, DetectorVersion? Head, TeachingHistory History)
{
    public bool CanUndo => Head?.Id != Root?.Id;

    /// <summary>The scale of its scores, the same for all versions; null: there is no root.</summary>
    public ScoreScale? Scale { get; } = Root is null ? null : VersionReport.Parse(Root.Report).Scale;

    /// <summary>Refuses a move by somebody who has seen another version than the one that holds.</summary>
    /// <exception cref="RefusedInputException">Somebody was faster.</exception>
    public void RequireSeen(Guid? seenId)
    {
        if (seenId != Head?.Id)
        {
            throw Moved();
        }
    }

    /// <summary>Somebody was faster.</summary>
    public static RefusedInputException Moved() => new(
        RefusalCode.FeedbackHeadMoved,
        "Somebody else has taught this detector meanwhile, so nothing was changed; look at the heatmap as it is now and say it again.");
}

/// <summary>Finds what was taught from the detector of a run.</summary>
public sealed class TeachingLines(IDbContextFactory<PortalDb> dbs)
{
    /// <exception cref="RefusedInputException">The run cut its images into tiles.</exception>
    public async Task<TaughtLine> FindAsync(Run run, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await FindAsync(db, run, cancel);
    }

    /// <exception cref="RefusedInputException">The run cut its images into tiles.</exception>
    internal static async Task<TaughtLine> FindAsync(PortalDb db, Run run, CancellationToken cancel)
    {
        var settings = RunSettings.Parse(run.Settings);
        if (settings.Tiles is { } tiles)
        {
            throw new RefusedInputException(
                RefusalCode.FeedbackOnTiles,
                $"This run looked at tiles of {tiles.Side} pixels, and a detector learns from whole images; start a run without tiles and teach there.",
                tiles.Side);
        }
        var key = "";
        Guid? rootId;
        if (settings.DetectorVersionId is { } versionId)
        {
            rootId = await db.Set<Lesson>()
                .Where(lesson => lesson.VersionId == versionId)
                .Select(lesson => (Guid?)lesson.RootVersionId)
                .SingleOrDefaultAsync(cancel)
                ?? versionId;
        }
        else
        {
            key = await BaseKeyAsync(db, run, settings, cancel);
            rootId = await db.Set<TeachingBase>()
                .Where(kept => kept.ProjectId == run.ProjectId && kept.Key == key)
                .Select(kept => (Guid?)kept.VersionId)
                .SingleOrDefaultAsync(cancel);
        }
        var steps = await db.Set<TeachingStep>().AsNoTracking().Where(step => step.RootVersionId == rootId).OrderBy(step => step.Number).ToListAsync(cancel);
        var history = TeachingHistory.Of(rootId, steps);
        var versions = await db.Set<DetectorVersion>()
            .AsNoTracking()
            .Where(version => version.Id == rootId || version.Id == history.HeadId)
            .ToDictionaryAsync(version => version.Id, cancel);
        var root = rootId is { } id ? versions[id] : null;
        return new TaughtLine(
            run.ProjectId, root?.ModelId ?? run.ModelId, root?.ImageSize ?? settings.ImageSize,
            root, key, history.HeadId is { } headId ? versions[headId] : null, history);
    }

    // The same model with the same good images is the same starting point, whichever run it was.
    private static async Task<string> BaseKeyAsync(PortalDb db, Run run, RunSettings settings, CancellationToken cancel)
    {
        var references = await db.Set<RunReference>()
            .Where(reference => reference.RunId == run.Id)
            .OrderBy(reference => reference.Sha256)
            .Select(reference => reference.Sha256)
            .ToListAsync(cancel);
        string[] parts =
        [
            run.ModelId, run.EncoderId, settings.ImageSize.ToString(CultureInfo.InvariantCulture),
            run.AreaRevision.ToString(CultureInfo.InvariantCulture), run.ObjectName, .. references,
        ];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));
    }
}
