using System.Security.Cryptography;
using AdClip.Vision.Graphs.Onnx;

namespace AdClip.ResNet18;

/// <summary>The NuGet package that the weights come from, as NuGet puts it into its folder.</summary>
/// <param name="folder">The unpacked package.</param>
internal sealed class ResNet18Package(string folder)
{
    public const string Id = "Microsoft.ML.DnnImageFeaturizer.ResNet18";
    public const string Version = "0.23.1";

    /// <summary>The network within the package.</summary>
    public const string NetworkFile = "tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx";

    /// <summary>The subtraction of the mean picture within the package; the network has none.</summary>
    public const string PreparationFile = "tools/DnnImageModels/ResNetPrepOnnx/ResNetPreprocess.onnx";

    private const string NetworkSha256 = "e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f";

    /// <summary>Where NuGet unpacks it on this machine.</summary>
    public static string DefaultFolder { get; } = Path.Combine(
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } packages
            ? packages
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
        Id.ToLowerInvariant(),
        Version);

    public string LicenceFile { get; } = Path.Combine(folder, "LICENSE");

    /// <summary>The package; null where it is not on this machine.</summary>
    public static ResNet18Package? Find(string? folder = null)
        => File.Exists(Path.Combine(folder ?? DefaultFolder, NetworkFile)) ? new ResNet18Package(folder ?? DefaultFolder) : null;

    /// <summary>The whole network.</summary>
    /// <exception cref="InvalidDataException">The file is another one.</exception>
    public ModelProto ReadNetwork()
    {
        var bytes = File.ReadAllBytes(Path.Combine(folder, NetworkFile));
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return sha256 == NetworkSha256
            ? ModelProto.Parser.ParseFrom(bytes)
            : throw new InvalidDataException($"{NetworkFile} has SHA-256 {sha256} instead of {NetworkSha256}; take version {Version} of {Id}.");
    }

    /// <summary>What is subtracted from blue, green and red at each place: [3, 224, 224].</summary>
    public float[] ReadMeanImage()
        => [.. ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, PreparationFile))).Graph.Initializer.Single().FloatData];

    /// <summary>A network up to some of its values, for pictures of another size.</summary>
    /// <param name="network">The whole; it has one input.</param>
    /// <param name="outputs">The values that it is to give.</param>
    /// <param name="input">Lengths of the input's axes; a negative one is free.</param>
    public static ModelProto Cut(ModelProto network, string[] outputs, params long[] input)
    {
        var graph = new GraphProto { Name = "cut" };
        var wanted = outputs.ToHashSet(StringComparer.Ordinal);
        foreach (var node in network.Graph.Node.Reverse().Where(node => node.Output.Any(wanted.Contains)))
        {
            wanted.UnionWith(node.Input);
            graph.Node.Insert(0, node.Clone());
        }
        graph.Initializer.AddRange(network.Graph.Initializer.Where(tensor => wanted.Contains(tensor.Name)));
        graph.Input.Add(Declare(network.Graph.Input.Single().Name, input));
        graph.Output.AddRange(outputs.Select(output => Declare(output, [])));
        var model = new ModelProto { IrVersion = network.IrVersion, ProducerName = network.ProducerName, Graph = graph };
        model.OpsetImport.AddRange(network.OpsetImport);
        return model;
    }

    private static ValueInfoProto Declare(string name, long[] shape)
    {
        var type = new TypeProto.Types.Tensor { ElemType = 1 };
        if (shape.Length > 0)
        {
            type.Shape = new TensorShapeProto();
            type.Shape.Dim.AddRange(shape.Select((length, axis) => length < 0
                ? new TensorShapeProto.Types.Dimension { DimParam = $"{name}.{axis}" }
                : new TensorShapeProto.Types.Dimension { DimValue = length }));
        }
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = type } };
    }
}
