using AdClip.Vision.Metrics;

namespace AdClip.Vision.Training;

/// <summary>Looks at what people labelled and says what is missing. Pure: the same images give the same advice.</summary>
public static class DataAdvisor
{
    /// <summary>The false alarm rate, and the escape rate, that a set should be able to prove with 95 % confidence.</summary>
    public const double WishedRate = 0.1;

    /// <summary>Classes are unbalanced when the largest has at least so many times the images of the smallest.</summary>
    public const double UnbalancedTimes = 5;

    /// <summary>A pair takes time quadratic in the images: beyond so many, only the first ones of each split are compared.</summary>
    public const int MostCompared = 2000;

    private const int LeastPatches = 2;

    /// <summary>All advice, in the order of <see cref="AdviceCode"/>.</summary>
    /// <param name="images">Labelled or not; of each content one.</param>
    /// <param name="inputSide">Side S in pixels of the square that the model sees.</param>
    /// <param name="patch">Side P in pixels of one of its patches.</param>
    /// <param name="cancel">Ends the comparison of images early.</param>
    public static IReadOnlyList<Advice> Advise(IReadOnlyList<AdvisedImage> images, int inputSide, int patch, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputSide);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(patch);
        // What a detector learns from decides; where nothing is divided, that is everything.
        AdvisedImage[] learning = [.. images.Where(image => image.IsAnomaly is not null && image.Split != DataSplit.Test)];
        AdvisedImage[] good = [.. learning.Where(image => image.IsAnomaly == false)], anomalies = [.. learning.Where(image => image.IsAnomaly == true)];
        List<Advice> advice = [];
        OfNumbers(good, anomalies, advice);
        OfClasses(anomalies, advice);
        OfDuplicates(images, advice, cancel);
        OfSources(learning, advice);
        OfDefects(anomalies, inputSide, patch, advice);
        return [.. advice.OrderBy(one => one.Code)];
    }

    private static void OfNumbers(AdvisedImage[] good, AdvisedImage[] anomalies, List<Advice> advice)
    {
        var needed = RateInterval.SamplesToProve(WishedRate);
        if (good.Length < needed)
        {
            advice.Add(new(AdviceCode.GoodImagesTooFew, [good.Length, good.Length == 0 ? 1 : RateInterval.UpperBound(0, good.Length), needed], []));
        }
        if (anomalies.Length == 0)
        {
            advice.Add(new(AdviceCode.AnomaliesMissing, [], []));
        }
        else if (anomalies.Length < needed)
        {
            advice.Add(new(AdviceCode.AnomaliesTooFew, [anomalies.Length, RateInterval.LowerBound(anomalies.Length, anomalies.Length), needed], []));
        }
    }

    private static void OfClasses(AdvisedImage[] anomalies, List<Advice> advice)
    {
        var classes = anomalies.SelectMany(image => image.Classes.Distinct(StringComparer.Ordinal).Select(name => (Name: name, image.Id)))
            .GroupBy(pair => pair.Name, StringComparer.Ordinal)
            .OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .ToList();
        if (classes.Count > 1 && classes[0].Count() >= UnbalancedTimes * classes[^1].Count())
        {
            advice.Add(new(
                AdviceCode.ClassesUnbalanced,
                [classes[0].Count(), classes[^1].Count(), (double)classes[0].Count() / classes[^1].Count()],
                [.. classes[^1].Select(pair => pair.Id)]));
        }
    }

    private static void OfDuplicates(IReadOnlyList<AdvisedImage> images, List<Advice> advice, CancellationToken cancel)
    {
        AdvisedImage[] seen =
            [.. images.Where(image => image.ClassToken is not null).GroupBy(image => image.Split).SelectMany(split => split.Take(MostCompared))];
        if (seen.Length < 2)
        {
            return;
        }
        var (found, usual) = NearDuplicates.Find([.. seen.Select(image => image.ClassToken!)], cancel);
        var pairs = found.Select(pair => (pair.Distance, A: seen[pair.First], B: seen[pair.Second]));
        foreach (var kind in pairs.GroupBy(pair => pair.A.Split == pair.B.Split))
        {
            var sorted = kind.OrderBy(pair => pair.Distance).ToList();
            advice.Add(new(
                kind.Key ? AdviceCode.NearDuplicates : AdviceCode.NearDuplicatesAcrossSplits,
                [sorted.Count, sorted[0].Distance, usual],
                [.. sorted.SelectMany(pair => new[] { pair.A.Id, pair.B.Id })]));
        }
    }

    private static void OfSources(AdvisedImage[] learning, List<Advice> advice)
    {
        var cameras = learning.Where(image => image.Camera is not null)
            .GroupBy(image => image.Camera!, StringComparer.Ordinal)
            .Select(group => group.ToList())
            .ToList();
        var sizes = learning.GroupBy(image => (image.Width, image.Height)).Select(group => group.ToList()).ToList();
        foreach (var (code, groups) in new[] { (AdviceCode.CamerasMixed, cameras), (AdviceCode.SizesMixed, sizes) })
        {
            var sorted = groups.OrderByDescending(group => group.Count).ToList();
            if (sorted.Count > 1)
            {
                advice.Add(new(
                    code,
                    [sorted.Count, sorted[0].Count, sorted.Skip(1).Sum(group => group.Count)],
                    [.. sorted.Skip(1).SelectMany(group => group.Select(image => image.Id))]));
            }
            if (OneSided(sorted, learning) is { } group)
            {
                advice.Add(new(
                    AdviceCode.TruthFollowsSource,
                    [group.Count(image => image.IsAnomaly == false), group.Count(image => image.IsAnomaly == true)],
                    [.. group.Select(image => image.Id)]));
            }
        }
    }

    /// <summary>The largest group of one truth only, where both truths exist and chance hardly makes such a group.</summary>
    private static List<AdvisedImage>? OneSided(List<List<AdvisedImage>> groups, AdvisedImage[] learning)
    {
        if (groups.Count < 2)
        {
            return null;
        }
        return groups.FirstOrDefault(group =>
        {
            var truth = group[0].IsAnomaly;
            var share = learning.Count(image => image.IsAnomaly == truth) / (double)learning.Length;
            return share < 1 && group.TrueForAll(image => image.IsAnomaly == truth) && Math.Pow(share, group.Count) < 0.01;
        });
    }

    private static void OfDefects(AdvisedImage[] anomalies, int inputSide, int patch, List<Advice> advice)
    {
        var defects = anomalies.SelectMany(image => image.Defects.Select(defect => (Image: image, Defect: defect))).ToList();
        // The image is brought to S x S: a defect's sides shrink by S / width and S / height.
        bool IsSmall((AdvisedImage Image, (double Width, double Height) Defect) one) =>
            Math.Max(one.Defect.Width * inputSide / one.Image.Width, one.Defect.Height * inputSide / one.Image.Height) < LeastPatches * patch;
        static double Longer((AdvisedImage Image, (double Width, double Height) Defect) one) => Math.Max(one.Defect.Width, one.Defect.Height);
        // A tile of side t is brought to S: a defect spans two patches when t <= side x S / (2 P). A tile below S is enlarged, which
        // shows nothing new: what spans no two patches at one pixel for one pixel needs a sharper picture, not smaller tiles.
        var leastSide = (double)LeastPatches * patch;
        var small = defects.Where(IsSmall).ToList();
        var helped = small.Where(one => Longer(one) >= leastSide).ToList();
        var tooFew = small.Where(one => Longer(one) < leastSide).ToList();
        if (helped.Count > 0)
        {
            var smallest = helped.Min(Longer);
            advice.Add(new(AdviceCode.DefectsBelowTwoPatches,
                [helped.Count, defects.Count, Math.Floor(smallest * inputSide / leastSide), Math.Floor(smallest)], Names(helped)));
        }
        if (tooFew.Count > 0)
        {
            advice.Add(new(AdviceCode.DefectsOfTooFewPixels, [tooFew.Count, defects.Count, Math.Floor(tooFew.Min(Longer)), leastSide], Names(tooFew)));
        }

        static string[] Names(List<(AdvisedImage Image, (double Width, double Height) Defect)> some) =>
            [.. some.Select(one => one.Image.Id).Distinct(StringComparer.Ordinal)];

        string[] undrawn = [.. anomalies.Where(image => image.Defects.Count == 0).Select(image => image.Id)];
        if (undrawn.Length > 0)
        {
            advice.Add(new(AdviceCode.AnomaliesWithoutMasks, [undrawn.Length, anomalies.Length], undrawn));
        }
    }
}
