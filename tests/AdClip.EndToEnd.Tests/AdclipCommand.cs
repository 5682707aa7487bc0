using System.Diagnostics;
using AdClip.Testing;

namespace AdClip.EndToEnd.Tests;

/// <summary>The command line, as a process of its own.</summary>
internal static class AdclipCommand
{
    /// <summary>Runs <c>adclip</c>; fails the test when it does not end with code 0.</summary>
    public static async Task RunAsync(IEnumerable<string> arguments, CancellationToken cancel)
    {
        var configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardError = true,
            ArgumentList = { Path.Combine(SharedFolder.RepositoryRoot, "src", "AdClip.Cli", "bin", configuration, "net10.0", "adclip.dll") },
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        Assert.True(process.ExitCode == 0, errors);
    }
}
