using AdClip.Vision.Graphs;

namespace AdClip.Vision.Tests.Graphs;

public sealed class GradientTapeTests
{
    private const long Items = 2;
    private const long Rows = 5;
    private const long Width = 6;

    public static TheoryData<string> Operations => [.. Recorded.Keys];

    // Each takes the variables x [10, 6] and w, and gives the name of a result with its number of elements.
    private static Dictionary<string, (long[] Other, Func<GraphBuilder, GradientTape, string, string, string> Make, long Count)> Recorded { get; } = new()
    {
        ["Linear"] = (
            [3 * Width],
            (graph, tape, x, w) => tape.Linear(x, tape.Reshape(w, [3 * Width], [3, Width]), graph.Constant("b", [0.1f, 0.2f, 0.3f], 3)),
            Items * Rows * 3),
        ["LinearBias"] = ([3], (graph, tape, x, w) => tape.Linear(x, graph.Constant("W", Numbers(3 * Width, 7), 3, Width), w), Items * Rows * 3),
        ["Project"] = ([Width * 4], (_, tape, x, w) => tape.Project(x, tape.Reshape(w, [Width * 4], [Width, 4])), Items * Rows * 4),
        ["LayerNormScale"] = ([Width], (graph, tape, x, w) => tape.LayerNorm(x, w, graph.Constant("b", Numbers(Width, 8), Width), 1e-5f), Items * Rows * Width),
        ["LayerNormShift"] = ([Width], (graph, tape, x, w) => tape.LayerNorm(x, graph.Constant("s", Numbers(Width, 9), Width), w, 1e-5f), Items * Rows * Width),
        ["AddEach"] = ([Rows * Width], (_, tape, x, w) => tape.AddEach(Grouped(tape, x), tape.Reshape(w, [Rows * Width], [Rows, Width])), Items * Rows * Width),
        ["Normalise"] = ([1], (_, tape, x, _) => tape.Normalise(x), Items * Rows * Width),
        ["BestMatch"] = (
            [1], (graph, tape, x, _) => tape.BestMatch(Grouped(tape, x), graph.Constant("bias", NotItself(), 1, Rows, Rows), Items, Rows, Width), Items * Rows),
        ["ScaleAndShift"] = ([2], (_, tape, x, w) => tape.ScaleAndShift(x, Element(tape, w, 0), Element(tape, w, 1)), Items * Rows * Width),
        ["AddScaled"] = (
            [Items * Rows * Width],
            (_, tape, x, w) => tape.AddScaled(x, tape.Reshape(w, [Items * Rows * Width], [Items * Rows, Width]), -0.7f),
            Items * Rows * Width),
        ["Affine"] = ([1], (_, tape, x, _) => tape.Affine(x, -2, 0.5f), Items * Rows * Width),
        ["MeanOfLargest"] = ([1], (_, tape, x, _) => tape.MeanOfLargest(x, 2, Items * Rows, Width), Items * Rows),
    };

    [Theory]
    [MemberData(nameof(Operations))]
    public void Gradients_Operation_EqualFiniteDifferences(string operation)
    {
        var (other, make, count) = Recorded[operation];
        var graph = new GraphBuilder();
        var tape = new GradientTape(graph);
        var (x, w) = (tape.Variable("x", Items * Rows, Width), tape.Variable("w", other));
        var result = make(graph, tape, x, w);
        graph.Output(graph.Named("result", graph.Reshape(result, count)));
        // w takes part in each sum, so that operations of x alone have a derivative for it too.
        string[] gradients = tape.Gradients(
            [
                (result, graph.Multiply(graph.Reshape(graph.Input("upstream", count), Shape(operation, count)), graph.Scalar(1))),
                (w, graph.Input("direct", other)),
            ],
            [x, w]);
        foreach (var gradient in gradients)
        {
            graph.Output(gradient);
        }
        using var session = OnnxSession.Create(graph.Build(), null, new SessionSettings(1));
        float[] xs = Numbers(Items * Rows * Width, 1), ws = Numbers(other[0], 2), upstream = Numbers(count, 3), direct = Numbers(other[0], 4);
        GraphTensor[] Inputs() => [new("x", xs, Items * Rows, Width), new("w", ws, other), new("upstream", upstream, count), new("direct", direct, other)];
        double Sum()
            => session.Run(Inputs(), ["result"])[0].Values.Select((value, i) => (double)value * upstream[i]).Sum()
                + ws.Select((value, i) => (double)value * direct[i]).Sum();

        var found = session.Run(Inputs(), gradients);
        foreach (var (values, gradient) in new[] { (xs, found[0].Values), (ws, found[1].Values) })
        {
            Assert.Equal(values.Length, gradient.Length);
            for (var i = 0; i < values.Length; i++)
            {
                var at = values[i];
                values[i] = at + 1e-2f;
                var above = Sum();
                values[i] = at - 1e-2f;
                var below = Sum();
                values[i] = at;
                Assert.Equal((above - below) / 2e-2, gradient[i], 5e-3 * (1 + Math.Abs(gradient[i])));
            }
        }
    }

    // The shape of each result, for the gradient that comes down on it.
    private static long[] Shape(string operation, long count) => operation switch
    {
        "AddEach" => [Items, Rows, Width],
        "BestMatch" => [Items, Rows],
        "MeanOfLargest" => [Items * Rows],
        _ => [Items * Rows, count / (Items * Rows)],
    };

    private static string Grouped(GradientTape tape, string x) => tape.Reshape(x, [Items * Rows, Width], [Items, Rows, Width]);

    private static string Element(GradientTape tape, string w, int place) => tape.Part(w, place, 2);

    private static float[] NotItself() => [.. Enumerable.Range(0, (int)(Rows * Rows)).Select(i => i / Rows == i % Rows ? -1000f : 0)];

    // From -1 to 1, no two nearer than the step of the differences.
    private static float[] Numbers(long count, int seed)
    {
        var numbers = Enumerable.Range(0, (int)count).Select(i => (2 * (i + 0.5f) / count) - 1).ToArray();
        new Random(seed).Shuffle(numbers);
        return numbers;
    }
}
