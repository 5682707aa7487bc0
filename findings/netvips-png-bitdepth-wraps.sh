#!/usr/bin/env bash
# NetVips 3.2.0 with NetVips.Native.linux-x64 8.18.7 (NuGet)
#
# Behaviour: saving an 8-bit grey picture as PNG with bitdepth 2 or 4 keeps the LOWEST bits of every sample, so brightness
# wraps: 16 becomes black, 15 becomes white. With bitdepth 1 the rule is another one: everything but 0 becomes white. TIFF,
# saved by the same library with an option of the same name, keeps the HIGHEST bits.
#
# Seen (samples as they are read back, scaled to 0..255 by the loader):
#   | saved        0   1   2   3  15  16 127 128 200 255
#   | PNG  1 bit   0 255 255 255 255 255 255 255 255 255
#   | PNG  2 bit   0  85 170 255 255   0 255   0   0 255
#   | PNG  4 bit   0  17  34  51 255   0 255   0 136 255
#   | TIFF 1 bit   0   0   0   0   0   0   0 255 255 255
#   | TIFF 2 bit   0   0   0   0   0   0  85 170 255 255
#   | TIFF 4 bit   0   0   0   0   0  17 119 136 204 255
#
# Why it surprises: fewer bits are expected to mean coarser grey levels, as in the TIFF rows. The PNG rows treat samples as
# numbers of 2 or 4 bits that were small already, without a word when they were not: a mask of 0 and 128 comes back empty
# at 2 and 4 bits, full at 1 bit.
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

byte[] samples = [0, 1, 2, 3, 15, 16, 127, 128, 200, 255];
using var picture = Image.NewFromMemory(samples, samples.Length, 1, 1, Enums.BandFormat.Uchar);

Show("saved      ", samples);
foreach (var bits in (int[])[1, 2, 4])
{
    Show($"PNG  {bits} bit ", Image.PngloadBuffer(picture.PngsaveBuffer(bitdepth: bits)).WriteToMemory<byte>());
}
foreach (var bits in (int[])[1, 2, 4])
{
    Show($"TIFF {bits} bit ", Image.TiffloadBuffer(picture.TiffsaveBuffer(bitdepth: bits)).WriteToMemory<byte>());
}

static void Show(string title, byte[] values) => Console.WriteLine(title + string.Concat(values.Select(value => $"{value,4}"))[1..]);
END
dotnet build "$dir/finding.csproj" --output "$dir/built" --verbosity quiet >"$dir/build.log" 2>&1 || { cat "$dir/build.log"; exit 2; }
dotnet "$dir/built/finding.dll" | tee "$dir/seen"
diff <(sed -n 's/^#   | //p' "$0") "$dir/seen" && echo "Unchanged."
