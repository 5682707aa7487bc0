using AdClip.Vision.Graphs;
using AdClip.Vision.Weights;

namespace AdClip.Vision.Backbones.DinoV2;

/// <summary>The parts of a DINOv2 transformer as graph nodes over streams of tokens: [N, D], or [B · N, D] of several images.</summary>
/// <param name="graph">Takes the nodes.</param>
/// <param name="weights">The model.</param>
/// <param name="rows">Tokens N of each image where a stream holds several, one after the other; null: it holds one.</param>
internal sealed class DinoV2Blocks(GraphBuilder graph, DinoV2Weights weights, int? rows)
{
    private readonly Dictionary<string, string> _placed = [];
    private readonly DinoV2Architecture _model = weights.Architecture;

    /// <summary>Attention of a block with its layer scale, to be added to the stream.</summary>
    /// <param name="block">The block's name, ending with a dot.</param>
    /// <param name="normed">The normalised stream.</param>
    /// <param name="isFirstOnly">Whether only the first token of each image asks: the outcome is [1, D] or [B, D].</param>
    public string Attend(string block, string normed, bool isFirstOnly)
    {
        var (q, k, v) = QueriesKeysValues(block, normed, isFirstOnly);
        var attended = rows is null
            ? graph.Attention(q, k, v, _model.Heads)
            : Joined(graph.AttentionOfSequences(Split(q, isFirstOnly ? 1 : null), Split(k), Split(v), _model.Heads));
        return Scaled(Linear(block + "attn.proj", attended), block + "ls1.gamma");
    }

    /// <summary>The feed-forward part of a block with its layer scale, to be added to the stream.</summary>
    public string FeedForward(string block, string normed)
    {
        string hidden;
        if (_model.IsGated)
        {
            var both = Linear(block + "mlp.w12", normed);
            var gate = graph.SiLU(graph.Slice(both, 0, _model.HiddenWidth, axis: 1));
            hidden = graph.Multiply(gate, graph.Slice(both, _model.HiddenWidth, 2L * _model.HiddenWidth, axis: 1));
        }
        else
        {
            hidden = graph.Gelu(Linear(block + "mlp.fc1", normed));
        }
        return Scaled(Linear(block + (_model.IsGated ? "mlp.w3" : "mlp.fc2"), hidden), block + "ls2.gamma");
    }

    public string Norm(string name, string x) => graph.LayerNorm(x, Place(name + ".weight"), Place(name + ".bias"), _model.NormEpsilon);

    /// <summary>Puts the tensor of this name of the original's into the graph.</summary>
    public string Place(string name) => Place(weights[name]);

    /// <summary>The first token of each image of a stream, or the first few.</summary>
    public string First(string stream, int count = 1)
        => rows is null ? graph.Slice(stream, 0, count) : Joined(graph.Slice(Split(stream), 0, count, axis: 1));

    private (string Q, string K, string V) QueriesKeysValues(string block, string normed, bool isFirstOnly)
    {
        if (weights.HasJoinedProjections && !isFirstOnly)
        {
            var all = Linear(block + "attn.qkv", normed);
            var width = _model.Width;
            return (graph.Slice(all, 0, width, axis: 1), graph.Slice(all, width, 2L * width, axis: 1), graph.Slice(all, 2L * width, 3L * width, axis: 1));
        }
        return (Project(block, 0, isFirstOnly ? First(normed) : normed), Project(block, 1, normed), Project(block, 2, normed));
    }

    private string Project(string block, int part, string x)
        => graph.Linear(x, Place(weights.Projection(block, part, "weight")), Place(weights.Projection(block, part, "bias")));

    // Once, however often used.
    private string Place(StoredTensor tensor) => _placed.TryGetValue(tensor.Name, out var known) ? known : _placed[tensor.Name] = graph.Place(tensor);

    private string Linear(string name, string x) => graph.Linear(x, Place(name + ".weight"), Place(name + ".bias"));

    private string Scaled(string x, string gamma) => graph.Multiply(x, Place(gamma));

    /// <summary>[B, rows, D] to [B · rows, D].</summary>
    private string Joined(string separate) => graph.Reshape(separate, -1, _model.Width);

    /// <summary>[B · rows, D] to [B, rows, D].</summary>
    private string Split(string stream, int? count = null) => graph.Reshape(stream, -1, count ?? rows!.Value, _model.Width);
}
