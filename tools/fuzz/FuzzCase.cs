using System.Diagnostics;

namespace AdClip.Fuzz;

/// <summary>What reading one file took.</summary>
/// <param name="Fault">Null, or why it is a violation.</param>
/// <param name="WasRead">Whether the file was accepted.</param>
/// <param name="Milliseconds">Processor time of the reading thread's process, wall time if less.</param>
/// <param name="AllocatedBytes">All that was allocated on the managed heap, above the file's own length.</param>
internal sealed record FuzzOutcome(string? Fault, bool WasRead, double Milliseconds, long AllocatedBytes);

/// <summary>Reads one file under watch.</summary>
internal static class FuzzCase
{
    private const double MostMilliseconds = 2000;
    private const long MostBytes = 200 << 20;

    /// <param name="target">The reader.</param>
    /// <param name="folder">Prepared for it.</param>
    /// <param name="file">The attack.</param>
    public static FuzzOutcome Run(FuzzTarget target, string folder, byte[] file)
    {
        var path = Path.Combine(folder, target.FileName);
        File.WriteAllBytes(path, file);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var processor = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        string? fault = null;
        var wasRead = false;
        try
        {
            target.Read(path);
            wasRead = true;
        }
        catch (Exception answer) when (Targets.IsRefusal(answer))
        {
            // As it should be.
        }
        catch (Exception wrong)
        {
            fault = wrong.ToString();
        }
        var milliseconds = Math.Min(watch.Elapsed.TotalMilliseconds, (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - allocated - file.Length;
        fault ??= milliseconds > MostMilliseconds ? $"{milliseconds:f0} ms" : null;
        fault ??= bytes > MostBytes ? $"{bytes >> 20} MiB allocated" : null;
        return new FuzzOutcome(fault, wasRead, milliseconds, bytes);
    }
}
