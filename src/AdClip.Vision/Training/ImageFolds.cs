namespace AdClip.Vision.Training;

/// <summary>Divides images into parts of about the same size and the same share of anomalies.</summary>
internal static class ImageFolds
{
    /// <summary>Number of folds that these images allow, and 0 if not even two.</summary>
    public static int Possible(IReadOnlyList<TrainingItem> items, int wanted)
    {
        var kinds = items.DistinctBy(item => item.Sha256).CountBy(item => item.IsAnomaly).ToDictionary();
        var possible = Math.Min(wanted, Math.Min(kinds.GetValueOrDefault(true), kinds.GetValueOrDefault(false)));
        return possible < 2 ? 0 : possible;
    }

    /// <summary>The fold of each image, by its hash; does not depend on the order of the items.</summary>
    public static Dictionary<string, int> Assign(IReadOnlyList<TrainingItem> items, int folds, int seed)
    {
        var assigned = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var kind in items.DistinctBy(item => item.Sha256).GroupBy(item => item.IsAnomaly))
        {
            string[] hashes = [.. kind.Select(item => item.Sha256).Order(StringComparer.Ordinal)];
            SeededRandom.For(seed, $"folds {kind.Key}").Shuffle(hashes);
            foreach (var (i, hash) in hashes.Index())
            {
                assigned[hash] = i % folds;
            }
        }
        return assigned;
    }
}
