using System.Buffers;
using System.Diagnostics.Metrics;
using AdClip.Vision.Tokens;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Storage;

/// <summary>What the image encoder said of images, by encoder and image; every file here can be deleted at any time and is made again.</summary>
/// <remarks>
/// A file that is damaged, foreign or gone is a miss. The last write time of a file is the time of its last use, set by hand: how
/// the disk notes accesses does not matter. Space is reserved before a file is written, so the bound holds among many writers, and
/// what lies there from earlier is counted when the first file is kept.
/// </remarks>
public sealed class TokenCache : IDisposable
{
    private const string Extension = ".tokens";

    // What eviction leaves, so that it is not needed again at once.
    private const double KeptShare = 0.9;

    // Uses closer together than this are not told apart.
    private static readonly TimeSpan UseStep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(1);
    private readonly string _root;
    private readonly long _mostBytes;
    private readonly TimeProvider _clock;
    private readonly Meter _meter;
    private readonly Lock _lock = new();
    private bool _isCounted;
    private long _bytes;
    private long _pending;
    private long _hits;
    private long _misses;

    public TokenCache(DataFolder folder, IOptions<StorageOptions> options, TimeProvider clock, IMeterFactory meters)
    {
        _root = Path.Combine(folder.Cache, "tokens");
        _mostBytes = options.Value.TokenCacheMebibytes * 1024L * 1024L;
        _clock = clock;
        _meter = meters.Create("AdClip.Portal");
        _meter.CreateObservableGauge("adclip_token_cache_bytes", () => State().Bytes, description: "Bytes of kept image tokens");
        _meter.CreateObservableGauge("adclip_token_cache_limit_bytes", () => _mostBytes, description: "Most bytes of image tokens that are kept");
        _meter.CreateObservableCounter("adclip_token_cache_hits", () => Interlocked.Read(ref _hits), description: "Images whose tokens were kept");
        _meter.CreateObservableCounter("adclip_token_cache_misses", () => Interlocked.Read(ref _misses), description: "Images that had to be encoded");
    }

    /// <summary>The tokens of an image; null: not there.</summary>
    /// <param name="imageKey">The image's SHA-256 in hexadecimal, and for a part of it what tells the part.</param>
    public ImageTokens? Find(string encoderId, string imageKey)
    {
        var path = PathOf(encoderId, imageKey);
        var tokens = Read(path, encoderId, imageKey);
        Interlocked.Increment(ref tokens is null ? ref _misses : ref _hits);
        return tokens;
    }

    /// <summary>Whether a file is there, which may yet turn out to be damaged.</summary>
    public bool Holds(string encoderId, string imageKey) => File.Exists(PathOf(encoderId, imageKey));

    /// <summary>Keeps tokens; a full or broken disk costs time later, and nothing else.</summary>
    public void Keep(ImageTokens tokens, string imageKey)
    {
        var path = PathOf(tokens.EncoderId, imageKey);
        var file = TokenFile.Write(tokens, imageKey);
        if (!TryReserve(file.Length))
        {
            return;
        }
        var unfinished = $"{path}.{Guid.NewGuid():N}";
        var isKept = false;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(unfinished, file);
            File.SetLastWriteTimeUtc(unfinished, _clock.GetUtcNow().UtcDateTime);
            File.Move(unfinished, path, overwrite: true);
            isKept = true;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            TryDelete(unfinished); // somebody deleted the folder meanwhile, or the disk is full
        }
        finally
        {
            lock (_lock)
            {
                _pending -= file.Length;
                _bytes += isKept ? file.Length : 0;
            }
        }
    }

    /// <summary>Size, bound, and how often it helped since the server started.</summary>
    public TokenCacheState State()
    {
        lock (_lock)
        {
            Count();
            return new TokenCacheState(_bytes, _mostBytes, Interlocked.Read(ref _hits), Interlocked.Read(ref _misses));
        }
    }

    /// <summary>Deletes all of it.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            foreach (var file in Files())
            {
                TryDelete(file.Path);
            }
            Recount();
        }
    }

    public void Dispose() => _meter.Dispose();

    private ImageTokens? Read(string path, string encoderId, string imageKey)
    {
        byte[]? buffer = null;
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(file);
            if (length > Array.MaxLength)
            {
                throw new InvalidDataException($"A file of tokens of {length} bytes.");
            }
            buffer = ArrayPool<byte>.Shared.Rent((int)length);
            var read = 0;
            for (int now; read < length && (now = RandomAccess.Read(file, buffer.AsSpan(read, (int)length - read), read)) > 0;)
            {
                read += now;
            }
            var tokens = TokenFile.Read(buffer.AsSpan(0, read), encoderId, imageKey);
            var used = _clock.GetUtcNow().UtcDateTime;
            if (used - File.GetLastWriteTimeUtc(file) > UseStep)
            {
                File.SetLastWriteTimeUtc(file, used);
            }
            return tokens;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        catch (InvalidDataException)
        {
            TryDelete(path); // cut off by a power failure, or changed: it is made again
            return null;
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    // False: it would not fit beside what is being written.
    private bool TryReserve(int length)
    {
        lock (_lock)
        {
            Count();
            if (_pending + length > _mostBytes)
            {
                return false;
            }
            _pending += length;
            if (_bytes + _pending > _mostBytes)
            {
                Evict();
            }
            return true;
        }
    }

    // Deletes what was not used for longest. Files that somebody else deleted are noticed here, too.
    private void Evict()
    {
        var room = (long)(_mostBytes * KeptShare) - _pending;
        var kept = 0L;
        foreach (var file in Files().OrderByDescending(file => file.LastUse))
        {
            if (kept + file.Length > room)
            {
                TryDelete(file.Path);
            }
            else
            {
                kept += file.Length;
            }
        }
        _bytes = kept;
    }

    private void Count()
    {
        if (!_isCounted)
        {
            _isCounted = true;
            Recount();
        }
    }

    private void Recount() => _bytes = Files().Sum(file => file.Length);

    // A killed server's unfinished files go; those being written now are reserved already.
    private List<KeptFile> Files()
    {
        var abandoned = _clock.GetUtcNow().UtcDateTime - AbandonedAfter;
        var files = new List<KeptFile>();
        try
        {
            foreach (var file in Directory.CreateDirectory(_root)
                .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }))
            {
                if (file.Extension != Extension)
                {
                    if (file.LastWriteTimeUtc < abandoned)
                    {
                        TryDelete(file.FullName);
                    }
                }
                else if (file.Exists)
                {
                    files.Add(new KeptFile(file.FullName, file.Length, file.LastWriteTimeUtc));
                }
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // Deleted while it was read: what was seen so far counts until the next look.
        }
        return files;
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // It went together with its folder, or will be tried again by the next eviction.
        }
    }

    private sealed record KeptFile(string Path, long Length, DateTime LastUse);

    private string PathOf(string encoderId, string imageKey) => Path.Combine(_root, encoderId, imageKey[..2], imageKey + Extension);
}

/// <summary>How large the cache is, and how often it helped since the server started.</summary>
public sealed record TokenCacheState(long Bytes, long MostBytes, long Hits, long Misses)
{
    /// <summary>Part of the images whose tokens were there; null before the first.</summary>
    public double? HitRate => Hits + Misses == 0 ? null : (double)Hits / (Hits + Misses);
}
