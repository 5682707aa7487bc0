using System.Security.Claims;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.FewShot;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Training;

/// <summary>The fitted detectors of projects: finds them, opens them, adds further ones. The only writer of their tables.</summary>
public sealed class DetectorVersions(IDbContextFactory<PortalDb> dbs, BlobStore blobs, TimeProvider clock)
{
    public const int LongestName = 100;
    private const int KeptOpen = 6;
    private readonly Lock _lock = new();
    // By blob as they were fitted, by id where people taught them since; those share the patches of the former.
    private readonly LinkedList<(string Key, FittedDetector Detector)> _open = [];

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<DetectorVersion>> ListAsync(Guid projectId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<DetectorVersion>()
            .AsNoTracking()
            .Where(version => version.ProjectId == projectId && version.DeletedAt == null)
            .OrderByDescending(version => version.Number)
            .ToListAsync(cancel);
    }

    /// <summary>The version, or null when it does not exist or this person may not know that it does.</summary>
    public async Task<DetectorVersion?> FindAsync(Guid versionId, ClaimsPrincipal user, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<DetectorVersion>().AsNoTracking()
            .SingleOrDefaultAsync(
                version => version.Id == versionId && version.DeletedAt == null
                    && ProjectAccess.Visible(db, user).Any(project => project.Id == version.ProjectId),
                cancel);
    }

    /// <summary>A version of this project.</summary>
    /// <exception cref="RefusedInputException">It has no such version.</exception>
    public async Task<DetectorVersion> GetAsync(Guid projectId, Guid versionId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<DetectorVersion>().AsNoTracking().SingleOrDefaultAsync(
            version => version.Id == versionId && version.ProjectId == projectId && version.DeletedAt == null, cancel)
            ?? throw new RefusedInputException(
                RefusalCode.DetectorVersionUnknown,
                $"This project has no trained detector {versionId}; choose one of the list on the Training page.", versionId);
    }

    /// <summary>Gives a version a name, or takes it away.</summary>
    /// <exception cref="RefusedInputException">It is too long.</exception>
    public async Task RenameAsync(Guid versionId, string? name, CancellationToken cancel = default)
    {
        var called = string.IsNullOrWhiteSpace(name) ? null : name.Trim();
        if (called?.Length > LongestName)
        {
            throw new RefusedInputException(
                RefusalCode.NameLengthInvalid, $"The name has {called.Length} characters; give it 1 to {LongestName}.", called.Length, LongestName);
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        await db.Set<DetectorVersion>().Where(version => version.Id == versionId)
            .ExecuteUpdateAsync(set => set.SetProperty(version => version.Name, called), cancel);
    }

    /// <summary>Takes a version out of all lists. Its number is not given again.</summary>
    /// <param name="uses">Tell what works with it.</param>
    /// <exception cref="RefusedInputException">Something does.</exception>
    public async Task DeleteAsync(DetectorVersion version, IEnumerable<IDetectorUses> uses, CancellationToken cancel = default)
    {
        List<string> sentences = [];
        foreach (var use in uses)
        {
            if (await use.OfAsync(version.Id, cancel) is { } sentence)
            {
                sentences.Add(sentence);
            }
        }
        if (sentences.Count > 0)
        {
            var all = string.Join(", ", sentences);
            throw new RefusedInputException(
                RefusalCode.DetectorInUse, $"Detector {version.Number} cannot be deleted, since it is used: {all}.", version.Number, all);
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var now = clock.GetUtcNow();
        await db.Set<DetectorVersion>().Where(kept => kept.Id == version.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(kept => kept.DeletedAt, now), cancel);
    }

    /// <summary>What a job made; null: nothing yet.</summary>
    public async Task<DetectorVersion?> OfJobAsync(Guid jobId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<DetectorVersion>().AsNoTracking().SingleOrDefaultAsync(version => version.JobId == jobId, cancel);
    }

    /// <summary>Refuses a model that is not the one whose tokens the version scores.</summary>
    /// <exception cref="RefusedInputException">The model's weights or size are not those that it was fitted on.</exception>
    public static void CheckEncoder(DetectorVersion version, DetectionModel model)
    {
        if (model.EncoderId != version.EncoderId)
        {
            throw new RefusedInputException(
                RefusalCode.TokensOfAnotherEncoder,
                $"Detector {version.Number} was fitted with encoder {version.EncoderId}, the model is now {model.EncoderId}; train again.",
                version.EncoderId, model.EncoderId);
        }
    }

    /// <summary>The detector, ready to score.</summary>
    /// <exception cref="RefusedInputException">The model's weights or size are not those that it was fitted on.</exception>
    public async Task<FittedDetector> OpenAsync(DetectorVersion version, DetectionModel model, CancellationToken cancel)
    {
        CheckEncoder(version, model);
        var key = version.Taught is null ? version.Blob : $"{version.Id}";
        if (FindOpen(key) is { } kept)
        {
            return kept;
        }
        var fitted = FindOpen(version.Blob) ?? await ReadAsync(version.Blob, model, cancel);
        if (version.Taught is null)
        {
            return fitted;
        }
        // The same bits as when each was said after the other.
        var said = await Task.WhenAll(TaughtRegion.Parse(version.Taught).Select(region => region.ReadAsync(blobs, version.EncoderId, cancel)));
        return KeepOpen(key, await Task.Run(() => fitted.With(said), cancel));
    }

    private async Task<FittedDetector> ReadAsync(string blob, DetectionModel model, CancellationToken cancel)
    {
        await using var file = blobs.OpenRead(blob);
        return KeepOpen(blob, await Task.Run(() => FittedDetector.Read(file, model.FitContext), cancel));
    }

    private FittedDetector? FindOpen(string key)
    {
        lock (_lock)
        {
            return _open.FirstOrDefault(open => open.Key == key).Detector;
        }
    }

    private FittedDetector KeepOpen(string key, FittedDetector detector)
    {
        lock (_lock)
        {
            _open.AddFirst((key, detector));
            while (_open.Count > KeptOpen)
            {
                _open.RemoveLast();
            }
        }
        return detector;
    }

    /// <summary>Adds a version with the next number of its project. Durable when it returns.</summary>
    /// <param name="make">Makes the row from its number and the name of its blob.</param>
    /// <param name="learnedFrom">Each image that it learned from, once.</param>
    /// <param name="alongside">Adds further rows to the same transaction; null: none.</param>
    public async Task<DetectorVersion> AddAsync(
        Guid projectId, FittedDetector detector, Func<int, string, DetectorVersion> make,
        IEnumerable<LearnedFrom> learnedFrom, CancellationToken cancel, Action<PortalDb, DetectorVersion>? alongside = null)
    {
        using var file = new MemoryStream();
        detector.Write(file);
        var blob = await blobs.PutAsync(file.GetBuffer().AsMemory(0, (int)file.Length), cancel);
        await using var db = await dbs.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.Serializable, cancel);
        var version = make(await LastNumberAsync(db, projectId, cancel) + 1, blob);
        db.Add(version);
        db.AddRange(learnedFrom.Select(image => new DetectorVersionImage
        {
            VersionId = version.Id,
            Sha256 = image.Sha256,
            OutOfFoldScore = image.OutOfFold?.Score,
            IsAnomaly = image.OutOfFold?.IsAnomaly,
        }));
        alongside?.Invoke(db, version);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return version;
    }

    /// <summary>Adds what became of a version when somebody spoke of a region. Durable when it returns.</summary>
    /// <param name="parent">The version before.</param>
    /// <param name="said">The region.</param>
    /// <param name="taught">The detector with it: kept open, so that it scores at once.</param>
    /// <param name="alongside">Checks and adds further rows in the same transaction; what it throws undoes all.</param>
    public async Task<DetectorVersion> AddTaughtAsync(
        DetectorVersion parent, RegionFeedback said, FittedDetector taught, DateTimeOffset createdAt,
        Guid createdBy, Func<PortalDb, DetectorVersion, Task> alongside, CancellationToken cancel)
    {
        var region = await TaughtRegion.KeepAsync(said, blobs, cancel);
        await using var db = await dbs.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.Serializable, cancel);
        var version = new DetectorVersion
        {
            ProjectId = parent.ProjectId,
            Number = await LastNumberAsync(db, parent.ProjectId, cancel) + 1,
            JobId = null,
            ModelId = parent.ModelId,
            ModelName = parent.ModelName,
            EncoderId = parent.EncoderId,
            ImageSize = parent.ImageSize,
            ObjectName = parent.ObjectName,
            Kind = DetectorKind.Feedback,
            ParentId = parent.Id,
            Blob = parent.Blob,
            Taught = TaughtRegion.Write([.. parent.Taught is null ? [] : TaughtRegion.Parse(parent.Taught), region]),
            Report = parent.Report,
            CreatedAt = createdAt,
            CreatedBy = createdBy,
        };
        db.Add(version);
        var learned = await db.Set<DetectorVersionImage>()
            .AsNoTracking()
            .Where(image => image.VersionId == parent.Id)
            .ToListAsync(cancel);
        // What a lesson changes is no new fit: the scores out of fold are still those of the fit that it came from.
        db.AddRange(learned.Select(image => new DetectorVersionImage
        {
            VersionId = version.Id,
            Sha256 = image.Sha256,
            OutOfFoldScore = image.OutOfFoldScore,
            IsAnomaly = image.IsAnomaly,
        }));
        if (!learned.Exists(image => image.Sha256 == said.Sha256))
        {
            db.Add(new DetectorVersionImage { VersionId = version.Id, Sha256 = said.Sha256 });
        }
        await alongside(db, version);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        KeepOpen($"{version.Id}", taught);
        return version;
    }

    private static async Task<int> LastNumberAsync(PortalDb db, Guid projectId, CancellationToken cancel) =>
        await db.Set<DetectorVersion>().Where(version => version.ProjectId == projectId).MaxAsync(version => (int?)version.Number, cancel) ?? 0;
}
