using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Backbones;
using AdClip.Vision.Detection;
using AdClip.Vision.Graphs;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Models.Encoders;

/// <summary>Opened models, shared by everything that detects and bounded by memory.</summary>
/// <remarks>
/// A model that does not fit beside the others waits until one of them is unused and closed; only the first is opened whatever it
/// takes. Sizes are the documented estimate of <see cref="BackboneFootprint"/>, since the growth of a process tells little while
/// others work in it. A model can be open twice: for many callers with one thread each, and for one caller with all processors;
/// both give the same bits, and share their weights' pages where these are not packed.
/// </remarks>
public sealed class DetectorPool : IDisposable
{
    private readonly ModelCatalog _catalog;
    private readonly ModelFolders _folders;
    private readonly string _textFolder;
    private readonly DeviceStatus _devices;
    private readonly Precision _precision;
    private readonly Prepacking _prepack;
    private readonly long _budget;
    private readonly Lock _lock = new();
    private readonly Dictionary<Key, Entry> _entries = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _uses;

    public DetectorPool(
        ModelCatalog catalog, ModelFolders folders, DataFolder data, DeviceStatus devices,
        IOptions<ModelsOptions> options, IOptions<EncodingOptions> encoding)
    {
        (_catalog, _folders, _devices) = (catalog, folders, devices);
        _textFolder = Path.Combine(data.Cache, "texts");
        (_precision, _prepack) = (encoding.Value.EncoderPrecision, options.Value.Prepack);
        _budget = options.Value.DetectorMemoryMebibytes > 0
            ? options.Value.DetectorMemoryMebibytes * 1024L * 1024L
            : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;
    }

    /// <summary>Models that are open at this moment.</summary>
    public IReadOnlyList<OpenDetector> Open
    {
        get
        {
            lock (_lock)
            {
                return [.. from pair in _entries
                           where pair.Value.Detector is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }
                           let detector = pair.Value.Detector.Value.GetAwaiter().GetResult()
                           select new OpenDetector(pair.Key.ModelId, detector.Model.ImageSize, detector.Execution, pair.Value.Bytes, pair.Value.Leases)];
            }
        }
    }

    /// <summary>How a model is run for many callers at once.</summary>
    public SessionSettings ManyCallers(Precision? precision = null) => new(1, _prepack, _devices.Wish, precision ?? _precision);

    /// <summary>The model, opened for this image size (null: the recommended one), when there is room. Dispose the lease when done.</summary>
    /// <param name="precision">Null: the one that the settings name.</param>
    /// <param name="patience">Longest wait for room; null: none.</param>
    /// <exception cref="RefusedInputException">There is no such model, it cannot run with this size, or there was no room in time.</exception>
    public async Task<DetectorLease> RentAsync(
        string modelId, int? imageSize, CancellationToken cancel, Precision? precision = null, TimeSpan? patience = null) =>
        await RentAsync(modelId, imageSize, ManyCallers(precision), patience, cancel);

    /// <summary>The same, run in a way of the caller's choice.</summary>
    public async Task<DetectorLease> RentAsync(string modelId, int? imageSize, SessionSettings settings, TimeSpan? patience, CancellationToken cancel)
    {
        var key = await KeyAsync(modelId, imageSize, settings, cancel);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(patience ?? Timeout.InfiniteTimeSpan);
        while (true)
        {
            Entry? entry;
            Task changed;
            lock (_lock)
            {
                entry = Take(key, mayEvict: true);
                changed = _changed.Task;
            }
            if (entry is not null)
            {
                return await OpenedAsync(key, entry, cancel);
            }
            try
            {
                await changed.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new RefusedInputException(
                    RefusalCode.ModelMemoryBusy,
                    $"The models that are in use fill the memory for models ({_budget >> 20} MiB), "
                    + $"so {modelId} could not be opened; try again later or raise Models:DetectorMemoryMebibytes.",
                    modelId, _budget >> 20);
            }
        }
    }

    /// <summary>
    /// The model with all processors for one image, as a caller wants it when
    /// nothing else is going on; null where that is not faster or does not fit.
    /// </summary>
    public async Task<DetectorLease?> TryRentForOneAsync(string modelId, int? imageSize, CancellationToken cancel)
    {
        if (Environment.ProcessorCount == 1 || _devices.Device.Kind != DeviceKind.Cpu)
        {
            return null;
        }
        var key = await KeyAsync(modelId, imageSize, ManyCallers() with { Threads = Environment.ProcessorCount }, cancel);
        Entry? entry;
        lock (_lock)
        {
            entry = Take(key, mayEvict: false);
        }
        return entry is null ? null : await OpenedAsync(key, entry, cancel);
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

    /// <summary>Estimated memory of a model that is run so.</summary>
    public static long BytesOf(ModelRecord model, int imageSize, SessionSettings settings) =>
        model.Footprint.SessionBytes(imageSize, settings, Math.Max(1, Environment.ProcessorCount / settings.Threads));

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

    private async Task<Key> KeyAsync(string modelId, int? imageSize, SessionSettings settings, CancellationToken cancel)
    {
        var model = await _catalog.GetAsync(modelId, cancel);
        var size = imageSize ?? model.RecommendedImageSize;
        return new Key(model.Id, model.Sha256, size, settings, _folders.PathOf(model), BytesOf(model, size, settings));
    }

    /// <summary>A lease on the entry, which is made if it fits; null if it does not.</summary>
    private Entry? Take(Key key, bool mayEvict)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            if (mayEvict)
            {
                Evict(key.Bytes);
            }
            if (_entries.Count > 0 && _entries.Values.Sum(open => open.Bytes) + key.Bytes > _budget)
            {
                return null;
            }
            entry = new Entry(key.Bytes, new Lazy<Task<DetectionModel>>(() => Task.Run(() => OpenModel(key), CancellationToken.None)));
            _entries.Add(key, entry);
        }
        entry.Leases++;
        entry.LastUse = ++_uses;
        return entry;
    }

    private DetectionModel OpenModel(Key key)
    {
        var detector = DetectionModel.Open(
            key.Folder,
            new DetectorOptions(
                ImageSize: key.ImageSize, Session: key.Settings, TextFolder: _textFolder,
                WeightsSha256: key.Sha256)
            {
                EightBitFolder = _folders.EightBit,
            });
        if (detector.Execution.Device.Kind != DeviceKind.Cpu)
        {
            // Only a session tells whether the device works.
            detector.WarmUp();
        }
        _devices.Note(detector.Execution.Device, detector.Execution.Fallback);
        return detector;
    }

    private async Task<DetectorLease> OpenedAsync(Key key, Entry entry, CancellationToken cancel)
    {
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

    private void Return(Entry entry)
    {
        lock (_lock)
        {
            entry.Leases--;
            TellWaiting();
        }
    }

    /// <summary>What could not be opened is tried afresh next time.</summary>
    private void GiveUp(Key key, Entry entry)
    {
        lock (_lock)
        {
            entry.Leases--;
            if (entry.Detector.Value.IsFaulted)
            {
                _entries.Remove(key);
            }
            TellWaiting();
        }
    }

    private void TellWaiting()
    {
        var waiting = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.SetResult();
    }

    /// <summary>Makes room among the models that nobody uses at this moment, the one unused longest first.</summary>
    private void Evict(long bytesWanted)
    {
        foreach (var (key, entry) in _entries.Where(pair => pair.Value.Leases == 0).OrderBy(pair => pair.Value.LastUse).ToList())
        {
            if (_entries.Values.Sum(open => open.Bytes) + bytesWanted <= _budget)
            {
                return;
            }
            Close(key, entry);
        }
    }

    private void Close(Key key, Entry entry)
    {
        _entries.Remove(key);
        if (entry.Detector is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            entry.Detector.Value.GetAwaiter().GetResult().Dispose();
        }
    }

    private sealed record Key(string ModelId, string Sha256, int ImageSize, SessionSettings Settings, string Folder, long Bytes);

    private sealed class Entry(long bytes, Lazy<Task<DetectionModel>> detector)
    {
        public long Bytes { get; } = bytes;

        public Lazy<Task<DetectionModel>> Detector { get; } = detector;

        public int Leases { get; set; }

        public long LastUse { get; set; }
    }
}

/// <summary>A model that is open.</summary>
/// <param name="Bytes">Estimated memory.</param>
/// <param name="Leases">Who uses it now.</param>
public sealed record OpenDetector(string ModelId, int ImageSize, Execution Execution, long Bytes, int Leases);

/// <summary>The right to use an opened model until disposal.</summary>
public sealed class DetectorLease(DetectionModel detector, Action end) : IDisposable
{
    private Action? _end = end;

    public DetectionModel Detector { get; } = detector;

    public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
}
