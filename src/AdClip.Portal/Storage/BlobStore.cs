using System.Security.Cryptography;

namespace AdClip.Portal.Storage;

/// <summary>Files named by the SHA-256 of their bytes (lower-case hexadecimal). Written once, never changed.</summary>
/// <remarks>A blob exists wholly or not at all: it is written to <see cref="DataFolder.Incoming"/>, flushed to the disk, then renamed.</remarks>
public sealed class BlobStore(DataFolder folder)
{
    /// <summary>Path of the blob; it exists only if <see cref="Exists"/>.</summary>
    /// <exception cref="ArgumentException">Not 64 lower-case hexadecimal digits.</exception>
    public string PathOf(string sha256)
    {
        if (sha256.Length != 64 || !sha256.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f')))
        {
            throw new ArgumentException($"'{sha256}' is not a SHA-256 in lower-case hexadecimal.", nameof(sha256));
        }
        return Path.Combine(folder.Blobs, sha256[..2], sha256);
    }

    public bool Exists(string sha256) => File.Exists(PathOf(sha256));

    public FileStream OpenRead(string sha256) =>
        new(PathOf(sha256), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);

    /// <summary>Stores bytes held in memory; returns their name. Durable when it returns.</summary>
    public async Task<string> PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        await using var incoming = Begin();
        await incoming.WriteAsync(bytes, cancel);
        return await incoming.CommitAsync(cancel);
    }

    /// <summary>Stores several pieces of bytes held in memory; returns their names in order. All are durable when it returns.</summary>
    /// <remarks>The disk is asked twice for all of them, not twice for each, which is what makes many small blobs slow.</remarks>
    public async Task<IReadOnlyList<string>> PutAllAsync(IReadOnlyList<ReadOnlyMemory<byte>> blobs, CancellationToken cancel)
    {
        if (blobs.Count == 1)
        {
            return [await PutAsync(blobs[0], cancel)];
        }
        var unfinished = blobs.Select(_ => Path.Combine(folder.Incoming, Guid.NewGuid().ToString("N"))).ToList();
        var names = blobs.Select(blob => Convert.ToHexStringLower(SHA256.HashData(blob.Span))).ToList();
        try
        {
            for (var i = 0; i < blobs.Count; i++)
            {
                await File.WriteAllBytesAsync(unfinished[i], blobs[i], cancel);
            }
            DirectoryFlush.AllToDisk(folder.Incoming, unfinished);
            for (var i = 0; i < blobs.Count; i++)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(PathOf(names[i]))!);
                File.Move(unfinished[i], PathOf(names[i]), overwrite: true);
            }
            DirectoryFlush.AllToDisk(folder.Blobs, [folder.Blobs, .. names.Select(name => Path.GetDirectoryName(PathOf(name))!).Distinct()]);
            return names;
        }
        finally
        {
            foreach (var file in unfinished)
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>Starts a blob whose bytes arrive piece by piece; dispose without committing drops it.</summary>
    public IncomingBlob Begin() => new(this, Path.Combine(folder.Incoming, Guid.NewGuid().ToString("N")));

    /// <summary>Removes what a killed server left half-written. Call before requests are served.</summary>
    public void SweepIncoming()
    {
        foreach (var file in Directory.EnumerateFiles(folder.Incoming))
        {
            File.Delete(file);
        }
    }
}

/// <summary>A blob on its way into the store: bytes are hashed while they are written.</summary>
public sealed class IncomingBlob : IAsyncDisposable
{
    private readonly BlobStore _store;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly FileStream _file;
    private bool _committed;

    internal IncomingBlob(BlobStore store, string path)
    {
        _store = store;
        Path = path;
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 16, FileOptions.Asynchronous);
    }

    /// <summary>The unfinished file, readable after <see cref="FlushAsync"/>.</summary>
    public string Path { get; }

    /// <summary>Bytes written.</summary>
    public long Length { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        _hash.AppendData(bytes.Span);
        await _file.WriteAsync(bytes, cancel);
        Length += bytes.Length;
    }

    /// <summary>Writes what a stream still holds, after what was written before.</summary>
    /// <param name="content">Read to its end.</param>
    /// <param name="mostBytes">The most that the blob may have.</param>
    /// <param name="cancel">Stops between chunks.</param>
    /// <exception cref="Vision.RefusedInputException">The blob would have more bytes than that.</exception>
    public Task ReceiveAsync(Stream content, long mostBytes, CancellationToken cancel) =>
        BoundedCopy.ReceiveAsync(content.ReadAsync, WriteAsync, Length, mostBytes, cancel);

    /// <summary>Makes the bytes visible to readers of <see cref="Path"/> and durable; returns their SHA-256.</summary>
    public async Task<string> FlushAsync(CancellationToken cancel)
    {
        await _file.FlushAsync(cancel);
        _file.Flush(flushToDisk: true);
        return Convert.ToHexStringLower(_hash.GetCurrentHash());
    }

    /// <summary>Puts the blob in its place; returns its name. The same bytes stored twice are one blob.</summary>
    public async Task<string> CommitAsync(CancellationToken cancel)
    {
        var sha256 = await FlushAsync(cancel);
        await _file.DisposeAsync();
        var target = _store.PathOf(sha256);
        var folder = System.IO.Path.GetDirectoryName(target)!;
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            DirectoryFlush.ToDisk(System.IO.Path.GetDirectoryName(folder)!);
        }
        File.Move(Path, target, overwrite: true);
        DirectoryFlush.ToDisk(folder);
        _committed = true;
        return sha256;
    }

    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        _hash.Dispose();
        if (!_committed)
        {
            File.Delete(Path);
        }
    }
}
