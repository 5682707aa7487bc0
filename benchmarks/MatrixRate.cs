using AdClip.Vision.Backbones;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Graphs;

namespace AdClip.Benchmarks;

/// <summary>The rate at which this machine multiplies matrices of the model's shapes, in ONNX Runtime, and nothing else.</summary>
/// <remarks>
/// The four linear layers of a block over all tokens, each with its own weights as in a model, prepacked: the best that the
/// runtime does for these shapes. Their outputs stay inside; one number of each comes out, so that nothing is left out as unused.
/// </remarks>
internal sealed class MatrixRate : IDisposable
{
    private const int Copies = 2;
    private readonly OnnxSession _session;
    private readonly GraphTensor[] _inputs;

    public MatrixRate(ClipArchitecture model, ImageEncoderSettings settings)
    {
        var grid = settings.ImageSize / model.PatchSize;
        var (tokens, width) = ((grid * grid) + 1, model.VisionWidth);
        var random = new Random(1);
        var graph = new GraphBuilder();
        var (narrow, wide) = (graph.Input("narrow", tokens, width), graph.Input("wide", tokens, 4 * width));
        var made = 0;
        var sum = graph.Constant("zero", [0f], 1, 1);
        for (var copy = 0; copy < Copies; copy++)
        {
            sum = Linear(narrow, width, 3 * width);
            sum = Linear(narrow, width, width);
            sum = Linear(narrow, width, 4 * width);
            sum = Linear(wide, 4 * width, width);
        }
        graph.Output(graph.Named("sum", sum));
        MultiplyAdds = Copies * 12.0 * tokens * width * width;
        _session = OnnxSession.Create(graph.Build(), null, new SessionSettings(Prepack: Prepacking.Always));
        _inputs = [new GraphTensor("narrow", Floats(tokens * width), tokens, width), new GraphTensor("wide", Floats(tokens * 4 * width), tokens, 4 * width)];

        string Linear(string x, int inputs, int outputs)
        {
            var name = $"weight.{made++}";
            var y = graph.Linear(x, graph.Constant(name, Floats(inputs * outputs), outputs, inputs), graph.Constant(name + ".bias", Floats(outputs), outputs));
            return graph.Add(sum, graph.Slice(graph.Slice(y, 0, 1), 0, 1, axis: 1));
        }

        float[] Floats(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }

    public double MultiplyAdds { get; }

    public void Run() => _session.Run(_inputs, ["sum"]);

    public void Dispose() => _session.Dispose();
}
