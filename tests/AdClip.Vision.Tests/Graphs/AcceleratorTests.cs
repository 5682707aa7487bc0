using System.Diagnostics;
using System.Text.Json;
using AdClip.Testing;

namespace AdClip.Vision.Tests.Graphs;

/// <summary>What the build property Accelerator chooses, as MSBuild evaluates it; nothing is restored or built.</summary>
public sealed class AcceleratorTests
{
    private static readonly string Project = Path.Combine(SharedFolder.RepositoryRoot, "src/AdClip.Vision/AdClip.Vision.csproj");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(null, "Microsoft.ML.OnnxRuntime")]
    [InlineData("cpu", "Microsoft.ML.OnnxRuntime")]
    [InlineData("cuda", "Microsoft.ML.OnnxRuntime.Gpu")]
    [InlineData("directml", "Microsoft.ML.OnnxRuntime.DirectML")]
    public async Task Evaluate_Accelerator_OneRuntimePackage(string? accelerator, string package)
    {
        var answer = await EvaluateAsync(["-getItem:PackageReference", .. accelerator is null ? Array.Empty<string>() : [$"-p:Accelerator={accelerator}"]]);

        using var items = JsonDocument.Parse(answer);
        var runtimes = items.RootElement.GetProperty("Items").GetProperty("PackageReference").EnumerateArray()
            .Select(item => item.GetProperty("Identity").GetString()!)
            .Where(name => name.StartsWith("Microsoft.ML.OnnxRuntime", StringComparison.Ordinal));
        Assert.Equal([package], runtimes);
    }

    [Fact]
    public async Task Evaluate_Cuda_LockFileApartFromTheOneInGit()
    {
        Assert.EndsWith(
            "packages.cuda.lock.json", (await EvaluateAsync("-getProperty:NuGetLockFilePath", "-p:Accelerator=cuda")).Trim(), StringComparison.Ordinal);
        Assert.Equal("", (await EvaluateAsync("-getProperty:NuGetLockFilePath", "-p:Accelerator=cpu")).Trim());
    }

    // A loaded machine evaluates slowly; then nothing is said rather than something wrong.
    private static async Task<string> EvaluateAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["msbuild", Project, "-nologo", .. arguments]) { RedirectStandardOutput = true };
        // What this test inherits from the build that started it would decide for it.
        start.Environment.Remove("MSBuildSDKsPath");
        start.Environment.Remove("MSBUILD_EXE_PATH");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            Assert.Skip($"MSBuild took more than {Patience.TotalSeconds} s to evaluate the project; run this test on a machine with less to do.");
        }
        Assert.Equal(0, process.ExitCode);
        return await output;
    }
}
