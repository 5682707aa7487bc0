using System.Runtime.InteropServices;
using AdClip.Vision.Graphs.Onnx;
using Google.Protobuf;

namespace AdClip.Vision.Graphs;

/// <summary>Turns a float32 graph into one that holds weights and intermediate values as 16-bit floats.</summary>
/// <remarks>
/// Inputs and outputs stay float32. Weights that lie in the file as 16-bit floats are used as they are; others are converted
/// once when the session is made. Layer norms and the softmax of attention take 16-bit values but sum in 32 bits (ONNX
/// LayerNormalization's stash_type, and ONNX Runtime's attention kernels), so means and exponentials keep their precision; what
/// remains is the rounding of each intermediate value to 11 bits and its range of 65504, within which CLIP was trained.
/// Kernels that a device lacks in 16 bits are run in 32 bits by the runtime: correct on a CPU, but slower than float32.
/// </remarks>
internal static class HalfPrecision
{
    private const string Suffix = ".half";

    /// <summary>Converts the graph in place and returns it.</summary>
    public static ModelProto Convert(ModelProto model)
    {
        var graph = model.Graph;
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        var casts = new List<NodeProto>();
        foreach (var initializer in graph.Initializer.Where(initializer => initializer.DataType == (int)OnnxType.Float32))
        {
            if (initializer.DataLocation == TensorProto.Types.Location.External)
            {
                renamed[initializer.Name] = initializer.Name + Suffix;
                casts.Add(Cast(initializer.Name, initializer.Name + Suffix, OnnxType.Float16));
            }
            else
            {
                initializer.RawData = ByteString.CopyFrom(Halves(initializer.RawData.Span));
                initializer.DataType = (int)OnnxType.Float16;
            }
        }
        foreach (var input in graph.Input)
        {
            renamed[input.Name] = input.Name + Suffix;
            casts.Add(Cast(input.Name, input.Name + Suffix, OnnxType.Float16));
        }
        DropWidening(graph, renamed);
        var outputs = graph.Output.Select(output => output.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            for (var i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = renamed.GetValueOrDefault(node.Input[i], node.Input[i]);
            }
            for (var i = 0; i < node.Output.Count; i++)
            {
                node.Output[i] = outputs.Contains(node.Output[i]) ? node.Output[i] + Suffix : node.Output[i];
            }
        }
        foreach (var (at, cast) in casts.Index())
        {
            graph.Node.Insert(at, cast);
        }
        graph.Node.AddRange(outputs.Select(output => Cast(output + Suffix, output, OnnxType.Float32)));
        return model;
    }

    /// <summary>Takes out the casts by which 16-bit weights entered the float32 graph.</summary>
    private static void DropWidening(GraphProto graph, Dictionary<string, string> renamed)
    {
        var halves = graph.Initializer.Where(initializer => initializer.DataType == (int)OnnxType.Float16)
            .Select(initializer => initializer.Name)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var cast in graph.Node.Where(node => node.OpType == "Cast" && halves.Contains(node.Input[0])).ToList())
        {
            renamed[cast.Output[0]] = cast.Input[0];
            graph.Node.Remove(cast);
        }
    }

    private static NodeProto Cast(string from, string to, OnnxType type)
    {
        var node = new NodeProto { OpType = "Cast", Name = to + ".cast" };
        node.Input.Add(from);
        node.Output.Add(to);
        node.Attribute.Add(new AttributeProto { Name = "to", Type = AttributeProto.Types.Kind.Int, I = (long)type });
        return node;
    }

    private static byte[] Halves(ReadOnlySpan<byte> floats)
    {
        var values = MemoryMarshal.Cast<byte, float>(floats);
        var halves = new Half[values.Length];
        System.Numerics.Tensors.TensorPrimitives.ConvertToHalf(values, halves);
        return MemoryMarshal.AsBytes(halves.AsSpan()).ToArray();
    }
}
