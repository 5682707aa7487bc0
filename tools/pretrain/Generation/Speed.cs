using System.Diagnostics;

namespace AdClip.Pretrain.Generation;

/// <summary>How fast groups are drawn, by family, in processor time of one thread.</summary>
internal static class Speed
{
    public static int Measure(int side, int groups, ulong seed, GroupSettings settings)
    {
        var generator = new GroupGenerator(side);
        for (var i = 0; i < 8; i++)
        {
            generator.Draw(seed + 1_000_000 + (ulong)i, settings);
        }
        var times = new Dictionary<string, (double Seconds, int Images)>();
        using var process = Process.GetCurrentProcess();
        for (var i = 0; i < groups; i++)
        {
            process.Refresh();
            var start = process.TotalProcessorTime;
            var group = generator.Draw(seed + (ulong)i, settings);
            process.Refresh();
            var (seconds, images) = times.GetValueOrDefault(group.Family);
            times[group.Family] = (seconds + (process.TotalProcessorTime - start).TotalSeconds, images + group.Images.Count);
        }
        foreach (var (family, (seconds, images)) in times.OrderByDescending(pair => pair.Value.Seconds / pair.Value.Images))
        {
            Console.WriteLine($"{1000 * seconds / images,7:0.0} ms an image  {family} ({images})");
        }
        Console.WriteLine($"{times.Values.Sum(time => time.Images) / times.Values.Sum(time => time.Seconds):0.0} images a second and core at {side} px");
        return 0;
    }
}
