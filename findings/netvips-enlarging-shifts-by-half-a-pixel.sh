#!/usr/bin/env bash
# NetVips 3.2.0 with NetVips.Native.linux-x64 8.18.7 (NuGet)
#
# Behaviour: Resize to a larger size with an interpolating kernel lays the picture half an output pixel too far to the right
# (and down), so that enlarging a mirrored picture does not give the mirrored enlarged picture. Reducing is symmetric.
#
# Seen (a row of four samples, 0 0 100 100, then stripes of 25 pixels):
#   | edge x2            0 0 0 0 50 100 100 100
#   | mirrored, x2, back 0 0 0 50 100 100 100 100
#   | edge x4            0 0 0 0 0 0 0 25 50 75 100 100 100 100 100 100
#   | stripes x0.5: at most 0 levels from the mirrored picture
#   | stripes x0.75: at most 0 levels from the mirrored picture
#   | stripes x2: at most 100 levels from the mirrored picture
#   | stripes x4: at most 50 levels from the mirrored picture
#   | stripes x10: at most 20 levels from the mirrored picture
#
# Why it surprises: where pixel centres are mapped to pixel centres, the edge is 0 0 0 25 75 100 100 100 at twice the size, the
# same read from either side. Here its middle is on pixel 4 instead of between pixels 3 and 4, but only when enlarging. A heatmap
# or a picture enlarged this way no longer lies exactly over what another library enlarged, by up to half the contrast at edges.
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
    <PackageReference Include="NetVips" Version="[3.2.0]" />
    <PackageReference Include="NetVips.Native.linux-x64" Version="[8.18.7]" />
  </ItemGroup>
</Project>
END
cat >"$dir/Program.cs" <<'END'
using NetVips;

var edge = Row([0, 0, 100, 100]);
Console.WriteLine($"edge x2            {Text(Wider(edge, 2))}");
Console.WriteLine($"mirrored, x2, back {Text(Wider(edge.FlipHor(), 2).FlipHor())}");
Console.WriteLine($"edge x4            {Text(Wider(edge, 4))}");

var stripes = Row([.. Enumerable.Range(0, 400).Select(x => (byte)(x % 50 < 25 ? 0 : 200))]);
foreach (var scale in (double[])[0.5, 0.75, 2, 4, 10])
{
    using var difference = (Wider(stripes, scale) - Wider(stripes.FlipHor(), scale).FlipHor()).Abs();
    Console.WriteLine(FormattableString.Invariant($"stripes x{scale}: at most {difference.Max()} levels from the mirrored picture"));
}

static Image Row(byte[] samples) => Image.NewFromMemory(samples, samples.Length, 1, 1, Enums.BandFormat.Uchar);

static Image Wider(Image picture, double scale) => picture.Resize(scale, vscale: 1, kernel: Enums.Kernel.Linear);

static string Text(Image row) => string.Join(' ', row.WriteToMemory<byte>());
END
dotnet build "$dir/finding.csproj" --output "$dir/built" --verbosity quiet >"$dir/build.log" 2>&1 || { cat "$dir/build.log"; exit 2; }
dotnet "$dir/built/finding.dll" | tee "$dir/seen"
diff <(sed -n 's/^#   | //p' "$0") "$dir/seen" && echo "Unchanged."
