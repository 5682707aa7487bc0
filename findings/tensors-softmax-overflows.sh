#!/usr/bin/env bash
# System.Numerics.Tensors 10.0.15 (NuGet)
#
# Behaviour: TensorPrimitives.SoftMax takes the exponential of its inputs as they are, without first subtracting the largest. In
# float, an input above 88.7 makes the result NaN, and so do inputs that are all below about -104.
#
# Seen (in every row the second input is 2 less than the first, so every row should be the same):
#   | SoftMax(20, 18) = 0.8807971, 0.11920292
#   | SoftMax(88, 86) = 0.8807971, 0.11920292
#   | SoftMax(89, 87) = NaN, 0
#   | SoftMax(100, 98) = NaN, NaN
#   | SoftMax(-110, -112) = NaN, NaN
#
# Why it surprises: softmax does not change when the same number is added to all inputs, and implementations for machine learning
# use that to stay finite. CLIP multiplies cosines by 100 before its softmax, so the trouble begins at a cosine of 0.89, which
# ordinary test data may never reach; and then one share may be NaN while its neighbour is a plausible 0.
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
    <PackageReference Include="System.Numerics.Tensors" Version="[10.0.15]" />
  </ItemGroup>
</Project>
END
cat >"$dir/Program.cs" <<'END'
using System.Numerics.Tensors;

// The shares depend on the difference of the inputs alone, which is always 2.
foreach (var largest in (float[])[20, 88, 89, 100, -110])
{
    float[] logits = [largest, largest - 2];
    var shares = new float[2];
    TensorPrimitives.SoftMax(logits, shares);
    Console.WriteLine(FormattableString.Invariant($"SoftMax({logits[0]}, {logits[1]}) = {shares[0]}, {shares[1]}"));
}
END
dotnet build "$dir/finding.csproj" --output "$dir/built" --verbosity quiet >"$dir/build.log" 2>&1 || { cat "$dir/build.log"; exit 2; }
dotnet "$dir/built/finding.dll" | tee "$dir/seen"
diff <(sed -n 's/^#   | //p' "$0") "$dir/seen" && echo "Unchanged."
