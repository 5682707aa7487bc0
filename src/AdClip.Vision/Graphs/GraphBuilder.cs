using System.Globalization;
using System.Runtime.InteropServices;
using AdClip.Vision.Graphs.Onnx;
using Google.Protobuf;

namespace AdClip.Vision.Graphs;

/// <summary>ONNX numbers for element types.</summary>
internal enum OnnxType
{
    Float32 = 1,
    Int8 = 3,
    Int64 = 7,
    Float16 = 10,
}

/// <summary>Adds nodes and constants to an ONNX graph; every value is named by the string that its maker returns.</summary>
/// <remarks>Large weights stay in their file: <see cref="External"/> only notes file, offset and length.</remarks>
internal sealed class GraphBuilder
{
    /// <summary>The domain of ONNX Runtime's own operators.</summary>
    private const string Contrib = "com.microsoft";

    private readonly GraphProto _graph = new() { Name = "adclip" };
    private int _made;

    /// <summary>Declares a float32 input; an axis of negative length is free.</summary>
    public string Input(string name, params long[] shape)
    {
        _graph.Input.Add(Declare(name, shape));
        return name;
    }

    /// <summary>Declares a value, made by now, as an output.</summary>
    public void Output(string value) => _graph.Output.Add(Declare(value, []));

    /// <summary>A small float32 constant inside the graph.</summary>
    public string Constant(string name, ReadOnlySpan<float> values, params long[] shape)
        => Initializer(name, OnnxType.Float32, shape, MemoryMarshal.AsBytes(values));

    /// <summary>A constant list of integers, as axes and shapes are given to operators.</summary>
    public string Integers(params long[] values)
        => Initializer(NextName("integers"), OnnxType.Int64, [values.Length], MemoryMarshal.AsBytes<long>(values));

    /// <summary>A constant that stays in a file of the session's weight folder.</summary>
    public string External(string name, OnnxType type, IReadOnlyList<long> shape, string fileName, long offset, long bytes)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, DataLocation = TensorProto.Types.Location.External };
        tensor.Dims.AddRange(shape);
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = fileName });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset.ToString(CultureInfo.InvariantCulture) });
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = bytes.ToString(CultureInfo.InvariantCulture) });
        _graph.Initializer.Add(tensor);
        return name;
    }

    /// <summary>The nearest binary16 numbers, as float32.</summary>
    public string RoundToHalf(string value) => ToFloat32(Node("Cast", [value], ("to", (long)OnnxType.Float16)));

    public string ToFloat32(string value) => Node("Cast", [value], ("to", (long)OnnxType.Float32));

    public string Add(string a, string b) => Node("Add", [a, b]);

    public string MatMul(string a, string b) => Node("MatMul", [a, b]);

    /// <summary>x Wᵀ + b for x [N, I], W [O, I], b [O].</summary>
    public string Linear(string x, string weight, string bias) => Node("Gemm", [x, weight, bias], ("transB", 1L));

    /// <summary>x W + b with W as 8-bit integers; x is rounded to 256 levels between its least and largest value.</summary>
    /// <param name="x">[N, I].</param>
    /// <param name="weight">[I, O] in int8.</param>
    /// <param name="scale">[O]: what one step of a column of W is worth.</param>
    /// <param name="bias">[O].</param>
    public string EightBitLinear(string x, string weight, string scale, string bias)
        => Contribution("DynamicQuantizeMatMul", [x, weight, scale, "", bias]);

    public string LayerNorm(string x, string weight, string bias, float epsilon)
        => Node("LayerNormalization", [x, weight, bias], ("axis", -1L), ("epsilon", epsilon));

    /// <summary>Layer normalisation with the mean and the inverse standard deviation of each row: [..., D], [..., 1], [..., 1].</summary>
    public (string Normed, string Mean, string InverseDeviation) LayerNormWithStatistics(string x, string weight, string bias, float epsilon)
    {
        var name = NextName("LayerNormalization");
        string[] outputs = [name, name + ".mean", name + ".inverse"];
        AddNode("LayerNormalization", "", [x, weight, bias], outputs, ("axis", -1L), ("epsilon", epsilon));
        return (outputs[0], outputs[1], outputs[2]);
    }

    /// <summary>The slope in <see cref="QuickGelu"/>.</summary>
    public const float QuickGeluAlpha = 1.702f;

    /// <summary>v · sigmoid(1.702 v).</summary>
    public string QuickGelu(string x) => Contribution("QuickGelu", [x], ("alpha", QuickGeluAlpha));

    /// <summary>v · sigmoid(v).</summary>
    public string SiLU(string x) => Contribution("QuickGelu", [x], ("alpha", 1f));

    public string Multiply(string a, string b) => Node("Mul", [a, b]);

    public string Subtract(string a, string b) => Node("Sub", [a, b]);

    public string Sigmoid(string x) => Node("Sigmoid", [x]);

    public string Softmax(string x) => Node("Softmax", [x], ("axis", -1L));

    /// <summary>The sum over the last axis, which is kept with length 1.</summary>
    public string SumLast(string x) => Node("ReduceSum", [x, Integers(-1)], ("keepdims", 1L));

    /// <summary>The mean over the last axis, which is kept with length 1.</summary>
    public string MeanLast(string x) => Node("ReduceMean", [x, Integers(-1)], ("keepdims", 1L));

    /// <summary>A constant number.</summary>
    public string Scalar(float value) => Constant(NextName("scalar"), [value]);

    /// <summary>a b for matrices, either transposed.</summary>
    public string Gemm(string a, string b, bool transposeB, bool transposeA = false)
        => Node("Gemm", [a, b], ("transA", transposeA ? 1L : 0L), ("transB", transposeB ? 1L : 0L));

    /// <summary>The sum over the first axis, which goes.</summary>
    public string SumFirst(string x) => Node("ReduceSum", [x, Integers(0)], ("keepdims", 0L));

    /// <summary>The sum of all elements.</summary>
    public string SumAll(string x) => Node("ReduceSum", [x], ("keepdims", 0L));

    /// <summary>One over the square root.</summary>
    public string InverseRoot(string x) => Node("Reciprocal", [Node("Sqrt", [x])]);

    public string Divide(string a, string b) => Node("Div", [a, b]);

    /// <summary>ln(1 + eˣ).</summary>
    public string SoftPlus(string x) => Node("Softplus", [x]);

    /// <summary>Where the largest of the last axis is, as integers; the axis goes.</summary>
    public string ArgMaxLast(string x) => Node("ArgMax", [x], ("axis", -1L), ("keepdims", 0L));

    /// <summary>Rows of a matrix [N, D] by integers [M, 1]: [M, D].</summary>
    public string GatherRows(string x, string rows) => Node("GatherND", [x, rows]);

    /// <summary>A matrix [N, D] in which row rows[i] is the sum of those rows of <paramref name="values"/> [M, D], rows [M, 1].</summary>
    public string SumAtRows(string rows, string values, long count, long width)
        => Node("ScatterND", [Zeros(count, width), rows, values], ("reduction", "add"));

    /// <summary>The largest of each row of x [B, N], and where they are, as integers: [B, count] both.</summary>
    public (string Values, string Places) Largest(string x, long count)
    {
        var name = NextName("TopK");
        string[] outputs = [name, name + ".places"];
        AddNode("TopK", "", [x, Integers(count)], outputs, ("axis", -1L));
        return (outputs[0], outputs[1]);
    }

    /// <summary>Zeros [B, N] with the values [B, K] at these places of each row.</summary>
    public string PutAt(string places, string values, long items, long length)
        => Node("ScatterElements", [Zeros(items, length), places, values], ("axis", 1L));

    /// <summary>The same values repeated along axes of length 1.</summary>
    public string Expand(string x, params long[] shape) => Node("Expand", [x, Integers(shape)]);

    /// <summary>A name that nothing has yet.</summary>
    public string FreshName(string kind) => NextName(kind);

    private string Zeros(long rows, long columns) => Node("ConstantOfShape", [Integers(rows, columns)]);

    /// <summary>scale · a b over the last two axes, either transposed.</summary>
    public string ScaledMatMul(string a, string b, float scale, bool transposeA = false, bool transposeB = false)
        => Contribution("FusedMatMul", [a, b], ("alpha", scale), ("transA", transposeA ? 1L : 0L), ("transB", transposeB ? 1L : 0L));

    /// <summary>v · Φ(v), by the error function.</summary>
    public string Gelu(string x) => Contribution("Gelu", [x]);

    public string ErrorFunction(string x) => Node("Erf", [x]);

    public string Exponential(string x) => Node("Exp", [x]);

    /// <summary>Of base e.</summary>
    public string Logarithm(string x) => Node("Log", [x]);

    /// <summary>Softmax attention over q [Nq, D], k and v [N, D], scaled by one over the root of the head's width: [Nq, D].</summary>
    public string Attention(string q, string k, string v, int heads, bool causal = false)
    {
        var axis = Integers(0);
        string Batched(string x) => Node("Unsqueeze", [x, axis]);
        var batchedV = Batched(v);
        var attended = Contribution(
            "MultiHeadAttention", [Batched(q), k == v ? batchedV : Batched(k), batchedV], ("num_heads", (long)heads), ("unidirectional", causal ? 1L : 0L));
        return Node("Squeeze", [attended, axis]);
    }

    /// <summary>The same for several sequences at once: q [B, Nq, D], k and v [B, N, D] give [B, Nq, D].</summary>
    public string AttentionOfSequences(string q, string k, string v, int heads)
        => Contribution("MultiHeadAttention", [q, k, v], ("num_heads", (long)heads), ("unidirectional", 0L));

    public string Convolution(string x, string weight, int stride)
        => Node("Conv", [x, weight], ("kernel_shape", new long[] { stride, stride }), ("strides", new long[] { stride, stride }));

    /// <summary>Convolution of x [B, I, H, W] by W [O, I, K, K] with zeros around x, plus b [O].</summary>
    /// <param name="kernel">K.</param>
    /// <param name="stride">Pixels between neighbours of the result.</param>
    /// <param name="before">Zeros above and to the left.</param>
    /// <param name="after">Zeros below and to the right.</param>
    public string PaddedConvolution(string x, string weight, string bias, long kernel, long stride, long before, long after)
        => Node("Conv", [x, weight, bias], Window(kernel, stride, before, after));

    /// <summary>The largest of each window of x [B, C, H, W]; what is around x never is.</summary>
    public string MaxPool(string x, long kernel, long stride, long before, long after) => Node("MaxPool", [x], Window(kernel, stride, before, after));

    /// <summary>The mean of each window of x [B, C, H, W], over the places that lie in x.</summary>
    public string MeanPool(string x, long kernel, long stride, long around)
        => Node("AveragePool", [x], [.. Window(kernel, stride, around, around), ("count_include_pad", 0L)]);

    /// <summary>The larger of x and 0.</summary>
    public string Relu(string x) => Node("Relu", [x]);

    /// <summary>x [B, C, ...] divided by its Euclidean length along C, or by <paramref name="least"/> where that is larger.</summary>
    public string UnitChannels(string x, float least)
        => Divide(x, Node("Max", [Node("ReduceL2", [x, Integers(1)], ("keepdims", 1L)), Scalar(least)]));

    public string Reshape(string x, params long[] shape) => Node("Reshape", [x, Integers(shape)]);

    public string Transpose(string x) => Node("Transpose", [x], ("perm", new long[] { 1, 0 }));

    /// <summary>[B, M, N] to [B, N, M].</summary>
    public string TransposeEach(string x) => Node("Transpose", [x], ("perm", new long[] { 0, 2, 1 }));

    /// <summary>Axis i of the result is axis <paramref name="order"/>[i] of x.</summary>
    public string Permute(string x, long[] order) => Node("Transpose", [x], ("perm", order));

    /// <summary>Equal parts along an axis.</summary>
    public string[] Split(string x, int parts, long axis)
    {
        var name = NextName("Split");
        string[] outputs = [.. Enumerable.Range(0, parts).Select(part => $"{name}.{part}")];
        AddNode("Split", "", [x], outputs, ("axis", axis), ("num_outputs", (long)parts));
        return outputs;
    }

    /// <summary>Zero rows above and below a matrix.</summary>
    public string PadRows(string x, long above, long below) => Node("Pad", [x, Integers(above, 0, below, 0)]);

    /// <summary>Zeros before and after a list.</summary>
    public string PadEnds(string x, long before, long after) => Node("Pad", [x, Integers(before, after)]);

    /// <summary>Joins along the second axis: matrices side by side, sequences of several items one after the other.</summary>
    public string ConcatColumns(params string[] columns) => Node("Concat", columns, ("axis", 1L));

    /// <summary>Joins along the last axis.</summary>
    public string ConcatLast(params string[] parts) => Node("Concat", parts, ("axis", -1L));

    /// <summary>Joins along the first axis.</summary>
    public string Concat(params string[] rows) => Node("Concat", rows, ("axis", 0L));

    /// <summary>Puts <paramref name="row"/> [1, D] before the rows of every item of <paramref name="x"/> [B, N, D]: [B, 1 + N, D].</summary>
    public string PrependEach(string row, string x, int width) => ConcatColumns(RepeatFor(x, row, 1, width), x);

    /// <summary>The same <paramref name="rows"/> [M, D] for every item of <paramref name="x"/> [B, N, D]: [B, M, D].</summary>
    public string RepeatFor(string x, string rows, int count, int width)
    {
        var items = Node("Shape", [x], ("start", 0L), ("end", 1L));
        return Node("Expand", [rows, Node("Concat", [items, Integers(count, width)], ("axis", 0L))]);
    }

    /// <summary>Rows or columns from <paramref name="start"/> up to <paramref name="end"/>; negative positions count from the end.</summary>
    public string Slice(string x, long start, long end, long axis = 0)
        => Node("Slice", [x, Integers(start), Integers(end), Integers(axis)]);

    /// <summary>Gives a value a name of the caller's choice.</summary>
    public string Named(string name, string x)
    {
        AddNode("Identity", "", [x], [name]);
        return name;
    }

    public ModelProto Build() => Model(_graph);

    /// <summary>Nodes made so far; where <see cref="BuildTwo"/> can cut.</summary>
    public int NodeCount => _graph.Node.Count;

    /// <summary>Cuts the graph into two models: the second starts from what the first one keeps for it.</summary>
    /// <param name="cut">Nodes of the first model.</param>
    /// <returns>Both models, and the names of the values that the first gives as outputs for the second.</returns>
    /// <remarks>Declared inputs and outputs go to the part that uses or makes them; nodes over constants alone go to both.</remarks>
    public (ModelProto First, ModelProto Second, string[] Kept) BuildTwo(int cut)
    {
        var first = new GraphProto { Name = _graph.Name + ".first" };
        var second = new GraphProto { Name = _graph.Name + ".second" };
        var constants = _graph.Initializer.Select(tensor => tensor.Name).ToHashSet();
        var made = new HashSet<string>();
        var kept = new List<string>();
        var constantNodes = new List<NodeProto>();
        foreach (var node in _graph.Node.Take(cut))
        {
            first.Node.Add(node);
            if (node.Input.All(constants.Contains))
            {
                constants.UnionWith(node.Output);
                constantNodes.Add(node);
            }
            else
            {
                made.UnionWith(node.Output);
            }
        }
        var after = _graph.Node.Skip(cut).ToList();
        var wanted = after.SelectMany(node => node.Input).ToHashSet();
        second.Node.AddRange(constantNodes.Where(node => node.Output.Any(wanted.Contains)));
        second.Node.AddRange(after);
        kept.AddRange(wanted.Where(made.Contains).Order(StringComparer.Ordinal));
        foreach (var value in kept)
        {
            first.Output.Add(Declare(value, []));
            second.Input.Add(Declare(value, []));
        }
        foreach (var part in (GraphProto[])[first, second])
        {
            var read = part.Node.SelectMany(node => node.Input).ToHashSet();
            var written = part.Node.SelectMany(node => node.Output).ToHashSet();
            part.Initializer.AddRange(_graph.Initializer.Where(tensor => read.Contains(tensor.Name)));
            part.Input.AddRange(_graph.Input.Where(input => read.Contains(input.Name)));
            part.Output.AddRange(_graph.Output.Where(output => written.Contains(output.Name)));
        }
        return (Model(first), Model(second), [.. kept]);
    }

    private static ModelProto Model(GraphProto graph)
    {
        var model = new ModelProto { IrVersion = 10, ProducerName = "adclip", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 21 });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = Contrib, Version = 1 });
        return model;
    }

    private string Node(string operation, string[] inputs, params (string Name, object Value)[] attributes)
        => AddNode(operation, "", inputs, [NextName(operation)], attributes);

    private string Contribution(string operation, string[] inputs, params (string Name, object Value)[] attributes)
        => AddNode(operation, Contrib, inputs, [NextName(operation)], attributes);

    private string AddNode(string operation, string domain, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { OpType = operation, Domain = domain, Name = outputs[0] };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        foreach (var (name, value) in attributes)
        {
            var attribute = new AttributeProto { Name = name };
            switch (value)
            {
                case float number:
                    (attribute.Type, attribute.F) = (AttributeProto.Types.Kind.Float, number);
                    break;
                case string text:
                    (attribute.Type, attribute.S) = (AttributeProto.Types.Kind.String, ByteString.CopyFromUtf8(text));
                    break;
                case long number:
                    (attribute.Type, attribute.I) = (AttributeProto.Types.Kind.Int, number);
                    break;
                case long[] numbers:
                    attribute.Type = AttributeProto.Types.Kind.Ints;
                    attribute.Ints.AddRange(numbers);
                    break;
                default:
                    throw new ArgumentException($"{operation}.{name} is a {value.GetType().Name}.", nameof(attributes));
            }
            node.Attribute.Add(attribute);
        }
        _graph.Node.Add(node);
        return outputs[0];
    }

    private string Initializer(string name, OnnxType type, IReadOnlyList<long> shape, ReadOnlySpan<byte> bytes)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.AddRange(shape);
        _graph.Initializer.Add(tensor);
        return name;
    }

    private static (string Name, object Value)[] Window(long kernel, long stride, long before, long after) =>
    [
        ("kernel_shape", new long[] { kernel, kernel }),
        ("strides", new long[] { stride, stride }),
        ("pads", new long[] { before, before, after, after }),
    ];

    private string NextName(string operation) => $"{operation}_{_made++}";

    private static ValueInfoProto Declare(string name, long[] shape)
    {
        var type = new TypeProto.Types.Tensor { ElemType = (int)OnnxType.Float32 };
        if (shape.Length > 0)
        {
            type.Shape = new TensorShapeProto();
            for (var axis = 0; axis < shape.Length; axis++)
            {
                type.Shape.Dim.Add(shape[axis] < 0
                    ? new TensorShapeProto.Types.Dimension { DimParam = $"{name}.{axis}" }
                    : new TensorShapeProto.Types.Dimension { DimValue = shape[axis] });
            }
        }
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = type } };
    }
}
