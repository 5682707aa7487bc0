using System.Collections.Concurrent;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.ExceptionServices;
using AdClip.Vision.Graphs;
using AdClip.Vision.Graphs.Onnx;
using AdClip.Vision.Tokens;

namespace AdClip.Vision.Backbones;

/// <summary>Turns normalised pixels into tokens. Safe for concurrent calls.</summary>
/// <remarks>
/// A CPU takes one image at a time, straight from and into the caller's memory: batches give it nothing. Graphics processors
/// take as many as fit, through buffers that are used again; callers that wait at the same time are served by one batch.
/// </remarks>
internal sealed class ImageEncoder : IDisposable
{
    private readonly OnnxSession _session;
    private readonly ImageEncoderSettings _settings;
    private readonly IBackbone _backbone;
    private readonly string _encoderId;
    private readonly bool _takesBatches;
    private readonly Lazy<int> _found;
    private readonly ConcurrentDictionary<int, ConcurrentBag<OnnxSession.BoundRun>> _idle = [];
    private readonly EightBitFile? _eightBit;
    private readonly ConcurrentQueue<Waiting> _waiting = [];
    private readonly Lock _device = new();
    private int _reduced = int.MaxValue;

    /// <param name="backbone">The encoder's weights.</param>
    /// <param name="settings">What is encoded.</param>
    /// <param name="encoderId">Goes into the tokens.</param>
    /// <param name="session">How it is run.</param>
    /// <param name="batchBound">Largest batch to try; null: one on a CPU, by the size of the activations elsewhere.</param>
    /// <param name="eightBitFile">Where the weights for <see cref="Precision.Int8"/> are kept, made if need be; null: in a temporary folder.</param>
    /// <exception cref="RefusedInputException">The model cannot run so.</exception>
    public ImageEncoder(
        IBackbone backbone, ImageEncoderSettings settings, string encoderId, SessionSettings session, int? batchBound = null, string? eightBitFile = null)
    {
        _backbone = backbone;
        _settings = backbone.Checked(settings);
        _encoderId = encoderId;
        var side = _settings.ImageSize;
        session = session.Prepack == Prepacking.Auto ? session with { Prepack = backbone.Packing(side, session.Precision) } : session;
        _eightBit = session.Precision == Precision.Int8 ? backbone.OpenEightBit(eightBitFile) : null;
        _session = OnnxSession.Create(
            device => Graph(session, device, batchBound is not null || device.Kind != DeviceKind.Cpu),
            Path.GetDirectoryName(_eightBit?.File.FilePath ?? backbone.FilePath), session, OnnxSession.Supported);
        _takesBatches = batchBound is not null || _session.Device.Kind != DeviceKind.Cpu;
        Execution = new Execution(_session.Device, _session.Fallback, session, _takesBatches);
        _found = new Lazy<int>(() => BatchSearch.Find(batchBound ?? BatchSearch.Bound(backbone.ImageBytes(side, session.Precision)), Fits));
    }

    /// <summary>How it runs.</summary>
    public Execution Execution { get; }

    /// <summary>Images that are best encoded together; found out by trying when first asked for.</summary>
    public int BatchSize => _takesBatches ? Math.Max(1, Math.Min(_found.Value, Volatile.Read(ref _reduced))) : 1;

    private int Grid => _backbone.Shape.Grid(_settings.ImageSize);

    private int Rows => 1 + (Grid * Grid);

    private int PixelCount => 3 * _settings.ImageSize * _settings.ImageSize;

    /// <param name="pixels">Normalised, [3, S, S].</param>
    /// <exception cref="RefusedInputException">The outcome is not finite: the weights are damaged. Or the device has too little memory.</exception>
    public ImageTokens Encode(ReadOnlySpan<float> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(pixels.Length, PixelCount);
        if (!_takesBatches)
        {
            return Tokens(_session.Run(Input(1), pixels, Outputs(1)));
        }
        var own = new Waiting(pixels.ToArray());
        _waiting.Enqueue(own);
        while (!own.IsDone)
        {
            // While one caller's batch runs the others wait here; the next one through takes all that came meanwhile along.
            lock (_device)
            {
                if (!own.IsDone)
                {
                    EncodeWaiting();
                }
            }
        }
        return own.Tokens;
    }

    /// <summary>Encodes images together as far as the device takes them.</summary>
    /// <param name="images">Normalised, [3, S, S] each.</param>
    /// <exception cref="RefusedInputException">The outcome is not finite: the weights are damaged. Or the device has too little memory.</exception>
    public IReadOnlyList<ImageTokens> Encode(IReadOnlyList<ReadOnlyMemory<float>> images)
    {
        var tokens = new List<ImageTokens>(images.Count);
        while (tokens.Count < images.Count)
        {
            // Powers of two, so that few sizes of buffers are kept.
            var batch = Math.Min(BatchSize, (int)BitOperations.RoundUpToPowerOf2((uint)(images.Count - tokens.Count + 1)) / 2);
            if (!_takesBatches)
            {
                tokens.Add(Encode(images[tokens.Count].Span));
                continue;
            }
            var run = Take(batch);
            for (var i = 0; i < batch; i++)
            {
                images[tokens.Count + i].Span.CopyTo(run.Input.Slice(i * PixelCount, PixelCount));
            }
            try
            {
                tokens.AddRange(RunBound(run, batch));
            }
            catch (OutOfDeviceMemoryException) when (batch > 1)
            {
                // Something else took memory since the size was found.
                Interlocked.Exchange(ref _reduced, batch / 2);
            }
            catch (OutOfDeviceMemoryException fault)
            {
                throw NoMemory(fault);
            }
        }
        return tokens;
    }

    public void Dispose()
    {
        foreach (var run in _idle.Values.SelectMany(runs => runs))
        {
            run.Dispose();
        }
        _session.Dispose();
        _eightBit?.Dispose();
    }

    private void EncodeWaiting()
    {
        var group = new List<Waiting>();
        while (group.Count < BatchSize && _waiting.TryDequeue(out var waiting))
        {
            group.Add(waiting);
        }
        try
        {
            var tokens = Encode([.. group.Select(waiting => new ReadOnlyMemory<float>(waiting.Pixels))]);
            foreach (var (i, waiting) in group.Index())
            {
                waiting.Finish(tokens[i], null);
            }
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            group.ForEach(waiting => waiting.Finish(null, fault));
        }
    }

    private ModelProto Graph(SessionSettings session, Device device, bool isBatched)
    {
        if (session.Precision == Precision.Int8 && device.Kind != DeviceKind.Cpu)
        {
            throw new NotSupportedException("8-bit matrix products are run on CPUs only.");
        }
        var graph = _backbone.Graph(_settings, isBatched, _eightBit?.File);
        return session.Precision == Precision.Float16 ? HalfPrecision.Convert(graph) : graph;
    }

    private TensorSlot Input(int batch) => new(EncoderValues.Pixels, batch, 3, _settings.ImageSize, _settings.ImageSize);

    private TensorSlot[] Outputs(int batch) =>
    [
        new TensorSlot(EncoderValues.Class, batch, _backbone.Shape.TokenWidth),
        .. _settings.Layers.Select(EncoderValues.Patches).Concat(_settings.KeepsOriginal ? _settings.Layers.Select(EncoderValues.OriginalPatches) : [])
            .Select(name => new TensorSlot(name, batch * (long)Rows, _backbone.Shape.TokenWidth)),
    ];

    private OnnxSession.BoundRun Take(int batch) =>
        _idle.GetOrAdd(batch, _ => []).TryTake(out var run) ? run : _session.Bind(Input(batch), Outputs(batch));

    private ImageTokens[] RunBound(OnnxSession.BoundRun run, int batch)
    {
        var outputs = Outputs(batch).Length;
        float[] Part(int output, int image)
        {
            var all = run.Output(output);
            var length = all.Length / batch;
            return all.Slice(image * length, length).ToArray();
        }
        try
        {
            run.Run();
            ImageTokens[] tokens =
                [.. Enumerable.Range(0, batch).Select(image => Tokens([.. Enumerable.Range(0, outputs).Select(output => Part(output, image))]))];
            _idle[batch].Add(run);
            return tokens;
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    private bool Fits(int batch)
    {
        try
        {
            var run = Take(batch);
            run.Input.Clear();
            RunBound(run, batch);
            return true;
        }
        catch (OutOfDeviceMemoryException)
        {
            return false;
        }
    }

    private ImageTokens Tokens(float[][] outputs)
    {
        if (!outputs.All(output => float.IsFinite(TensorPrimitives.Sum<float>(output))))
        {
            var name = Path.GetFileName(_backbone.FilePath);
            throw new RefusedInputException(
                RefusalCode.WeightsNotFinite, $"{name} gives tokens that are no numbers, so its weights are damaged; copy the file again.", name);
        }
        return new ImageTokens(
            _encoderId, Grid, _backbone.Shape.TokenWidth, outputs[0],
            [.. _settings.Layers.Select((layer, i) => new LayerTokens(layer, outputs[i + 1]))])
        {
            OriginalLayers = [.. _settings.Layers.Take(_settings.KeepsOriginal ? int.MaxValue : 0)
                .Select((layer, i) => new LayerTokens(layer, outputs[_settings.Layers.Count + i + 1]))],
        };
    }

    private RefusedInputException NoMemory(OutOfDeviceMemoryException fault) => new(
        RefusalCode.DeviceOutOfMemory, $"{_session.Device} has too little memory left for one image of {_settings.ImageSize} "
            + $"pixels ({fault.Message}); choose a smaller image size or another device.",
        _session.Device, _settings.ImageSize, fault.Message);

    /// <summary>An image on its way into a batch.</summary>
    private sealed class Waiting(float[] pixels)
    {
        private ImageTokens? _tokens;
        private Exception? _fault;
        private volatile bool _isDone;

        public float[] Pixels { get; } = pixels;

        public bool IsDone => _isDone;

        public ImageTokens Tokens
        {
            get
            {
                if (_fault is not null)
                {
                    ExceptionDispatchInfo.Throw(_fault);
                }
                return _tokens!;
            }
        }

        public void Finish(ImageTokens? tokens, Exception? fault)
        {
            (_tokens, _fault) = (tokens, fault);
            _isDone = true;
        }
    }
}
