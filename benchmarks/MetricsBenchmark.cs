using System.Diagnostics;
using System.Globalization;
using AdClip.Vision.Metrics;

namespace AdClip.Benchmarks;

/// <summary>Pixel metrics of 2,000 maps of 518 x 518: the most memory the process ever held, and bounds held to exact values.</summary>
/// <remarks>The maps are made one at a time while they are added, so a second pass could not even be made. Each case has a process of its own.</remarks>
internal static class MetricsBenchmark
{
    private const int Side = 518;
    private const int Maps = 2000;

    // As many as stay exact by default: 62 x 518 x 518 pixels are just below 16 Mi.
    private const int Subset = 62;

    public static void Run()
    {
        Console.WriteLine("| maps | kept | seconds | peak MB | AUROC | AP | F1-max | AUPRO@0.3 | AUPRO@0.05 |\n|---|---|---|---|---|---|---|---|---|");
        var all = Child(Maps, isExact: false);
        var exact = Child(Subset, isExact: true);
        var bounded = Child(Subset, isExact: false);
        Print($"{Maps}", "buckets", all);
        Print($"first {Subset}", "every value", exact);
        Print($"first {Subset}", "buckets", bounded);
        var holds = Enumerable.Range(0, exact.Numbers.Length)
            .All(i => Math.Abs(exact.Numbers[i].Value - bounded.Numbers[i].Value) <= bounded.Numbers[i].Error + 1e-12);
        Console.WriteLine(
            $"\nEvery bound holds on the subset: {(holds ? "yes" : "NO")}. Peak of {Maps} maps within 200 MB: {(all.PeakMegabytes <= 200 ? "yes" : "NO")}.");
    }

    /// <summary>The child's side: maps, whether every value is kept.</summary>
    public static void RunChild(string[] arguments)
    {
        var count = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        // The default for the long run: it changes over to buckets on the way, with both in memory at that moment.
        var metrics = arguments[1] == "True" || count == Maps ? new PixelMetrics() : new PixelMetrics(0);
        var starting = Stopwatch.GetTimestamp();
        var (map, mask) = (new float[Side * Side], new byte[Side * Side]);
        var random = new Random(1);
        for (var i = 0; i < count; i++)
        {
            Make(random, map, mask, isAnomaly: i % 3 == 0);
            metrics.Add(map, mask, Side, Side);
        }
        var curve = metrics.ToCurve();
        Bounded?[] numbers = [curve.AreaUnderRoc, curve.AveragePrecision, curve.F1Max, curve.Aupro(), curve.Aupro(0.05)];
        var seconds = Stopwatch.GetElapsedTime(starting).TotalSeconds;
        Console.WriteLine(string.Join(
            ' ', numbers.Select(number => string.Create(CultureInfo.InvariantCulture, $"{number!.Value.Value:R} {number.Value.Error:R}"))
                .Append(string.Create(CultureInfo.InvariantCulture, $"{seconds} {PeakMegabytes()}"))));
    }

    /// <summary>
    /// A map as bilinear upsampling makes it, nearly all values distinct; on anomalies up to three defects,
    /// above their surroundings more often than not.
    /// </summary>
    private static void Make(Random random, float[] map, byte[] mask, bool isAnomaly)
    {
        const int Grid = 38;
        var cells = new float[Grid * Grid];
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = (float)Math.Pow(random.NextDouble(), 4);
        }
        Array.Clear(mask);
        for (var defect = isAnomaly ? 1 + random.Next(3) : 0; defect > 0; defect--)
        {
            var (x, y, radius, lift) = (random.Next(Side), random.Next(Side), 4 + random.Next(40), (float)random.NextDouble());
            for (var row = Math.Max(0, y - radius); row < Math.Min(Side, y + radius); row++)
            {
                for (var column = Math.Max(0, x - radius); column < Math.Min(Side, x + radius); column++)
                {
                    mask[(row * Side) + column] = 1;
                    cells[(row * (Grid - 1) / Side * Grid) + (column * (Grid - 1) / Side)] = lift;
                }
            }
        }
        const float Step = (Grid - 1f) / Side;
        for (var row = 0; row < Side; row++)
        {
            var top = (int)(row * Step);
            var down = (row * Step) - top;
            for (var column = 0; column < Side; column++)
            {
                var left = (int)(column * Step);
                var right = (column * Step) - left;
                var at = (top * Grid) + left;
                map[(row * Side) + column] = ((1 - down) * (((1 - right) * cells[at]) + (right * cells[at + 1])))
                    + (down * (((1 - right) * cells[at + Grid]) + (right * cells[at + Grid + 1])));
            }
        }
    }

    private static (Bounded[] Numbers, double Seconds, double PeakMegabytes) Child(int maps, bool isExact)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            ArgumentList = { "metrics-child", $"{maps}", $"{isExact}" },
        };
        using var child = Process.Start(start)!;
        var line = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        double[] values = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        return ([.. values[..^2].Chunk(2).Select(pair => new Bounded(pair[0], pair[1]))], values[^2], values[^1]);
    }

    private static void Print(string maps, string kept, (Bounded[] Numbers, double Seconds, double PeakMegabytes) result) => Console.WriteLine(
        $"| {maps} | {kept} | {result.Seconds:F0} | {result.PeakMegabytes:F0} "
            + $"| {string.Join(" | ", result.Numbers.Select(number => number.Error == 0 ? $"{number.Value:F6}" : $"{number.Value:F6} ± {number.Error:E1}"))} "
            + "|");

    private static double PeakMegabytes() => OperatingSystem.IsLinux()
        ? long.Parse(
            File.ReadLines("/proc/self/status")
                .First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) * 1024 / 1e6
        : Process.GetCurrentProcess().PeakWorkingSet64 / 1e6;
}
