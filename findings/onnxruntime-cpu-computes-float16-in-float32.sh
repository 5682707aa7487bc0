#!/usr/bin/env bash
# Microsoft.ML.OnnxRuntime 1.31.1 (NuGet), CPU, x64
#
# Behaviour: on the CPU, operators without a float16 kernel are given float32 instead, and a Cast to float16 in front of them is
# dropped, also when the model asks for it and all optimisations are off. What such a part of the model computes was never
# rounded to float16 and does not overflow at 65,504.
#
# Seen (the graph is Cast to float16, the operators, Cast to float32; inputs 1.0001, 300.3 and 40000):
#   | Identity  ORT_DISABLE_ALL 1 300.25 40000
#   | Identity  ORT_ENABLE_ALL  1 300.25 40000
#   | Abs       ORT_DISABLE_ALL 1.0001 300.3 40000
#   | Abs       ORT_ENABLE_ALL  1.0001 300.3 40000
#   | h * h     ORT_DISABLE_ALL 1.0002 90180.09 1.6E+09
#   | h * h     ORT_ENABLE_ALL  1.0002 90180.09 1.6E+09
#   | h + h - h ORT_DISABLE_ALL 1.0001 300.3 40000
#   | h + h - h ORT_ENABLE_ALL  1.0001 300.3 40000
#
# Why it surprises: 300.3 is no float16 number; the nearest is 300.25, and Identity shows that. A Cast is part of the model's
# meaning, yet Abs answers 300.3, and a product of 1.6 thousand million leaves a float16 multiplication that can only give
# infinity. So a float16 model that overflows elsewhere can pass its tests on the CPU, and one that rounds on purpose may not round.
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

// float32 in, Cast to float16, one or two operators, Cast to float32, float32 out.
float[] inputs = [1.0001f, 300.3f, 40000];
Show("Identity", Onnx.Node("Identity", ["h"], "r"));
Show("Abs", Onnx.Node("Abs", ["h"], "r"));
Show("h * h", Onnx.Node("Mul", ["h", "h"], "r"));
Show("h + h - h", [.. Onnx.Node("Add", ["h", "h"], "twice"), .. Onnx.Node("Sub", ["twice", "h"], "r")]);

void Show(string title, byte[] middle)
{
    var model = Onnx.Model(
        Onnx.Node("Cast", ["x"], "h", Onnx.Integer("to", Onnx.Float16)),
        middle,
        Onnx.Node("Cast", ["r"], "y", Onnx.Integer("to", Onnx.Float)),
        Onnx.Input("x", Onnx.Float, inputs.Length),
        Onnx.Output("y", Onnx.Float, inputs.Length));
    foreach (var level in (GraphOptimizationLevel[])[GraphOptimizationLevel.ORT_DISABLE_ALL, GraphOptimizationLevel.ORT_ENABLE_ALL])
    {
        using var options = new SessionOptions { GraphOptimizationLevel = level };
        using var session = new InferenceSession(model, options);
        using var x = OrtValue.CreateTensorValueFromMemory(inputs, [inputs.Length]);
        using var results = session.Run(new RunOptions(), ["x"], [x], ["y"]);
        var y = results[0].GetTensorDataAsSpan<float>();
        Console.WriteLine(FormattableString.Invariant($"{title,-10}{level,-16}{y[0]:G7} {y[1]:G7} {y[2]:G7}"));
    }
}

/// <summary>The protocol buffers of a small ONNX model (operator set 21), written by hand.</summary>
static class Onnx
{
    public const int Float = 1, Float16 = 10;

    public static byte[] Model(params byte[][] parts)
        => [.. Number(1, 10), .. Bytes(7, [.. parts.SelectMany(part => part), .. Text(2, "graph")]), .. Bytes(8, Number(2, 21))];

    public static byte[] Node(string op, string[] inputs, string output, params byte[][] attributes)
        => Bytes(1, [.. inputs.SelectMany(name => Text(1, name)), .. Text(2, output), .. Text(4, op), .. attributes.SelectMany(bytes => bytes)]);

    public static byte[] Integer(string name, long value) => Bytes(5, [.. Text(1, name), .. Number(3, value), .. Number(20, 2)]);

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
