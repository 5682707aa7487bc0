using System.Diagnostics;

namespace AdClip.Vision.Tests.Cli;

/// <summary>Runs the real command line in a process of its own, with a home folder of its own.</summary>
internal static class AdClipProcess
{
    /// <param name="PeakBytes">Most memory that was resident at once, as Linux counts it; 0 elsewhere.</param>
    public sealed record Outcome(int ExitCode, string Output, string Errors, long PeakBytes);

    public static Task<Outcome> RunAsync(string home, params string[] arguments) => RunInAsync(Environment.CurrentDirectory, home, arguments);

    public static async Task<Outcome> RunInAsync(string folder, string home, params string[] arguments)
    {
        using var process = Start(folder, home, arguments);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var peak = PeakAsync(process);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Outcome(process.ExitCode, await output, await errors, await peak);
    }

    /// <summary>Sends Ctrl+C as soon as a line begins so, and waits for the end.</summary>
    public static async Task<Outcome> RunUntilAsync(string home, string beginning, params string[] arguments)
    {
        using var process = Start(Environment.CurrentDirectory, home, arguments);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            output.Add(line);
            if (line.StartsWith(beginning, StringComparison.Ordinal))
            {
                using var signal = Process.Start("kill", [InterruptReaches() ? "-INT" : "-TERM", $"{process.Id}"]);
                await signal.WaitForExitAsync(TestContext.Current.CancellationToken);
            }
        }
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Outcome(process.ExitCode, string.Join('\n', output), await errors, 0);
    }

    // A shell's background jobs, and all that they start, are deaf to Ctrl+C; the request to end goes the same way through the program.
    private static bool InterruptReaches()
    {
        const ulong interrupt = 1 << 1;
        var ignored = File.Exists("/proc/self/status")
            ? File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))
            : null;
        return ignored is null || (Convert.ToUInt64(ignored["SigIgn:".Length..].Trim(), 16) & interrupt) == 0;
    }

    private static Process Start(string folder, string home, string[] arguments)
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
        return Process.Start(start)!;
    }

    // The kernel keeps the peak, but only as long as the process lives.
    private static async Task<long> PeakAsync(Process process)
    {
        var peak = 0L;
        while (OperatingSystem.IsLinux() && !process.HasExited)
        {
            try
            {
                var line = (await File.ReadAllLinesAsync($"/proc/{process.Id}/status", TestContext.Current.CancellationToken))
                    .FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
                peak = line is null ? peak : long.Parse(line["VmHWM:".Length..^"kB".Length], System.Globalization.CultureInfo.InvariantCulture) * 1024;
            }
            catch (IOException)
            {
                break; // it ended between the question and the answer
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
        }
        return peak;
    }
}
