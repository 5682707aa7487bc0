using AdClip.Portal.Storage;
using AdClip.Vision.Imaging;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Images;

/// <summary>Thumbnails and browser renditions, made from blobs when first asked for; every file here can be deleted and comes back.</summary>
public sealed class DerivedImages : IDisposable
{
    private const long LargePixels = 30_000_000;

    private readonly BlobStore _blobs;
    private readonly ImagesOptions _options;
    private readonly string _thumbnails;
    private readonly string _displays;
    private readonly SemaphoreSlim _decoders;
    private readonly SemaphoreSlim _large = new(1);

    public DerivedImages(BlobStore blobs, DataFolder folder, IOptions<ImagesOptions> options)
    {
        _blobs = blobs;
        _options = options.Value;
        _thumbnails = Path.Combine(folder.Cache, $"thumbnails-{_options.ThumbnailSide}");
        _displays = Path.Combine(folder.Cache, "display");
        _decoders = new SemaphoreSlim(_options.DecodeConcurrency == 0 ? Environment.ProcessorCount : _options.DecodeConcurrency);
    }

    public const string ThumbnailMediaType = "image/webp";

    public const string DisplayMediaType = "image/png";

    /// <summary>Decodes the whole file, which finds out whether it is intact, and keeps its thumbnail under this hash.</summary>
    /// <exception cref="Vision.RefusedInputException">The file is not an image that can be read.</exception>
    public Task<Thumbnail> InspectAsync(string path, string sha256, CancellationToken cancel) => DecodeAsync(path, () =>
    {
        var thumbnail = Thumbnails.Render(path, _options.ThumbnailSide, _options.Limits);
        Keep(PathIn(_thumbnails, sha256, ".webp"), file => file.Write(thumbnail.WebP));
        return thumbnail;
    }, cancel);

    /// <summary>Path of the image's thumbnail.</summary>
    public async Task<string> ThumbnailAsync(string sha256, CancellationToken cancel)
    {
        var path = PathIn(_thumbnails, sha256, ".webp");
        if (!File.Exists(path))
        {
            await InspectAsync(_blobs.PathOf(sha256), sha256, cancel);
        }
        return path;
    }

    /// <summary>Path of the upright 8-bit PNG that browsers get instead of what they cannot show.</summary>
    public async Task<string> DisplayAsync(string sha256, CancellationToken cancel)
    {
        var path = PathIn(_displays, sha256, ".png");
        if (!File.Exists(path))
        {
            var source = _blobs.PathOf(sha256);
            await DecodeAsync(source, () =>
            {
                // Another request may have made it while this one waited.
                if (!File.Exists(path))
                {
                    Keep(path, file => Thumbnails.WriteDisplayPng(source, file, _options.Limits));
                }
                return path;
            }, cancel);
        }
        return path;
    }

    public void Dispose()
    {
        _decoders.Dispose();
        _large.Dispose();
    }

    /// <summary>Runs work that decodes; large images one at a time, so that memory stays bounded whatever people send.</summary>
    private async Task<T> DecodeAsync<T>(string path, Func<T> work, CancellationToken cancel)
    {
        await _decoders.WaitAsync(cancel);
        try
        {
            return await Task.Run(
                async () =>
                {
                    var info = ImageDecoder.Identify(path, _options.Limits);
                    if ((long)info.Width * info.Height < LargePixels)
                    {
                        return work();
                    }
                    await _large.WaitAsync(cancel);
                    try
                    {
                        return work();
                    }
                    finally
                    {
                        _large.Release();
                    }
                },
                cancel);
        }
        finally
        {
            _decoders.Release();
        }
    }

    private static string PathIn(string folder, string sha256, string extension) => Path.Combine(folder, sha256[..2], sha256 + extension);

    /// <summary>Writes beside and renames, so that no reader ever sees half a file.</summary>
    private static void Keep(string path, Action<FileStream> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var unfinished = $"{path}.{Guid.NewGuid():N}";
        try
        {
            using (var file = File.Create(unfinished))
            {
                write(file);
            }
            File.Move(unfinished, path, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
