using AdClip.Vision.Clip;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Storage;

/// <summary>What the image encoder said of images, by encoder and image hash; every file here can be deleted and is made again.</summary>
public sealed class TokenCache
{
    private const int WritesPerSweep = 200;
    private readonly string _root;
    private readonly long _mostBytes;
    private readonly Lock _sweeping = new();
    private int _writes;

    public TokenCache(DataFolder folder, IOptions<StorageOptions> options)
    {
        _root = Directory.CreateDirectory(Path.Combine(folder.Cache, "tokens")).FullName;
        _mostBytes = options.Value.TokenCacheMebibytes * 1024L * 1024L;
    }

    /// <summary>Null: not there.</summary>
    public ImageTokens? Find(string encoderId, string sha256)
    {
        var path = PathOf(encoderId, sha256);
        try
        {
            var tokens = TokenFile.Read(File.ReadAllBytes(path), encoderId, sha256);
            File.SetLastAccessTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime);
            return tokens;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (InvalidDataException)
        {
            File.Delete(path); // cut off by a power failure: it is made again
            return null;
        }
    }

    public void Keep(ImageTokens tokens, string sha256)
    {
        if (_mostBytes == 0)
        {
            return;
        }
        var path = PathOf(tokens.EncoderId, sha256);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var unfinished = $"{path}.{Guid.NewGuid():N}";
        File.WriteAllBytes(unfinished, TokenFile.Write(tokens, sha256));
        File.Move(unfinished, path, overwrite: true);
        if (Interlocked.Increment(ref _writes) % WritesPerSweep == 0)
        {
            Sweep();
        }
    }

    /// <summary>Deletes what was not used for longest until the rest fits; one at a time, others go on meanwhile.</summary>
    public void Sweep()
    {
        if (!_sweeping.TryEnter())
        {
            return;
        }
        try
        {
            var files = new DirectoryInfo(_root).EnumerateFiles("*", SearchOption.AllDirectories).OrderByDescending(file => file.LastAccessTimeUtc).ToList();
            var kept = 0L;
            foreach (var file in files)
            {
                kept += file.Length;
                if (kept > _mostBytes)
                {
                    File.Delete(file.FullName);
                }
            }
        }
        finally
        {
            _sweeping.Exit();
        }
    }

    private string PathOf(string encoderId, string sha256) => Path.Combine(_root, encoderId, sha256[..2], sha256 + ".tokens");
}
