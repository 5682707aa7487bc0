using System.Diagnostics;
using System.Globalization;
using AdClip.Vision.Backbones;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Graphs;
using AdClip.Vision.Weights;

namespace AdClip.Benchmarks;

/// <summary>How long opening takes against reading the file once from the page cache, and the most memory that a run ever held.</summary>
/// <remarks>Each case runs in a process of its own, since the peak of a process never falls.</remarks>
internal static class SessionBenchmark
{
    private const int Attempts = 3;

    public static void Run()
    {
        Console.WriteLine("| model | precision | read ms | start ms | start / read | peak MB | of it anonymous MB |\n|---|---|---|---|---|---|---|");
        foreach (var (model, precision) in new[]
        {
            (Models.Embedded, Precision.Float32), (Models.Base, Precision.Float32), (Models.Large, Precision.Float32),
            (Models.LargeHalf, Precision.Float32), (Models.Large, Precision.Int8),
        })
        {
            // The quickest of several starts, the largest of their peaks.
            var attempts = Enumerable.Range(0, Attempts).Select(_ => Child(model, precision)).ToList();
            var (read, start) = (attempts.Min(attempt => attempt[0]), attempts.Min(attempt => attempt[1]));
            Console.WriteLine($"| {model.Title} | {precision} | {read:F0} | {start:F0} | {start / read:F2} "
                + $"| {attempts.Max(attempt => attempt[2]):F0} | {attempts.Max(attempt => attempt[3]):F0} |");
        }
    }

    /// <summary>The child's side: file, size, DPAM, layers, precision.</summary>
    public static void RunChild(string[] arguments)
    {
        var (file, precision) = (arguments[0], Enum.Parse<Precision>(arguments[4]));
        int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
        var settings = new ImageEncoderSettings(Number(arguments[1]), Number(arguments[2]), [.. arguments[3].Split(',').Select(Number)]);
        var kept = precision == Precision.Int8 ? file + ".8bit" : null;
        Read(file);
        var reading = Stopwatch.GetTimestamp();
        Read(file);
        var read = Stopwatch.GetElapsedTime(reading).TotalMilliseconds;
        // The runtime's library is loaded once a process, whatever the model.
        using (var warm = new MatrixRate(ClipWeights.From(WeightFile.Open(Models.Embedded.File)).Architecture, Models.Embedded.Settings))
        {
            warm.Run();
        }
        var starting = Stopwatch.GetTimestamp();
        using var encoder = new ImageEncoder(
            new ClipBackbone(ClipWeights.From(WeightFile.Open(file))), settings, "benchmark", new SessionSettings(Precision: precision),
            eightBitFile: kept);
        var start = Stopwatch.GetElapsedTime(starting).TotalMilliseconds;
        encoder.Encode(Pixels.Random(settings.ImageSize));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{read} {start} {Status("VmHWM:")} {Status("RssAnon:")}"));
    }

    private static double[] Child(MeasuredModel model, Precision precision)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        foreach (var argument in new[]
        {
            "session-child", model.File, $"{model.Settings.ImageSize}", $"{model.Settings.Dpam}", string.Join(',', model.Settings.Layers), $"{precision}",
        })
        {
            start.ArgumentList.Add(argument);
        }
        using var child = Process.Start(start)!;
        var line = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        return [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
    }

    private static void Read(string file)
    {
        using var stream = File.OpenHandle(file, options: FileOptions.SequentialScan);
        var buffer = new byte[1 << 20];
        for (var at = 0L; RandomAccess.Read(stream, buffer, at) is var got and > 0; at += got)
        {
        }
    }

    // Kibibytes of Linux's own account, as megabytes.
    private static double Status(string name)
        => long.Parse(
            File.ReadLines("/proc/self/status")
                .First(line => line.StartsWith(name, StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) * 1024 / 1e6;
}
