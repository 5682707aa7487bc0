using System.Diagnostics;

namespace AdClip.Benchmarks;

/// <summary>One thing to be measured against others in the same process.</summary>
/// <param name="Name">For the table.</param>
/// <param name="Run">Does it once.</param>
internal sealed record Candidate(string Name, Action Run);

/// <summary>The best round of a candidate.</summary>
/// <param name="Name">Of the candidate.</param>
/// <param name="CpuSeconds">Least processor time of the whole process.</param>
/// <param name="WallSeconds">Least time on the clock.</param>
internal sealed record Measured(string Name, double CpuSeconds, double WallSeconds);

/// <summary>Runs candidates in turn, again and again, and keeps each one's least time: what other programs took falls away.</summary>
internal static class Rounds
{
    public static Measured[] Interleave(int rounds, params Candidate[] candidates)
    {
        var best = candidates.Select(candidate => new Measured(candidate.Name, double.MaxValue, double.MaxValue)).ToArray();
        foreach (var candidate in candidates)
        {
            candidate.Run(); // compiles, touches the memory
        }
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < candidates.Length; i++)
            {
                GC.Collect();
                var (cpu, wall) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
                candidates[i].Run();
                var (cpuSeconds, wallSeconds) = ((Environment.CpuUsage.TotalTime - cpu).TotalSeconds, Stopwatch.GetElapsedTime(wall).TotalSeconds);
                best[i] = new Measured(best[i].Name, Math.Min(best[i].CpuSeconds, cpuSeconds), Math.Min(best[i].WallSeconds, wallSeconds));
            }
        }
        return best;
    }
}
