using AdClip.Vision.Graphs;

namespace AdClip.Vision.Weights;

/// <summary>Puts stored tensors into graphs.</summary>
internal static class GraphWeights
{
    /// <summary>Puts a tensor into the graph as float32 (8-bit integers as they are), in place in its file where its form allows.</summary>
    public static string Place(this GraphBuilder graph, StoredTensor tensor)
    {
        if (!tensor.IsContiguous || tensor.Type is not (ElementType.F32 or ElementType.F16 or ElementType.I8))
        {
            return graph.Constant(tensor.Name, tensor.ReadFloats(), [.. tensor.Shape]);
        }
        var type = tensor.Type switch
        {
            ElementType.F16 => OnnxType.Float16,
            ElementType.I8 => OnnxType.Int8,
            _ => OnnxType.Float32,
        };
        var value = graph.External(tensor.Name, type, tensor.Shape, Path.GetFileName(tensor.File), tensor.Offset, tensor.Count * tensor.Type.Bytes());
        return type == OnnxType.Float16 ? graph.ToFloat32(value) : value;
    }
}
