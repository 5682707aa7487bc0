using System.Globalization;
using System.Runtime.InteropServices;
using AdClip.Benchmarks;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
(string Name, Action Run)[] benchmarks =
[
    ("encoder", EncoderBenchmark.Run),
    ("resnet18", ResNet18Benchmark.Run),
    ("session", SessionBenchmark.Run),
    ("precision", ComparisonBenchmarks.Precision),
    ("packing", ComparisonBenchmarks.Packing),
    ("threads", ComparisonBenchmarks.Threads),
    ("preprocessing", SmallBenchmarks.Preprocessing),
    ("tokenizer", SmallBenchmarks.Tokenizer),
    ("cache", RescoringBenchmark.Run),
    ("text-step", TextStepBenchmark.Run),
    ("metrics", MetricsBenchmark.Run),
    ("training", TrainingBenchmark.Run),
];
if (args is ["session-child", .. var rest])
{
    SessionBenchmark.RunChild(rest);
    return 0;
}
if (args is ["metrics-child", .. var metricsArguments])
{
    MetricsBenchmark.RunChild(metricsArguments);
    return 0;
}
var chosen = args is ["all"] ? benchmarks : [.. benchmarks.Where(benchmark => args.Contains(benchmark.Name))];
if (chosen.Length == 0 || (args is not ["all"] && chosen.Length != args.Length))
{
    Console.Error.WriteLine($"benchmarks: name one or more of {string.Join(", ", benchmarks.Select(benchmark => benchmark.Name))}, or all.");
    return 2;
}
var processor = OperatingSystem.IsLinux()
    ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[1] ?? "unknown processor"
    : RuntimeInformation.ProcessArchitecture.ToString();
Console.WriteLine($"{processor}, {Environment.ProcessorCount} cores, .NET {Environment.Version}, {RuntimeInformation.OSDescription}");
foreach (var (name, run) in chosen)
{
    Console.WriteLine($"\n## {name}\n");
    run();
}
return 0;
