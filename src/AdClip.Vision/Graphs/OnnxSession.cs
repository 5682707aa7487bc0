using AdClip.Vision.Graphs.Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace AdClip.Vision.Graphs;

/// <summary>A float32 tensor that goes into or comes out of a graph, row-major.</summary>
internal readonly record struct GraphTensor(string Name, float[] Values, params long[] Shape);

/// <summary>Name and shape of a float32 tensor that goes into or comes out of a graph.</summary>
internal readonly record struct TensorSlot(string Name, params long[] Shape)
{
    public long Count => Shape.Aggregate(1L, (product, length) => product * length);
}

/// <summary>A graph made ready to run. The only type that knows ONNX Runtime.</summary>
/// <remarks>
/// Sessions are alike everywhere (sequential, no spinning, a fixed number of threads), so the same graph and input give the
/// same bits in the portal and on the command line. Safe to run from several threads at once.
/// </remarks>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;

    static OnnxSession()
    {
        // Before anything of the runtime is touched: it reads the variable when its library loads, and reports by default.
        NativeEnvironment.Set("ORT_DISABLE_TELEMETRY", "1");
        Supported = [.. OrtEnv.Instance().GetAvailableProviders().Select(provider => provider switch
        {
            "CUDAExecutionProvider" => DeviceKind.Cuda,
            "DmlExecutionProvider" => DeviceKind.DirectMl,
            _ => DeviceKind.Cpu,
        }).Distinct()];
    }

    private OnnxSession(InferenceSession session, DeviceDecision decision)
    {
        _session = session;
        (Device, Fallback) = decision;
    }

    /// <summary>Kinds of devices that this build supports; whether one is there is found out by making a session on it.</summary>
    public static IReadOnlyList<DeviceKind> Supported { get; }

    /// <summary>What it runs on.</summary>
    public Device Device { get; }

    /// <summary>Set if that is not what was asked for.</summary>
    public DeviceFallback? Fallback { get; }

    /// <summary>Loads a graph whose external weights lie in files of <paramref name="weightFolder"/>.</summary>
    /// <remarks>The weight files must not change while the session lives.</remarks>
    public static OnnxSession Create(ModelProto model, string? weightFolder, SessionSettings settings) => Create(_ => model, weightFolder, settings, Supported);

    /// <summary>Loads the graph that is right for the device, on the device asked for or, when that fails, on the CPU.</summary>
    /// <param name="modelFor">The graph for a device.</param>
    /// <param name="weightFolder">Where its external weights lie.</param>
    /// <param name="settings">How it is run.</param>
    /// <param name="supported">Kinds of devices to consider.</param>
    public static OnnxSession Create(
        Func<Device, ModelProto> modelFor, string? weightFolder, SessionSettings settings, IReadOnlyCollection<DeviceKind> supported)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(settings.Threads);
        var failures = new Dictionary<Device, string>();
        while (true)
        {
            var decision = DeviceDecision.For(settings.Device, supported, failures);
            try
            {
                using var options = Options(decision.Device, weightFolder, settings);
                return new OnnxSession(new InferenceSession(modelFor(decision.Device).ToByteArray(), options), decision);
            }
            catch (Exception fault) when (decision.Device.Kind != DeviceKind.Cpu
                && fault is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException or NotSupportedException)
            {
                failures.Add(decision.Device, FirstLine(fault.Message));
            }
        }
    }

    /// <summary>Runs the graph once and returns the named outputs in the order asked for.</summary>
    public GraphTensor[] Run(IReadOnlyList<GraphTensor> inputs, IReadOnlyList<string> outputs)
    {
        var inputNames = new string[inputs.Count];
        var inputValues = new OrtValue[inputs.Count];
        try
        {
            for (var i = 0; i < inputs.Count; i++)
            {
                inputNames[i] = inputs[i].Name;
                inputValues[i] = OrtValue.CreateTensorValueFromMemory(inputs[i].Values, inputs[i].Shape);
            }
            using var run = new RunOptions();
            using var results = _session.Run(run, inputNames, inputValues, outputs);
            return [.. outputs.Select((name, i) => new GraphTensor(
                name, results[i].GetTensorDataAsSpan<float>().ToArray(), results[i].GetTensorTypeAndShape().Shape))];
        }
        finally
        {
            Dispose(inputValues);
        }
    }

    /// <summary>Runs the graph once without copying: it reads the caller's pixels and writes into the arrays that it returns.</summary>
    public unsafe float[][] Run(TensorSlot input, ReadOnlySpan<float> values, IReadOnlyList<TensorSlot> outputs)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, input.Count);
        var arrays = new float[outputs.Count][];
        var bound = new OrtValue[outputs.Count];
        try
        {
            for (var i = 0; i < arrays.Length; i++)
            {
                arrays[i] = GC.AllocateUninitializedArray<float>(checked((int)outputs[i].Count));
                bound[i] = OrtValue.CreateTensorValueFromMemory(arrays[i], outputs[i].Shape);
            }
            fixed (float* start = values)
            {
                using var run = new RunOptions();
                using var pixels = OrtValue.CreateTensorValueWithData(
                    OrtMemoryInfo.DefaultInstance, TensorElementType.Float, input.Shape, (nint)start, values.Length * sizeof(float));
                _session.Run(run, [input.Name], [pixels], [.. outputs.Select(output => output.Name)], bound);
            }
            return arrays;
        }
        finally
        {
            Dispose(bound);
        }
    }

    /// <summary>Buffers for runs of one shape, for one caller at a time, to be used again and again.</summary>
    public BoundRun Bind(TensorSlot input, IReadOnlyList<TensorSlot> outputs) => new(_session, Device, input, outputs);

    public void Dispose() => _session.Dispose();

    private static SessionOptions Options(Device device, string? weightFolder, SessionSettings settings)
    {
        var options = new SessionOptions
        {
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            IntraOpNumThreads = settings.Threads,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        try
        {
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
            if (settings.Prepack == Prepacking.Never)
            {
                options.AddSessionConfigEntry("session.disable_prepacking", "1");
            }
            if (weightFolder is not null)
            {
                options.AddSessionConfigEntry("session.model_external_initializers_file_folder_path", weightFolder);
            }
            Append(options, device);
            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    private static void Append(SessionOptions options, Device device)
    {
        switch (device.Kind)
        {
            case DeviceKind.Cuda:
                using (var cuda = new OrtCUDAProviderOptions())
                {
                    cuda.UpdateOptions(new Dictionary<string, string>
                    {
                        ["device_id"] = FormattableString.Invariant($"{device.Index}"),
                        // Float32 means float32: the tensor cores' 10-bit mantissa would be a precision nobody asked for.
                        ["use_tf32"] = "0",
                        // Grow by what is needed, since the device may serve others too.
                        ["arena_extend_strategy"] = "kSameAsRequested",
                    });
                    options.AppendExecutionProvider_CUDA(cuda);
                }
                break;
            case DeviceKind.DirectMl:
                options.EnableMemoryPattern = false; // the provider asks for this
                options.AppendExecutionProvider_DML(device.Index);
                break;
            default:
                break;
        }
    }

    private static string FirstLine(string message) => message.AsSpan().Trim().ToString().Split('\n')[0];

    private static void Dispose(OrtValue[] values)
    {
        foreach (var value in values)
        {
            value?.Dispose();
        }
    }

    /// <summary>Input and output buffers that stay bound to a session; on CUDA in pinned memory, which the device reads and writes directly.</summary>
    internal sealed class BoundRun : IDisposable
    {
        private readonly InferenceSession _session;
        private readonly OrtMemoryInfo? _pinned;
        private readonly OrtAllocator _allocator;
        private readonly OrtIoBinding _binding;
        private readonly OrtValue _input;
        private readonly OrtValue[] _outputs;
        private readonly RunOptions _run = new();

        public BoundRun(InferenceSession session, Device device, TensorSlot input, IReadOnlyList<TensorSlot> outputs)
        {
            _session = session;
            _pinned = device.Kind == DeviceKind.Cuda
                ? new OrtMemoryInfo("CudaPinned", OrtAllocatorType.DeviceAllocator, device.Index, OrtMemType.CpuOutput)
                : null;
            _allocator = _pinned is null ? OrtAllocator.DefaultInstance : new OrtAllocator(session, _pinned);
            _binding = session.CreateIoBinding();
            _input = OrtValue.CreateAllocatedTensorValue(_allocator, TensorElementType.Float, input.Shape);
            _binding.BindInput(input.Name, _input);
            _outputs = [.. outputs.Select(output => OrtValue.CreateAllocatedTensorValue(_allocator, TensorElementType.Float, output.Shape))];
            foreach (var (i, output) in outputs.Index())
            {
                _binding.BindOutput(output.Name, _outputs[i]);
            }
        }

        /// <summary>To be filled before a run.</summary>
        public Span<float> Input => _input.GetTensorMutableDataAsSpan<float>();

        /// <summary>An output of the last run; overwritten by the next.</summary>
        public ReadOnlySpan<float> Output(int index) => _outputs[index].GetTensorDataAsSpan<float>();

        /// <exception cref="OutOfDeviceMemoryException">The device had too little memory left for this shape.</exception>
        public void Run()
        {
            try
            {
                _binding.SynchronizeBoundInputs();
                _session.RunWithBinding(_run, _binding);
                _binding.SynchronizeBoundOutputs();
            }
            catch (OnnxRuntimeException fault) when (IsOutOfMemory(fault.Message))
            {
                throw new OutOfDeviceMemoryException(FirstLine(fault.Message), fault);
            }
        }

        public void Dispose()
        {
            _binding.Dispose();
            _input.Dispose();
            OnnxSession.Dispose(_outputs);
            _run.Dispose();
            if (_pinned is not null)
            {
                _allocator.Dispose();
                _pinned.Dispose();
            }
        }

        // The words of the runtime's arena, of CUDA and its libraries, and of Direct3D.
        private static bool IsOutOfMemory(string message) =>
            ((string[])["Failed to allocate memory", "out of memory", "ALLOC_FAILED", "bad_alloc", "8007000E"])
                .Any(words => message.Contains(words, StringComparison.OrdinalIgnoreCase));
    }
}
