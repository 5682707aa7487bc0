#!/usr/bin/env bash
# System.Numerics.Tensors 10.0.15 (NuGet)
#
# Behaviour: TensorPrimitives.LogP1 and ExpM1 give what Log(x + 1) and Exp(x) - 1 give: near zero the digits of x are rounded away
# in the sum, and below 1.1e-16 (in double) the result is 0.
#
# Seen:
#   | x = 1E-05: LogP1 9.99995E-06, Log(x + 1) 9.99995E-06, ExpM1 1.00001E-05, true log 9.99995E-06
#   | x = 1E-10: LogP1 1E-10, Log(x + 1) 1E-10, ExpM1 1E-10, true log 1E-10
#   | x = 1E-15: LogP1 1.11022E-15, Log(x + 1) 1.11022E-15, ExpM1 1.11022E-15, true log 1E-15
#   | x = 1E-16: LogP1 0, Log(x + 1) 0, ExpM1 0, true log 1E-16
#   | x = 1E-20: LogP1 0, Log(x + 1) 0, ExpM1 0, true log 1E-20
#
# Why it surprises: functions of this kind (log1p and expm1 in C, Python and JavaScript) exist for one purpose, to keep the digits
# of a small x. Whoever replaces Log(x + 1) by LogP1 in a loss or a likelihood to gain them gains nothing: at 1e-15 the result is
# wrong by 11 per cent.
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

double[] small = [1e-5, 1e-10, 1e-15, 1e-16, 1e-20];
var naive = new double[small.Length];
var logP1 = new double[small.Length];
var expM1 = new double[small.Length];
TensorPrimitives.Add(small, 1, naive);
TensorPrimitives.Log(naive, naive);
TensorPrimitives.LogP1(small, logP1);
TensorPrimitives.ExpM1(small, expM1);
foreach (var (i, x) in small.Index())
{
    var truth = x - (x * x / 2);
    Console.WriteLine(FormattableString.Invariant(
        $"x = {x}: LogP1 {logP1[i]:G6}, Log(x + 1) {naive[i]:G6}, ExpM1 {expM1[i]:G6}, true log {truth:G6}"));
}
END
dotnet build "$dir/finding.csproj" --output "$dir/built" --verbosity quiet >"$dir/build.log" 2>&1 || { cat "$dir/build.log"; exit 2; }
dotnet "$dir/built/finding.dll" | tee "$dir/seen"
diff <(sed -n 's/^#   | //p' "$0") "$dir/seen" && echo "Unchanged."
