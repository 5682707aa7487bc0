#!/usr/bin/env bash
# Microsoft.ML.OnnxRuntime 1.31.1 (NuGet), Linux, .NET 10
#
# Behaviour: merely taking OrtEnv.Instance() writes a device id and a database below the home folder. Neither
# OrtEnv.DisableTelemetryEvents() nor Environment.SetEnvironmentVariable("ORT_DISABLE_TELEMETRY", "1") as the first statement of
# the program prevents that; the variable has to be there when the process starts (or be set by the C library's setenv).
#
# Seen (files in an empty home folder after one call of OrtEnv.Instance(); network cut off):
#   | nothing                          .cache/Microsoft/DeveloperTools/.onnxruntime/{deviceid,onnxruntime.db}
#   | OrtEnv.DisableTelemetryEvents()  .cache/Microsoft/DeveloperTools/.onnxruntime/{deviceid,onnxruntime.db}
#   | Environment.SetEnvironment...    .cache/Microsoft/DeveloperTools/.onnxruntime/{deviceid,onnxruntime.db}
#   | set before the process starts    no files
#
# Why it surprises: a library for numbers is not expected to write to the home folder. The variable that turns it off looks as if
# it could be set in the program, but on Linux .NET keeps its environment to itself: a native library that calls getenv sees what
# the process was started with. Nothing fails; only the files tell.
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

if (args is ["dotnet-variable"])
{
    Environment.SetEnvironmentVariable("ORT_DISABLE_TELEMETRY", "1");
}
var environment = OrtEnv.Instance();
if (args is ["api"])
{
    environment.DisableTelemetryEvents();
}
_ = environment.GetAvailableProviders();
END
dotnet build "$dir/finding.csproj" --output "$dir/built" --verbosity quiet >"$dir/build.log" 2>&1 || { cat "$dir/build.log"; exit 2; }
unshare --user --map-root-user --net true || { echo "No network namespace can be made here."; exit 2; }

# A home folder of its own for every try, and no network.
try() {
  local title=$1 home="$dir/home" folder=".cache/Microsoft/DeveloperTools/.onnxruntime"
  shift
  mkdir "$home"
  HOME="$home" XDG_CACHE_HOME="$home/.cache" unshare --user --map-root-user --net env -u ORT_DISABLE_TELEMETRY "$@"
  local files
  files=$(cd "$home" && find . -type f -printf '%P\n' | sort | xargs)
  case $files in
    "$folder/deviceid $folder/onnxruntime.db") files="$folder/{deviceid,onnxruntime.db}" ;;
    "") files="no files" ;;
  esac
  printf '%-32s %s\n' "$title" "$files"
  rm -r "$home"
}
{
  try "nothing" dotnet "$dir/built/finding.dll"
  try "OrtEnv.DisableTelemetryEvents()" dotnet "$dir/built/finding.dll" api
  try "Environment.SetEnvironment..." dotnet "$dir/built/finding.dll" dotnet-variable
  try "set before the process starts" ORT_DISABLE_TELEMETRY=1 dotnet "$dir/built/finding.dll"
} | tee "$dir/seen"
diff <(sed -n 's/^#   | //p' "$0") "$dir/seen" && echo "Unchanged."
