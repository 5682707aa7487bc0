using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Graphs;

namespace AdClip.Vision.Training;

/// <summary>The text transformer's blocks over two sequences of one length, recorded on a tape. Attention is written out.</summary>
internal sealed class TapedBlocks(GraphBuilder graph, GradientTape tape, ClipWeights weights, int length)
{
    private const int Sequences = 2;

    private readonly ClipTower _tower = weights.Architecture.Text;
    private readonly ClipBlocks _frozen = new(graph, weights, weights.Architecture.Text);
    private string? _mask;

    /// <summary>Name of a weight in the graph.</summary>
    public string Place(string name) => _frozen.Place(name);

    public string Norm(string name, string x) => tape.LayerNorm(x, Place(name + ".weight"), Place(name + ".bias"), _tower.NormEpsilon);

    /// <summary>One block over the stream [2N, D].</summary>
    public string Block(string block, string stream) => Block(block, stream, rows => rows);

    /// <summary>A block of which only some rows of the outcome are wanted: attention sees all rows, the rest of it only those.</summary>
    /// <param name="block">Its name.</param>
    /// <param name="stream">[2N, D].</param>
    /// <param name="pick">Takes the rows that are wanted out of [2N, D].</param>
    public string Block(string block, string stream, Func<string, string> pick)
    {
        var attended = pick(Attend(block, Norm(block + "ln_1", stream)));
        stream = tape.Add(pick(stream), Linear(block + "attn.out_proj", attended));
        var hidden = Linear(block + "mlp.c_fc", Norm(block + "ln_2", stream));
        hidden = _tower.Activation == ClipActivation.QuickGelu ? tape.QuickGelu(hidden) : tape.Gelu(hidden);
        return tape.Add(stream, Linear(block + "mlp.c_proj", hidden));
    }

    private string Attend(string block, string normed)
    {
        var width = weights.Architecture.TextWidth;
        var (heads, head) = (_tower.Heads, width / _tower.Heads);
        long[] rows = [Sequences * length, width];
        long[] split = [Sequences, length, heads, head];
        string[] parts = weights.HasJoinedProjections
            ? tape.SplitColumns(tape.Linear(normed, Place(block + "attn.in_proj_weight"), Place(block + "attn.in_proj_bias")), 3)
            : [.. Enumerable.Range(0, 3).Select(part => tape.Linear(
                normed, _frozen.Place(weights.Projection(block, part, "weight")), _frozen.Place(weights.Projection(block, part, "bias"))))];
        string[] perHead = [.. parts.Select(part => tape.Permute(tape.Reshape(part, rows, split), 0, 2, 1, 3))];
        var scores = tape.MatMul(perHead[0], perHead[1], transposeB: true, scale: 1 / MathF.Sqrt(head));
        var attended = tape.MatMul(tape.Softmax(tape.Add(scores, Mask())), perHead[2]);
        return tape.Reshape(tape.Permute(attended, 0, 2, 1, 3), split, rows);
    }

    // Minus infinity above the diagonal: no token sees a later one.
    private string Mask()
    {
        if (_mask is null)
        {
            var values = new float[length * length];
            for (var row = 0; row < length; row++)
            {
                values.AsSpan((row * length) + row + 1, length - row - 1).Fill(float.NegativeInfinity);
            }
            _mask = graph.Constant("causal", values, length, length);
        }
        return _mask;
    }

    private string Linear(string name, string x) => tape.Linear(x, Place(name + ".weight"), Place(name + ".bias"));
}
