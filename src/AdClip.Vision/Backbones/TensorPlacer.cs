using AdClip.Vision.Clip;
using AdClip.Vision.Graphs;

namespace AdClip.Vision.Backbones;

/// <summary>Puts weights into a graph as float32, in place in their file where their form allows; each once, however often used.</summary>
/// <param name="graph">Takes the constants.</param>
internal sealed class TensorPlacer(GraphBuilder graph)
{
    private readonly Dictionary<string, string> _placed = [];

    /// <summary>The value of this tensor; its name must be the only one of its kind in the graph.</summary>
    public string Place(StoredTensor tensor)
    {
        if (_placed.TryGetValue(tensor.Name, out var known))
        {
            return known;
        }
        var isUsable = tensor.IsContiguous && (tensor.Type is ElementType.F32 or ElementType.F16);
        string value;
        if (!isUsable)
        {
            value = graph.Constant(tensor.Name, tensor.ReadFloats(), [.. tensor.Shape]);
        }
        else
        {
            var type = tensor.Type == ElementType.F16 ? OnnxType.Float16 : OnnxType.Float32;
            value = graph.External(tensor.Name, type, tensor.Shape, Path.GetFileName(tensor.File), tensor.Offset, tensor.Count * tensor.Type.Bytes());
            value = type == OnnxType.Float16 ? graph.ToFloat32(value) : value;
        }
        _placed[tensor.Name] = value;
        return value;
    }
}
