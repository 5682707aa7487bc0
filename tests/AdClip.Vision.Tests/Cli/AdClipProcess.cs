using System.Diagnostics;

namespace AdClip.Vision.Tests.Cli;

/// <summary>Runs the real command line in a process of its own, with a home folder of its own.</summary>
internal static class AdClipProcess
{
    public sealed record Outcome(int ExitCode, string Output, string Errors);

    public static Task<Outcome> RunAsync(string home, params string[] arguments) => RunInAsync(Environment.CurrentDirectory, home, arguments);

    public static async Task<Outcome> RunInAsync(string folder, string home, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "adclip.exe" : "adclip"), arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = home;
        start.Environment["USERPROFILE"] = home;
        start.Environment.Remove("XDG_CACHE_HOME");
        start.Environment.Remove("ORT_DISABLE_TELEMETRY");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Outcome(process.ExitCode, await output, await errors);
    }
}
