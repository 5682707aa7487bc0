using AdClip.Portal.Storage;
using AdClip.Vision.Detection;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Models;

/// <summary>Opened models, shared by everything that detects; the one unused longest is closed when memory runs out.</summary>
public sealed class DetectorPool : IDisposable
{
    // Weights as float32, and about a third again for the runtime's buffers.
    private const double BytesPerParameter = 4 * 1.35;
    private readonly ModelCatalog _catalog;
    private readonly ModelFolders _folders;
    private readonly string _textFolder;
    private readonly long _budget;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string ModelId, string Sha256, int ImageSize), Entry> _entries = [];
    private long _uses;

    public DetectorPool(ModelCatalog catalog, ModelFolders folders, DataFolder data, IOptions<ModelsOptions> options)
    {
        _catalog = catalog;
        _folders = folders;
        _textFolder = Path.Combine(data.Cache, "texts");
        _budget = options.Value.DetectorMemoryMebibytes > 0
            ? options.Value.DetectorMemoryMebibytes * 1024L * 1024L
            : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;
    }

    /// <summary>The model, opened for this image size (null: the recommended one). Dispose the lease when done.</summary>
    /// <exception cref="AdClip.Vision.RefusedInputException">There is no such model, or it cannot run with this size.</exception>
    public async Task<DetectorLease> RentAsync(string modelId, int? imageSize, CancellationToken cancel)
    {
        var model = await _catalog.GetAsync(modelId, cancel);
        var key = (model.Id, model.Sha256, imageSize ?? model.RecommendedImageSize);
        Entry entry;
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out entry!))
            {
                var folder = _folders.PathOf(model);
                entry = new Entry((long)(model.Parameters * BytesPerParameter), new Lazy<Task<ClipDetector>>(
                    () => Task.Run(() => ClipDetector.Open(folder, new DetectorOptions(ImageSize: key.Item3, TextFolder: _textFolder)), CancellationToken.None)));
                Evict(entry.Bytes);
                _entries.Add(key, entry);
            }
            entry.Leases++;
            entry.LastUse = ++_uses;
        }
        var opened = false;
        try
        {
            var lease = new DetectorLease(await entry.Detector.Value.WaitAsync(cancel), () => Return(entry));
            opened = true;
            return lease;
        }
        finally
        {
            if (!opened)
            {
                GiveUp(key, entry);
            }
        }
    }

    /// <summary>Closes a model that nobody uses; false when somebody does.</summary>
    public bool TryClose(string modelId)
    {
        lock (_lock)
        {
            var ofModel = _entries.Where(pair => pair.Key.ModelId == modelId).ToList();
            if (ofModel.Any(pair => pair.Value.Leases > 0))
            {
                return false;
            }
            foreach (var (key, entry) in ofModel)
            {
                Close(key, entry);
            }
            return true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var (key, entry) in _entries.ToList())
            {
                Close(key, entry);
            }
        }
    }

    private void Return(Entry entry)
    {
        lock (_lock)
        {
            entry.Leases--;
        }
    }

    /// <summary>What could not be opened is tried afresh next time.</summary>
    private void GiveUp((string ModelId, string Sha256, int ImageSize) key, Entry entry)
    {
        lock (_lock)
        {
            entry.Leases--;
            if (entry.Detector.Value.IsFaulted)
            {
                _entries.Remove(key);
            }
        }
    }

    /// <summary>Makes room among the models that nobody uses at this moment.</summary>
    private void Evict(long bytesWanted)
    {
        var idle = _entries.Where(pair => pair.Value.Leases == 0).OrderBy(pair => pair.Value.LastUse).ToList();
        foreach (var (key, entry) in idle)
        {
            if (_entries.Values.Sum(open => open.Bytes) + bytesWanted <= _budget)
            {
                return;
            }
            Close(key, entry);
        }
    }

    private void Close((string ModelId, string Sha256, int ImageSize) key, Entry entry)
    {
        _entries.Remove(key);
        if (entry.Detector is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            entry.Detector.Value.GetAwaiter().GetResult().Dispose();
        }
    }

    private sealed class Entry(long bytes, Lazy<Task<ClipDetector>> detector)
    {
        public long Bytes { get; } = bytes;

        public Lazy<Task<ClipDetector>> Detector { get; } = detector;

        public int Leases { get; set; }

        public long LastUse { get; set; }
    }
}

/// <summary>The right to use an opened model until disposal.</summary>
public sealed class DetectorLease(ClipDetector detector, Action end) : IDisposable
{
    private Action? _end = end;

    public ClipDetector Detector { get; } = detector;

    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}
