using System.CommandLine;
using System.Runtime.InteropServices;
using AdClip.Vision;

namespace AdClip.Cli;

/// <summary>Runs a command and turns its outcome into an exit code.</summary>
internal static class CommandLine
{
    public const int Done = 0;
    public const int Refused = 1;
    public const int WrongUsage = 2;
    private const int Stopped = 130; // as shells report an end by Ctrl+C

    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"adclip: {error.Message}");
            }
            await Console.Error.WriteLineAsync("adclip: run it with --help for usage");
            return WrongUsage;
        }
        using var stop = new CancellationTokenSource();
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            // The library's own handling begins when a command first waits, which ours, busy computing, never do.
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);
        }
        catch (RefusedInputException refusal)
        {
            return await FailAsync(refusal.Message);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return await FailAsync(fault.Message);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("adclip: stopped");
            return Stopped;
        }

        // The second signal ends the process at once.
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }
    }

    private static async Task<int> FailAsync(string message)
    {
        await Console.Error.WriteLineAsync($"adclip: {message.ReplaceLineEndings(" ")}");
        return Refused;
    }
}
