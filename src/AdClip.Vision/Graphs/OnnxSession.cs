using AdClip.Vision.Graphs.Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace AdClip.Vision.Graphs;

/// <summary>A float32 tensor that goes into or comes out of a graph, row-major.</summary>
internal readonly record struct GraphTensor(string Name, float[] Values, params long[] Shape);

/// <summary>A graph made ready to run. The only type that knows ONNX Runtime.</summary>
/// <remarks>
/// Sessions are alike everywhere (sequential, no spinning, a fixed number of threads), so the same graph and input give the
/// same bits in the portal and on the command line. Safe to run from several threads at once.
/// </remarks>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;

    // Before anything of the runtime is touched: it reads the variable when its library loads, and reports by default.
    static OnnxSession() => NativeEnvironment.Set("ORT_DISABLE_TELEMETRY", "1");

    private OnnxSession(InferenceSession session) => _session = session;

    /// <summary>Loads a graph whose external weights lie in files of <paramref name="weightFolder"/>.</summary>
    /// <remarks>The weight files must not change while the session lives.</remarks>
    public static OnnxSession Create(ModelProto model, string? weightFolder, SessionSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(settings.Threads);
        using var options = new SessionOptions
        {
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            IntraOpNumThreads = settings.Threads,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
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
        return new OnnxSession(new InferenceSession(model.ToByteArray(), options));
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
            foreach (var value in inputValues)
            {
                value?.Dispose();
            }
        }
    }

    public void Dispose() => _session.Dispose();
}
