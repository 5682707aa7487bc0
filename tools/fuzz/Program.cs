using System.Diagnostics;
using System.Globalization;
using AdClip.Fuzz;

// Attacks a reader with damaged files for some time, and stops with 1 at the first that does not end in a clean refusal
// within 2 seconds and 200 MiB. dotnet run -c Release --project tools/fuzz -- READER --seconds N --seed S [--corpus DIR]
// "corpus DIR" writes every reader's seeds there instead: the files that the tests replay.
const int LongestKept = 1 << 16;
const long GarbageLimit = 32 << 20;
var options = args.Skip(1).Chunk(2).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
if (args is ["corpus", var corpusFolder])
{
    foreach (var known in Targets.All)
    {
        var folder = Directory.CreateDirectory(Path.Combine(corpusFolder, known.Name)).FullName;
        for (var i = 0; i < known.Seeds.Count; i++)
        {
            // A whole model is made again rather than kept.
            if (known.Seeds[i].Length > LongestKept)
            {
                continue;
            }
            File.WriteAllBytes(Path.Combine(folder, $"seed-{i}.bin"), known.Seeds[i]);
        }
    }
    return 0;
}
if (args.Length == 0 || Targets.All.FirstOrDefault(known => known.Name == args[0]) is not { } target)
{
    Console.Error.WriteLine(
        $"usage: fuzz READER --seconds N --seed S [--corpus DIR], or fuzz corpus DIR; readers: {string.Join(", ", Targets.All.Select(known => known.Name))}");
    return 2;
}
var seconds = int.Parse(options.GetValueOrDefault("--seconds", "60"), CultureInfo.InvariantCulture);
var seed = int.Parse(options.GetValueOrDefault("--seed", "1"), CultureInfo.InvariantCulture);
List<byte[]> seeds = [.. target.Seeds];
if (options.TryGetValue("--corpus", out var more))
{
    seeds.AddRange(Directory.EnumerateFiles(more).Select(File.ReadAllBytes));
}
var random = new Random(seed);
var work = Directory.CreateTempSubdirectory("adclip-fuzz").FullName;
target.Prepare?.Invoke(work);

// A reader that never comes back is caught from outside.
var started = Environment.TickCount64;
var current = seeds[0];
using var guard = new Timer(_ =>
{
    if (Environment.TickCount64 - Volatile.Read(ref started) > 60_000)
    {
        Keep("hangs");
        Environment.Exit(1);
    }
}, null, 5000, 5000);

foreach (var file in seeds)
{
    FuzzCase.Run(target, work, file); // compiles the code, outside of the measurement
}
GC.Collect();
var before = Environment.WorkingSet;
var (cases, read, worstTime, worstBytes, worstGrowth) = (0L, 0L, 0.0, 0L, 0L);
var collected = GC.GetTotalAllocatedBytes(precise: false);
var watch = Stopwatch.StartNew();
while (watch.Elapsed.TotalSeconds < seconds)
{
    current = target.Mutate(random, seeds[random.Next(seeds.Count)]);
    Volatile.Write(ref started, Environment.TickCount64);
    var outcome = FuzzCase.Run(target, work, current);
    cases++;
    read += outcome.WasRead ? 1 : 0;
    worstTime = Math.Max(worstTime, outcome.Milliseconds);
    worstBytes = Math.Max(worstBytes, outcome.AllocatedBytes);
    if (cases % 16 == 0 || outcome.AllocatedBytes > 1 << 20)
    {
        worstGrowth = Math.Max(worstGrowth, Environment.WorkingSet - before);
    }
    if (GC.GetTotalAllocatedBytes(precise: false) - collected > GarbageLimit)
    {
        // Garbage of earlier files is none of the next one's.
        GC.Collect();
        collected = GC.GetTotalAllocatedBytes(precise: false);
    }
    if ((outcome.Fault ?? (worstGrowth > 200 << 20 ? $"resident memory grew by {worstGrowth >> 20} MiB" : null)) is { } fault)
    {
        Keep(fault);
        return 1;
    }
}
Directory.Delete(work, recursive: true);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"{target.Name}: {cases} files in {seconds} s, {read} of them read; longest {worstTime:f0} ms, "
        + $"most allocated {worstBytes / 1048576.0:f1} MiB, resident memory grew by at most {worstGrowth / 1048576.0:f1} MiB"));
return 0;

void Keep(string why)
{
    var kept = Path.GetFullPath($"fuzz-{target.Name}-{seed}.bin");
    File.WriteAllBytes(kept, current);
    Console.WriteLine($"{target.Name}: {why}\nthe file is kept as {kept}");
}
