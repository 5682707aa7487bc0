namespace AdClip.Vision.Training;

/// <summary>An image that is to learn or to judge.</summary>
public sealed record SplitImage
{
    /// <summary>Names the image; each once.</summary>
    public required string Id { get; init; }

    /// <summary>Its label and class: each such kind is divided by itself.</summary>
    public required string Stratum { get; init; }

    /// <summary>[E]: what the encoder says of the whole image, the same length for all; null where it has not seen it, and then it is compared with
    /// nothing.</summary>
    public float[]? ClassToken { get; init; }

    /// <summary>What was settled before, and stays; null: nothing.</summary>
    public DataSplit? Settled { get; init; }
}

/// <summary>A proposed division.</summary>
/// <param name="Splits">Of every image, by its id; settled ones as they were.</param>
/// <param name="Groups">Ids of images that are nearly the same picture and stay together, two or more each.</param>
/// <param name="Compared">Images that were compared with each other.</param>
public sealed record ProposedSplit(IReadOnlyDictionary<string, DataSplit> Splits, IReadOnlyList<IReadOnlyList<string>> Groups, int Compared);

/// <summary>Divides images into those that a detector learns from and those that it is judged on.</summary>
/// <remarks>
/// Images that are nearly the same picture form a group, which is never divided: what was learned from would judge. Groups are taken in
/// an order that the seed draws; one is for the test while that brings the test images of its stratum nearer to the wish. So a stratum
/// ends within half of its largest group of the wish. A group of several strata counts for that of most of its images.
/// The same images, share and seed give the same division, in whatever order the images come.
/// </remarks>
public static class SplitProposal
{
    /// <summary>Comparing takes time quadratic in the images: beyond so many, only the first by id are compared.</summary>
    public const int MostCompared = 2000;

    /// <summary>Divides.</summary>
    /// <param name="images">Each id once.</param>
    /// <param name="testShare">Share of each stratum for the test, above 0 and below 1; settled images count in it.</param>
    /// <param name="seed">Draws the order.</param>
    /// <param name="cancel">Ends the comparison of images early.</param>
    public static ProposedSplit Propose(IReadOnlyList<SplitImage> images, double testShare, int seed, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(testShare, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(testShare, 1);
        SplitImage[] sorted = [.. images.OrderBy(image => image.Id, StringComparer.Ordinal)];
        var (groups, compared) = Groups(sorted, cancel);
        var splits = new Dictionary<string, DataSplit>(StringComparer.Ordinal);
        foreach (var stratum in groups.GroupBy(StratumOf, StringComparer.Ordinal).OrderBy(stratum => stratum.Key, StringComparer.Ordinal))
        {
            var wish = testShare * stratum.Sum(group => group.Count);
            var test = 0;
            List<IReadOnlyList<SplitImage>> open = [];
            foreach (var group in stratum)
            {
                if (SettledOf(group) is not { } settled)
                {
                    open.Add(group);
                    continue;
                }
                foreach (var image in group)
                {
                    var split = image.Settled ?? settled;
                    splits[image.Id] = split;
                    test += split == DataSplit.Test ? 1 : 0;
                }
            }
            IReadOnlyList<SplitImage>[] drawn = [.. open];
            SeededRandom.For(seed, $"split {stratum.Key}").Shuffle(drawn);
            foreach (var group in drawn)
            {
                var isTest = test + (group.Count / 2.0) < wish;
                test += isTest ? group.Count : 0;
                foreach (var image in group)
                {
                    splits[image.Id] = isTest ? DataSplit.Test : DataSplit.Training;
                }
            }
        }
        return new ProposedSplit(splits, [.. groups.Where(group => group.Count > 1).Select(group => group.Select(image => image.Id).ToList())], compared);
    }

    /// <summary>The stratum of most of the images, the first by name among equals.</summary>
    private static string StratumOf(IReadOnlyList<SplitImage> group) => group.CountBy(image => image.Stratum, StringComparer.Ordinal)
        .OrderByDescending(count => count.Value)
        .ThenBy(count => count.Key, StringComparer.Ordinal)
        .First().Key;

    /// <summary>What most of the settled images are, test among equals; null where nothing is settled.</summary>
    private static DataSplit? SettledOf(IReadOnlyList<SplitImage> group)
    {
        var (test, training) = (group.Count(image => image.Settled == DataSplit.Test), group.Count(image => image.Settled == DataSplit.Training));
        return test + training == 0 ? null : test >= training ? DataSplit.Test : DataSplit.Training;
    }

    /// <summary>Images joined by a chain of near duplicates, by the id of the first.</summary>
    private static (IReadOnlyList<IReadOnlyList<SplitImage>> Groups, int Compared) Groups(SplitImage[] sorted, CancellationToken cancel)
    {
        int[] seen = [.. Enumerable.Range(0, sorted.Length).Where(i => sorted[i].ClassToken is not null).Take(MostCompared)];
        int[] first = [.. Enumerable.Range(0, sorted.Length)];
        int RootOf(int image)
        {
            while (first[image] != image)
            {
                image = first[image] = first[first[image]];
            }
            return image;
        }
        foreach (var (a, b, _) in NearDuplicates.Find([.. seen.Select(i => sorted[i].ClassToken!)], cancel).Pairs)
        {
            var (one, other) = (RootOf(seen[a]), RootOf(seen[b]));
            first[Math.Max(one, other)] = Math.Min(one, other);
        }
        return (
            [.. Enumerable.Range(0, sorted.Length).GroupBy(RootOf).OrderBy(group => group.Key).Select(group => group.Select(i => sorted[i]).ToList())],
            seen.Length);
    }
}
