#!/usr/bin/env bash
# Microsoft.ML.OnnxRuntime 1.31.1 (NuGet), CPU, x64
#
# Behaviour: ReduceMax, ReduceMin and GlobalMaxPool drop most NaN among their inputs and give the largest (smallest) of the
# others. Whether a NaN comes through depends on where it stands. ReduceMean always gives NaN.
#
# Seen (on the processor used, 2, 2 and 1 of the 64 places gave NaN in the last three rows):
#   | ReduceMax(NaN, 1) = NaN, ReduceMax(1, NaN) = 1
#   | ReduceMean of 8 x 8: NaN at 31 gives NaN; NaN at each of the 64 places gives NaN always
#   | ReduceMax of 8 x 8: NaN at 31 gives 63; NaN at each of the 64 places gives NaN not always
#   | ReduceMin of 8 x 8: NaN at 31 gives 0; NaN at each of the 64 places gives NaN not always
#   | GlobalMaxPool of 8 x 8: NaN at 31 gives 63; NaN at each of the 64 places gives NaN not always
#
# Why it surprises: the maximum of an array with a NaN is NaN in NumPy and PyTorch, wherever it stands, so that broken numbers
# are noticed. Here the maximum of a map, the usual score of an image, looks sound although the map is not, and the same NaN one
# place further may turn up after all.
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
    <PackageReference Include="Microsoft.ML.OnnxRuntime" Version="[1.31.1]" />
    <PackageReference Include="System.Numerics.Tensors" Version="[10.0.15]" />
  </ItemGroup>
</Project>
END
cat >"$dir/Program.cs" <<'END'
using Microsoft.ML.OnnxRuntime;

Console.WriteLine($"ReduceMax(NaN, 1) = {Run("ReduceMax", [float.NaN, 1])}, ReduceMax(1, NaN) = {Run("ReduceMax", [1, float.NaN])}");
foreach (var op in (string[])["ReduceMean", "ReduceMax", "ReduceMin", "GlobalMaxPool"])
{
    var through = Enumerable.Range(0, 64).Count(place => float.IsNaN(Run(op, Map(place))));
    Console.WriteLine($"{op} of 8 x 8: NaN at 31 gives {Run(op, Map(31))}; NaN at each of the 64 places gives NaN {(through == 64 ? "always" : "not always")}");
    Console.Error.WriteLine($"({op}: {through} of 64)");
}

static float[] Map(int place) => [.. Enumerable.Range(0, 64).Select(i => i == place ? float.NaN : i)];

static float Run(string op, float[] values)
{
    long[] shape = values.Length == 64 ? [1, 1, 8, 8] : [1, 1, 1, values.Length];
    var model = Onnx.Model(Onnx.Node(op, ["x"], "y"), Onnx.Input("x", Onnx.Float, shape), Onnx.Output("y", Onnx.Float, 1, 1, 1, 1));
    using var session = new InferenceSession(model);
    using var x = OrtValue.CreateTensorValueFromMemory(values, shape);
    using var results = session.Run(new RunOptions(), ["x"], [x], ["y"]);
    return results[0].GetTensorDataAsSpan<float>()[0];
}

/// <summary>The protocol buffers of a small ONNX model (operator set 21), written by hand.</summary>
static class Onnx
{
    public const int Float = 1;

    public static byte[] Model(params byte[][] parts)
        => [.. Number(1, 10), .. Bytes(7, [.. parts.SelectMany(part => part), .. Text(2, "graph")]), .. Bytes(8, Number(2, 21))];

    public static byte[] Node(string op, string[] inputs, string output)
        => Bytes(1, [.. inputs.SelectMany(name => Text(1, name)), .. Text(2, output), .. Text(4, op)]);

    public static byte[] Input(string name, int type, params long[] shape) => Bytes(11, Slot(name, type, shape));

    public static byte[] Output(string name, int type, params long[] shape) => Bytes(12, Slot(name, type, shape));

    private static byte[] Slot(string name, int type, long[] shape)
        => [.. Text(1, name), .. Bytes(2, Bytes(1, [.. Number(1, type), .. Bytes(2, [.. shape.SelectMany(length => Bytes(1, Number(1, length)))])]))];

    private static byte[] Text(int field, string value) => Bytes(field, System.Text.Encoding.UTF8.GetBytes(value));

    private static byte[] Bytes(int field, byte[] value) => [.. Variable((ulong)((field << 3) | 2)), .. Variable((ulong)value.Length), .. value];

    private static byte[] Number(int field, long value) => [.. Variable((ulong)(field << 3)), .. Variable((ulong)value)];

    private static IEnumerable<byte> Variable(ulong value)
    {
        for (; value > 127; value >>= 7)
        {
            yield return (byte)(value | 128);
        }
        yield return (byte)value;
    }
}
END
dotnet build "$dir/finding.csproj" --output "$dir/built" --verbosity quiet >"$dir/build.log" 2>&1 || { cat "$dir/build.log"; exit 2; }
ORT_DISABLE_TELEMETRY=1 dotnet "$dir/built/finding.dll" | tee "$dir/seen"
diff <(sed -n 's/^#   | //p' "$0") "$dir/seen" && echo "Unchanged."
