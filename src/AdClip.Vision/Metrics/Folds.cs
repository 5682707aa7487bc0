namespace AdClip.Vision.Metrics;

/// <summary>Samples divided into parts of like size with the same share of anomalies each, so that a choice made on the others can be judged on one.</summary>
public sealed class Folds
{
    private readonly int[][] _parts;

    private Folds(int[][] parts) => _parts = parts;

    /// <summary>Parts.</summary>
    public int Count => _parts.Length;

    /// <summary>Divides by chance; deterministic by seed.</summary>
    /// <param name="anomalous">[n].</param>
    /// <param name="folds">Parts wished for; fewer where a truth has fewer samples, so that each part has both.</param>
    /// <param name="seed">Of the division.</param>
    /// <exception cref="RefusedInputException">Fewer than two samples are good, or anomalous.</exception>
    public static Folds Divide(IReadOnlyList<bool> anomalous, int folds = 5, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(anomalous);
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        var random = new Random(seed);
        int[] Shuffled(bool truth)
        {
            int[] of = [.. Enumerable.Range(0, anomalous.Count).Where(i => anomalous[i] == truth)];
            random.Shuffle(of);
            return of;
        }
        var (good, bad) = (Shuffled(false), Shuffled(true));
        var count = Math.Min(folds, Math.Min(good.Length, bad.Length));
        if (count < 2)
        {
            throw new RefusedInputException(
                RefusalCode.HeldOutImagesTooFew,
                $"There are {good.Length} good and {bad.Length} anomalous images; to judge a choice on images that it was not made on takes two of each.",
                good.Length,
                bad.Length);
        }
        // The second kind is dealt from the other end, so that parts differ by one sample at most.
        int[] Part(int fold) => [.. good.Where((_, i) => i % count == fold), .. bad.Where((_, i) => count - 1 - (i % count) == fold)];
        return new Folds([.. Enumerable.Range(0, count).Select(fold => Part(fold).Order().ToArray())]);
    }

    /// <summary>Samples of one part, rising.</summary>
    public IReadOnlyList<int> In(int fold) => _parts[fold];

    /// <summary>Samples of all other parts, rising.</summary>
    public IReadOnlyList<int> Without(int fold) => [.. _parts.Where((_, part) => part != fold).SelectMany(part => part).Order()];
}
