using AdClip.Vision.Backbones.ResNet18;
using AdClip.Vision.Graphs.Onnx;

namespace AdClip.ResNet18;

/// <summary>A convolution with its batch norm in it.</summary>
/// <param name="Layer">Which one.</param>
/// <param name="Weight">[O, I, K, K].</param>
/// <param name="Bias">[O].</param>
internal sealed record FoldedConvolution(ResNet18Layer Layer, float[] Weight, float[] Bias);

/// <summary>Takes the stem and stages 1 to 3 out of the package's network.</summary>
/// <remarks>
/// Every step is checked against what <see cref="ResNet18Graph"/> will do with the weights: windows, strides, padding, what is
/// added to what. A batch norm is w · γ / √(σ² + ε) and β - μ · γ / √(σ² + ε), reckoned in double precision and rounded once.
/// </remarks>
internal sealed class Folding
{
    /// <summary>Convolutions of the whole network, each with a batch norm.</summary>
    public const int Convolutions = 22;

    private readonly GraphProto _graph;
    private readonly Dictionary<string, TensorProto> _tensors;
    private readonly List<FoldedConvolution> _folded = [];

    private Folding(GraphProto graph)
    {
        _graph = graph;
        _tensors = graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>What the network calls the map at the end of a stage, from 1.</summary>
    public static string StageEnd(int stage) => stage switch
    {
        1 => "ReLU283_Output_0",
        2 => "ReLU315_Output_0",
        3 => "ReLU347_Output_0",
        4 => "ReLU393_Output_0",
        _ => throw new ArgumentOutOfRangeException(nameof(stage)),
    };

    /// <summary>The convolutions in the order of <see cref="ResNet18Weights.Layers"/>.</summary>
    /// <exception cref="InvalidDataException">The network is not as expected.</exception>
    public static IReadOnlyList<FoldedConvolution> Fold(ModelProto network)
    {
        var folding = new Folding(network.Graph);
        folding.Walk();
        return [.. ResNet18Weights.Layers.Select(layer => folding._folded.Single(folded => folded.Layer == layer))];
    }

    private void Walk()
    {
        foreach (var operation in (string[])["Conv", "BatchNormalization"])
        {
            Expect(_graph.Node.Count(node => node.OpType == operation) == Convolutions, $"{Convolutions} nodes {operation}");
        }
        var pool = Only("MaxPool", Only("Relu", Convolve(ResNet18Weights.Stem, _graph.Input.Single().Name)).Output[0]);
        ExpectWindow(pool, 3, 2);
        var x = pool.Output[0];
        for (var stage = 1; stage <= ResNet18Weights.Stages; stage++)
        {
            for (var block = 1; block <= ResNet18Weights.Blocks; block++)
            {
                var through = Only("Relu", Convolve(ResNet18Weights.First(stage, block), x)).Output[0];
                through = Convolve(ResNet18Weights.Second(stage, block), through);
                var around = ResNet18Weights.Shortcut(stage, block) is { } shortcut ? Convolve(shortcut, x) : x;
                var sum = Only("Add", through);
                Expect(sum.Input.Contains(around), $"{sum.Name} to add {around}");
                x = Only("Relu", sum.Output[0]).Output[0];
            }
            Expect(x == StageEnd(stage), $"stage {stage} to end with {StageEnd(stage)}");
        }
    }

    private string Convolve(ResNet18Layer layer, string input)
    {
        long[] shape = [layer.Outputs, layer.Inputs, layer.Kernel, layer.Kernel];
        var convolution = Only("Conv", input, node => _tensors[node.Input[1]].Dims.SequenceEqual(shape));
        ExpectWindow(convolution, layer.Kernel, layer.Stride);
        Expect(convolution.Input.Count == 2, $"{layer.Name} to have no bias of its own");
        var norm = Only("BatchNormalization", convolution.Output[0]);
        Expect(norm.Input.Count == 5, $"the batch norm of {layer.Name} to have four tensors");
        double epsilon = norm.Attribute.Single(attribute => attribute.Name == "epsilon").F;
        var (scale, shift, mean, variance) = (Values(norm.Input[1]), Values(norm.Input[2]), Values(norm.Input[3]), Values(norm.Input[4]));
        var (weight, bias) = (Values(convolution.Input[1]), new float[layer.Outputs]);
        var each = weight.Length / layer.Outputs;
        for (var o = 0; o < layer.Outputs; o++)
        {
            var factor = scale[o] / Math.Sqrt(variance[o] + epsilon);
            foreach (ref var value in weight.AsSpan(o * each, each))
            {
                value = (float)(value * factor);
            }
            bias[o] = (float)(shift[o] - (mean[o] * factor));
        }
        _folded.Add(new FoldedConvolution(layer, weight, bias));
        return norm.Output[0];
    }

    private NodeProto Only(string operation, string input, Func<NodeProto, bool>? which = null)
    {
        var found = _graph.Node.Where(node => node.OpType == operation && node.Input.Contains(input) && which?.Invoke(node) != false).ToList();
        Expect(found.Count == 1, $"one {operation} of {input}, but found {found.Count}");
        return found[0];
    }

    private static void ExpectWindow(NodeProto node, int kernel, int stride)
    {
        long[] Ints(string name) => [.. node.Attribute.Single(attribute => attribute.Name == name).Ints];
        var (before, after) = (ResNet18Layer.PaddingBefore(kernel, stride), ResNet18Layer.PaddingAfter(kernel, stride));
        Expect(Ints("kernel_shape").All(length => length == kernel), $"{node.Name} to have windows of {kernel}");
        Expect(Ints("strides").All(length => length == stride), $"{node.Name} to have stride {stride}");
        Expect(Ints("pads").SequenceEqual([before, before, after, after]), $"{node.Name} to be padded by {before} and {after}");
        Expect(
            node.Attribute.Where(attribute => attribute.Name == "dilations").SelectMany(attribute => attribute.Ints).All(step => step == 1)
                && node.Attribute.Where(attribute => attribute.Name == "group").All(attribute => attribute.I == 1),
            $"{node.Name} to be neither dilated nor grouped");
    }

    private float[] Values(string name) => [.. _tensors[name].FloatData];

    private static void Expect(bool isSo, string what)
    {
        if (!isSo)
        {
            throw new InvalidDataException($"The network of the package is another one: expected {what}.");
        }
    }
}
