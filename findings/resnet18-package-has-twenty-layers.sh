#!/usr/bin/env bash
# Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1 (NuGet)
#
# Behaviour: the network in this package is no ResNet-18 as published (two blocks in each of four stages, 17 convolutions and a
# classifier): its last stage has a third block. Its preparation is another one too: blue, green, red, minus a mean for every pixel
# of the 224 x 224, no division. Every layer of stride 2 pads one more pixel on top and left than at the bottom and right.
#
# Seen (read from the package's two ONNX files; shortcuts of 1x1 not counted):
#   | convolutions 7x7 of 64 channels: 1
#   | convolutions 3x3 of 64 channels: 4
#   | convolutions 3x3 of 128 channels: 4
#   | convolutions 3x3 of 256 channels: 4
#   | convolutions 3x3 of 512 channels: 6
#   | convolutions in a row: 19, with the classifier 20 layers
#   | Conv 7x7, stride 2, 1 of them: padding top, left, bottom, right 3 3 2 2
#   | MaxPool 3x3, stride 2, 1 of them: padding top, left, bottom, right 1 1 0 0
#   | Conv 3x3, stride 2, 3 of them: padding top, left, bottom, right 1 1 0 0
#   | preparation: Split(OriginalInput)
#   | preparation: Concat(BInp, GInp, RInp)
#   | preparation: Sub(BGRInput, MeanImage)
#   | MeanImage: 1x3x224x224, from 95.3 to 129.5
#
# Why it surprises: the name promises the network of the paper, so its features are expected to compare with those of other
# ResNet-18 weights, layer by layer, after the usual scaling to 0..1 and division by three standard deviations. They do not, the
# table of layers of a ResNet-18 does not fit, and a mirrored image does not give mirrored features even where weights would.
#
# Exit code: 0 if the output is the one above, 1 if it changed, 2 if the packages could not be installed.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export TMPDIR="$dir" NUGET_PACKAGES="$dir/packages" DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

cat >"$dir/finding.csproj" <<'END'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <UseSharedCompilation>false</UseSharedCompilation>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.ML.DnnImageFeaturizer.ResNet18" Version="[0.23.1]" IncludeAssets="build" />
  </ItemGroup>
</Project>
END
cat >"$dir/Program.cs" <<'END'
using System.Runtime.InteropServices;
using System.Text;

var network = Graph("ResNet18Onnx/ResNet18.onnx");
var path = network.Nodes.Where(node => node.Op == "Conv" && node["kernel_shape"] != "1 1").ToList();
foreach (var stage in path.GroupBy(node => (Kernel: node["kernel_shape"], Channels: network.Weights[node.Inputs[1]].Shape[0])))
{
    Console.WriteLine($"convolutions {stage.Key.Kernel.Replace(' ', 'x')} of {stage.Key.Channels} channels: {stage.Count()}");
}
Console.WriteLine($"convolutions in a row: {path.Count}, with the classifier {path.Count + 1} layers");
var halving = network.Nodes.Where(node => node["strides"] == "2 2" && node["kernel_shape"] != "1 1");
foreach (var padded in halving.GroupBy(node => $"{node.Op} {node["kernel_shape"].Replace(' ', 'x')}"))
{
    var pads = string.Join(" / ", padded.Select(node => node["pads"]).Distinct());
    Console.WriteLine($"{padded.Key}, stride 2, {padded.Count()} of them: padding top, left, bottom, right {pads}");
}

var preparation = Graph("ResNetPrepOnnx/ResNetPreprocess.onnx");
foreach (var node in preparation.Nodes)
{
    Console.WriteLine($"preparation: {node.Op}({string.Join(", ", node.Inputs)})");
}
var (shape, values) = preparation.Weights["MeanImage"];
Console.WriteLine(FormattableString.Invariant($"MeanImage: {string.Join('x', shape)}, from {values.Min():F1} to {values.Max():F1}"));

static Graph Graph(string file)
{
    var model = Fields(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "DnnImageModels", file)));
    var fields = Fields(model.Single(field => field.Number == 7).Bytes).ToLookup(field => field.Number);
    var weights = fields[5].Select(field => Weights(field.Bytes)).ToDictionary(pair => pair.Name, pair => (pair.Shape, pair.Values));
    return new Graph([.. fields[1].Select(field => Node(field.Bytes))], weights);
}

static Node Node(ReadOnlyMemory<byte> bytes)
{
    var fields = Fields(bytes).ToLookup(field => field.Number);
    var attributes = fields[5].Select(field => Fields(field.Bytes).ToLookup(inner => inner.Number)).ToDictionary(
        inner => inner[1].Single().Text, inner => string.Join(' ', inner[8].SelectMany(list => list.Integers)));
    return new Node(fields[4].Single().Text, [.. fields[1].Select(input => input.Text)], attributes);
}

static (string Name, long[] Shape, float[] Values) Weights(ReadOnlyMemory<byte> bytes)
{
    var fields = Fields(bytes).ToLookup(field => field.Number);
    var data = fields[9].Concat(fields[4]).Select(field => MemoryMarshal.Cast<byte, float>(field.Bytes.Span).ToArray()).FirstOrDefault([]);
    return (fields[8].Single().Text, [.. fields[1].SelectMany(field => field.Integers)], data);
}

// The fields of a protocol buffer; ONNX uses its wire types 0 (numbers), 2 (bytes) and 5 (floats) alone.
static IEnumerable<Field> Fields(ReadOnlyMemory<byte> bytes)
{
    for (var at = 0; at < bytes.Length;)
    {
        var key = Field.Variable(bytes.Span, ref at);
        if ((key & 7) == 0)
        {
            yield return new Field(key >> 3, default, Field.Variable(bytes.Span, ref at));
            continue;
        }
        var length = (key & 7) == 5 ? 4 : (int)Field.Variable(bytes.Span, ref at);
        yield return new Field(key >> 3, bytes.Slice(at, length), 0);
        at += length;
    }
}

sealed record Graph(List<Node> Nodes, Dictionary<string, (long[] Shape, float[] Values)> Weights);

sealed record Node(string Op, string[] Inputs, Dictionary<string, string> Attributes)
{
    public string this[string attribute] => Attributes.GetValueOrDefault(attribute, "");
}

readonly record struct Field(long Number, ReadOnlyMemory<byte> Bytes, long Value)
{
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>A number by itself, or many in one field.</summary>
    public long[] Integers
    {
        get
        {
            var all = new List<long>();
            for (var at = 0; at < Bytes.Length;)
            {
                all.Add(Variable(Bytes.Span, ref at));
            }
            return Bytes.IsEmpty ? [Value] : [.. all];
        }
    }

    public static long Variable(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0L;
        for (var shift = 0; ; shift += 7)
        {
            value |= (long)(bytes[at] & 127) << shift;
            if (bytes[at++] < 128)
            {
                return value;
            }
        }
    }
}
END
dotnet build "$dir/finding.csproj" --output "$dir/built" --verbosity quiet >"$dir/build.log" 2>&1 || { cat "$dir/build.log"; exit 2; }
dotnet "$dir/built/finding.dll" | tee "$dir/seen"
diff <(sed -n 's/^#   | //p' "$0") "$dir/seen" && echo "Unchanged."
