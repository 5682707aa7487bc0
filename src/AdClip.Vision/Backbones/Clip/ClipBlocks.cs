using AdClip.Vision.Graphs;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Backbones.Clip;

/// <summary>The parts that the image and the text transformer share, as graph nodes over [N, D] streams.</summary>
/// <param name="graph">Takes the nodes.</param>
/// <param name="weights">The model.</param>
/// <param name="tower">Its heads and kernels.</param>
/// <param name="sequences">Rows of each sequence and D where a stream holds several, one after the other; null: it holds one of any length.</param>
/// <param name="eightBit">The model's <see cref="EightBitWeights"/>, to be used instead of its own; null: floating point.</param>
internal sealed class ClipBlocks(GraphBuilder graph, ClipWeights weights, ClipTower tower, (int Rows, int Width)? sequences = null, WeightFile? eightBit = null)
{
    private readonly Dictionary<string, string> _placed = [];

    /// <summary>The query, key and value projections of all rows: three values [N, D].</summary>
    public (string Q, string K, string V) QueriesKeysValues(string block, string normed, int width)
    {
        if (!weights.HasJoinedProjections && eightBit is null)
        {
            return (Project(block, 0, normed), Project(block, 1, normed), Project(block, 2, normed));
        }
        var all = Linear(block + "attn.in_proj_weight", block + "attn.in_proj_bias", normed);
        return (graph.Slice(all, 0, width, axis: 1), graph.Slice(all, width, 2 * width, axis: 1), graph.Slice(all, 2 * width, 3 * width, axis: 1));
    }

    /// <summary>The same with queries for the first row of each sequence only: [1, D], [N, D], [N, D].</summary>
    public (string Q, string K, string V) FirstQueryKeysValues(string block, string normed, int width)
    {
        if (eightBit is not null)
        {
            // Their weights are one matrix.
            var (q, k, v) = QueriesKeysValues(block, normed, width);
            return (FirstRows(q), k, v);
        }
        return (Project(block, 0, FirstRows(normed)), Project(block, 1, normed), Project(block, 2, normed));
    }

    /// <summary>The first row of each sequence of a stream.</summary>
    public string FirstRows(string stream)
        => sequences is null ? graph.Slice(stream, 0, 1) : Joined(graph.Slice(Split(stream), 0, 1, axis: 1));

    /// <summary>Attention and its output projection.</summary>
    public string Attend(string block, string q, string k, string v, bool causal = false)
        => Linear(
            block + "attn.out_proj.weight",
            block + "attn.out_proj.bias",
            sequences is null ? graph.Attention(q, k, v, tower.Heads, causal) : AttendWithin(q, k, v));

    /// <summary>The same where q holds only the first row of each sequence.</summary>
    public string AttendFirst(string block, string q, string k, string v)
        => sequences is null
            ? Attend(block, q, k, v)
            : Linear(
                block + "attn.out_proj.weight", block + "attn.out_proj.bias", Joined(graph.AttentionOfSequences(Split(q, 1), Split(k), Split(v), tower.Heads)));

    public string Mlp(string block, string x)
    {
        var hidden = Linear(block + "mlp.c_fc.weight", block + "mlp.c_fc.bias", Norm(block + "ln_2", x));
        hidden = tower.Activation == ClipActivation.QuickGelu ? graph.QuickGelu(hidden) : graph.Gelu(hidden);
        return Linear(block + "mlp.c_proj.weight", block + "mlp.c_proj.bias", hidden);
    }

    public string Norm(string name, string x) => graph.LayerNorm(x, Place(name + ".weight"), Place(name + ".bias"), tower.NormEpsilon);

    public string Project(string x, string name) => graph.MatMul(x, Place(name));

    /// <summary>Puts the tensor of this OpenAI name into the graph.</summary>
    public string Place(string name) => Place(eightBit?.Require(name) ?? weights[name]);

    /// <summary>Puts a tensor into the graph; once, however often used.</summary>
    public string Place(StoredTensor tensor) => _placed.TryGetValue(tensor.Name, out var known) ? known : _placed[tensor.Name] = graph.Place(tensor);

    /// <summary>[B, rows, D] to [B · rows, D].</summary>
    private string Joined(string separate) => graph.Reshape(separate, -1, sequences!.Value.Width);

    /// <summary>[B · rows, D] to [B, rows, D].</summary>
    private string Split(string stream, int? rows = null) => graph.Reshape(stream, -1, rows ?? sequences!.Value.Rows, sequences!.Value.Width);

    private string AttendWithin(string q, string k, string v)
    {
        var splitV = Split(v);
        return Joined(graph.AttentionOfSequences(q == v ? splitV : Split(q), k == v ? splitV : Split(k), splitV, tower.Heads));
    }

    private string Linear(string weight, string bias, string x) => eightBit is null
        ? graph.Linear(x, Place(weight), Place(bias))
        : graph.EightBitLinear(x, Place(weight), Place(EightBitWeights.Scale(weight)), Place(bias));

    private string Project(string block, int part, string rows)
        => graph.Linear(rows, Place(weights.Projection(block, part, "weight")), Place(weights.Projection(block, part, "bias")));
}
