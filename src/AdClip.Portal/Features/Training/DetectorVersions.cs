using System.Security.Claims;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.FewShot;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Training;

/// <summary>The fitted detectors of projects: finds them, opens them, adds further ones. The only writer of their tables.</summary>
public sealed class DetectorVersions(IDbContextFactory<PortalDb> dbs, BlobStore blobs)
{
    private const int KeptOpen = 3;
    private readonly Lock _lock = new();
    private readonly LinkedList<(Guid Id, FittedDetector Detector)> _open = [];

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<DetectorVersion>> ListAsync(Guid projectId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<DetectorVersion>().AsNoTracking().Where(version => version.ProjectId == projectId).OrderByDescending(version => version.Number).ToListAsync(cancel);
    }

    /// <summary>The version, or null when it does not exist or this person may not know that it does.</summary>
    public async Task<DetectorVersion?> FindAsync(Guid versionId, ClaimsPrincipal user, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<DetectorVersion>().AsNoTracking()
            .SingleOrDefaultAsync(version => version.Id == versionId && ProjectAccess.Visible(db, user).Any(project => project.Id == version.ProjectId), cancel);
    }

    /// <summary>A version of this project.</summary>
    /// <exception cref="RefusedInputException">It has no such version.</exception>
    public async Task<DetectorVersion> GetAsync(Guid projectId, Guid versionId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<DetectorVersion>().AsNoTracking().SingleOrDefaultAsync(version => version.Id == versionId && version.ProjectId == projectId, cancel)
            ?? throw new RefusedInputException(RefusalCode.DetectorVersionUnknown, $"This project has no trained detector {versionId}; choose one of the list on the Training page.", versionId);
    }

    /// <summary>What a job made; null: nothing yet.</summary>
    public async Task<DetectorVersion?> OfJobAsync(Guid jobId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<DetectorVersion>().AsNoTracking().SingleOrDefaultAsync(version => version.JobId == jobId, cancel);
    }

    /// <summary>The detector, ready to score.</summary>
    /// <exception cref="RefusedInputException">The model's weights or size are not those that it was fitted on.</exception>
    public async Task<FittedDetector> OpenAsync(DetectorVersion version, ClipDetector model, CancellationToken cancel)
    {
        if (model.EncoderId != version.EncoderId)
        {
            throw new RefusedInputException(RefusalCode.TokensOfAnotherEncoder, $"Detector {version.Number} was fitted with encoder {version.EncoderId}, the model is now {model.EncoderId}; train again.", version.EncoderId, model.EncoderId);
        }
        lock (_lock)
        {
            if (_open.FirstOrDefault(open => open.Id == version.Id) is { Detector: not null } kept)
            {
                return kept.Detector;
            }
        }
        await using var file = blobs.OpenRead(version.Blob);
        var opened = await Task.Run(() => FittedDetector.Read(file, model.FitContext), cancel);
        lock (_lock)
        {
            _open.AddFirst((version.Id, opened));
            while (_open.Count > KeptOpen)
            {
                _open.RemoveLast();
            }
        }
        return opened;
    }

    /// <summary>Adds a version with the next number of its project. Durable when it returns.</summary>
    /// <param name="make">Makes the row from its number and the name of its blob.</param>
    /// <param name="learnedFrom">SHA-256 of each image that it learned from.</param>
    public async Task<DetectorVersion> AddAsync(Guid projectId, FittedDetector detector, Func<int, string, DetectorVersion> make, IEnumerable<string> learnedFrom, CancellationToken cancel)
    {
        using var file = new MemoryStream();
        detector.Write(file);
        var blob = await blobs.PutAsync(file.GetBuffer().AsMemory(0, (int)file.Length), cancel);
        await using var db = await dbs.CreateDbContextAsync(cancel);
        await using var transaction = await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.Serializable, cancel);
        var last = await db.Set<DetectorVersion>().Where(version => version.ProjectId == projectId).MaxAsync(version => (int?)version.Number, cancel) ?? 0;
        var version = make(last + 1, blob);
        db.Add(version);
        db.AddRange(learnedFrom.Distinct(StringComparer.Ordinal).Select(sha256 => new DetectorVersionImage { VersionId = version.Id, Sha256 = sha256 }));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return version;
    }
}
