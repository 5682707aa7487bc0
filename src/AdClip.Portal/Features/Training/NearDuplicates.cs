using System.Collections.Concurrent;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Storage;
using AdClip.Vision.Training;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Training;

/// <summary>Images as the advisor compares them, and how many of them the encoder has not seen yet.</summary>
public sealed record ComparedImages(IReadOnlyList<AdvisedImage> Images, int Unseen);

/// <summary>Finds what the encoder said of whole images, to tell which are nearly the same picture. Reads kept tokens; encodes nothing.</summary>
public sealed class NearDuplicates(IDbContextFactory<PortalDb> dbs, TokenCache tokens)
{
    /// <summary>Most images of each side that are compared: each costs a file that is read the first time.</summary>
    public const int MostCompared = 500;

    // A class token has 2 to 3 kB.
    private const int MostKept = 20_000;
    private readonly ConcurrentDictionary<(string EncoderId, string Sha256), float[]> _seen = new();

    /// <summary>The class token of an image; null: the encoder has not seen it, or its tokens are gone.</summary>
    public float[]? Find(string encoderId, string sha256)
    {
        if (_seen.TryGetValue((encoderId, sha256), out var known))
        {
            return known;
        }
        if (!tokens.Holds(encoderId, sha256) || tokens.Find(encoderId, sha256) is not { } kept)
        {
            return null;
        }
        if (_seen.Count >= MostKept)
        {
            _seen.Clear();
        }
        return _seen[(encoderId, sha256)] = kept.ClassToken;
    }

    /// <summary>The images of a project that a detector will be judged on: all but those that it learns from, newest first.</summary>
    public async Task<ComparedImages> OthersAsync(Guid projectId, string encoderId, IReadOnlySet<string> learned, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var rows = await db.Set<ImageRecord>().AsNoTracking()
            .Where(image => image.ProjectId == projectId && image.DeletedAt == null)
            .OrderByDescending(image => image.Id)
            .Select(image => new { image.Sha256, image.Width, image.Height })
            .Take(MostCompared + learned.Count)
            .ToListAsync(cancel);
        var others = rows.Where(row => !learned.Contains(row.Sha256)).Take(MostCompared).Select(row => new AdvisedImage { Id = row.Sha256, Width = row.Width, Height = row.Height, IsAnomaly = null, Split = DataSplit.Test }).ToList();
        return await Task.Run(() => Compared(encoderId, others, cancel), cancel);
    }

    /// <summary>These images with what the encoder said of them, as far as it has seen them.</summary>
    public ComparedImages Compared(string encoderId, IReadOnlyList<AdvisedImage> images, CancellationToken cancel)
    {
        var compared = new AdvisedImage[images.Count];
        Parallel.For(0, compared.Length, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
            compared[i] = images[i] with { ClassToken = images[i].ClassToken ?? Find(encoderId, images[i].Id) });
        return new ComparedImages(compared, compared.Count(image => image.ClassToken is null));
    }
}
