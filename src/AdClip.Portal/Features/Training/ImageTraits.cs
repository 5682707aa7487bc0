using System.Collections.Concurrent;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Imaging;
using AdClip.Vision.Training;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Training;

/// <summary>Images as the advisor compares them, and how many of them the encoder has not seen yet.</summary>
public sealed record ComparedImages(IReadOnlyList<AdvisedImage> Images, int Unseen);

/// <summary>
/// What the advisor wants to know of images beside their labels: what the encoder said of
/// them, which tells nearly equal pictures, and which camera took them. Encodes nothing.
/// </summary>
public sealed class ImageTraits(IDbContextFactory<PortalDb> dbs, TokenCache tokens, BlobStore blobs)
{
    /// <summary>Most images of each side that are compared: each costs a file that is read the first time.</summary>
    public const int MostCompared = 500;

    // A class token has 2 to 3 kB.
    private const int MostKept = 20_000;
    private readonly ConcurrentDictionary<(string EncoderId, string Sha256), float[]> _seen = new();
    private readonly ConcurrentDictionary<string, string> _cameras = new();

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
        var others = rows
            .Where(row => !learned.Contains(row.Sha256))
            .Take(MostCompared)
            .Select(row => new AdvisedImage { Id = row.Sha256, Width = row.Width, Height = row.Height, IsAnomaly = null, Split = DataSplit.Test })
            .ToList();
        return await Task.Run(() => Compared(encoderId, others, cancel), cancel);
    }

    /// <summary>These images with their cameras and what the encoder said of them, as far as it has seen them.</summary>
    public ComparedImages Compared(string encoderId, IReadOnlyList<AdvisedImage> images, CancellationToken cancel)
    {
        var compared = new AdvisedImage[images.Count];
        Parallel.For(0, compared.Length, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
            compared[i] = images[i] with { ClassToken = images[i].ClassToken ?? Token(encoderId, images[i].Id), Camera = Camera(images[i].Id) });
        return new ComparedImages(compared, compared.Count(image => image.ClassToken is null));
    }

    /// <summary>What the encoder said of the first <paramref name="most"/> of these images that it has seen.</summary>
    public IReadOnlyDictionary<string, float[]> Tokens(string encoderId, IReadOnlyList<string> sha256s, int most, CancellationToken cancel)
    {
        string[] seen = [.. sha256s.Where(sha256 => tokens.Holds(encoderId, sha256)).Take(most)];
        var read = new ConcurrentDictionary<string, float[]>(StringComparer.Ordinal);
        Parallel.ForEach(seen, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount }, sha256 =>
        {
            if (Token(encoderId, sha256) is { } token)
            {
                read[sha256] = token;
            }
        });
        return read;
    }

    /// <summary>The class token of an image; null: the encoder has not seen it, or its tokens are gone.</summary>
    private float[]? Token(string encoderId, string sha256)
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

    private string? Camera(string sha256)
    {
        if (_cameras.Count >= MostKept)
        {
            _cameras.Clear();
        }
        var known = _cameras.GetOrAdd(sha256, name =>
        {
            try
            {
                return ImageDecoder.Identify(blobs.PathOf(name)).Camera ?? "";
            }
            catch (Exception gone) when (gone is RefusedInputException or IOException)
            {
                return "";
            }
        });
        return known.Length == 0 ? null : known;
    }
}
