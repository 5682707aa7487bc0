namespace AdClip.Pretrain.Generation;

/// <summary>How often each kind of defect comes, how large it is and how much it stands out against its clean twin.</summary>
internal static class DefectStatistics
{
    public static int Print(int side, int groups, ulong seed, GroupSettings settings)
    {
        var generator = new GroupGenerator(side);
        var found = new List<(DefectType Type, double Share, double Levels)>();
        var (images, defective) = (0, 0);
        for (var i = 0; i < groups; i++)
        {
            foreach (var image in generator.Draw(seed + (ulong)i, settings).Images)
            {
                images++;
                defective += image.IsGood ? 0 : 1;
                foreach (var type in image.Defects)
                {
                    var differences = new List<int>();
                    for (var at = 0; at < image.Types.Length; at++)
                    {
                        if (image.Types[at] == (byte)type)
                        {
                            differences.Add(Math.Abs(image.Pixels[(3 * at) + 1] - image.CleanTwin![(3 * at) + 1]));
                        }
                    }
                    found.Add((type, differences.Count / (double)image.Types.Length, Quantile([.. differences.Select(value => (double)value)], 0.7)));
                }
            }
        }
        Console.WriteLine($"{images} images, {defective} defective");
        foreach (var kind in found.GroupBy(one => one.Type).OrderByDescending(kind => kind.Count()).Append(found.GroupBy(_ => DefectType.None).First()))
        {
            double[] shares = [.. kind.Select(one => 100 * one.Share)];
            double[] levels = [.. kind.Select(one => one.Levels)];
            Console.WriteLine($"{kind.Count(),5}  area % {Quantile(shares, 0.1),7:0.000} {Quantile(shares, 0.5),7:0.000} "
                + $"{Quantile(shares, 0.9),7:0.000}   levels {Quantile(levels, 0.1),5:0} {Quantile(levels, 0.5),5:0} "
                + $"{Quantile(levels, 0.9),5:0}   {(kind.Key == DefectType.None ? "all" : kind.Key)}");
        }
        return 0;
    }

    private static double Quantile(double[] values, double share) => values.Order().ElementAt((int)(share * (values.Length - 1)));
}
