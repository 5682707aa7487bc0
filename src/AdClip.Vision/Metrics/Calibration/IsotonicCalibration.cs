namespace AdClip.Vision.Metrics.Calibration;

/// <summary>The non-decreasing probabilities of least squared error: pooled neighbours, joined by straight lines.</summary>
/// <remarks>
/// Each pool starts from half a sample of either truth, so that no finite number of samples makes a probability 0 or 1. Source:
/// Ayer et al., An Empirical Distribution Function for Sampling with Incomplete Information, 1955 (pool adjacent violators).
/// </remarks>
/// <param name="Scores">Mean score of each pool, rising.</param>
/// <param name="Probabilities">Of each pool, rising; constant before the first and after the last.</param>
public sealed record IsotonicCalibration(IReadOnlyList<double> Scores, IReadOnlyList<double> Probabilities) : ScoreCalibration
{
    /// <inheritdoc/>
    public override double Probability(double score)
    {
        int low = 0, high = Scores.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Scores[middle] <= score ? (middle + 1, high) : (low, middle);
        }
        if (low == 0 || low == Scores.Count)
        {
            return Probabilities[low == 0 ? 0 : ^1];
        }
        var part = (score - Scores[low - 1]) / (Scores[low] - Scores[low - 1]);
        return Probabilities[low - 1] + (part * (Probabilities[low] - Probabilities[low - 1]));
    }

    /// <summary>Pools adjacent samples until their rates rise.</summary>
    /// <param name="scores">[n].</param>
    /// <param name="anomalous">[n].</param>
    /// <exception cref="RefusedInputException">Good or anomalous samples are missing, or a score is not finite.</exception>
    public static new IsotonicCalibration Fit(IReadOnlyList<double> scores, IReadOnlyList<bool> anomalous)
    {
        Check(scores, anomalous);
        List<Pool> pools = [];
        foreach (var tied in scores.Select((score, i) => (Score: score + 0.0, Truth: anomalous[i])).GroupBy(sample => sample.Score).OrderBy(group => group.Key))
        {
            pools.Add(new(tied.Count() * tied.Key, tied.Count(sample => sample.Truth), tied.Count()));
            // Equal neighbours are pooled too: fewer knots, the same function of the samples.
            while (pools.Count > 1 && pools[^2].Positives * (double)pools[^1].Samples >= pools[^1].Positives * (double)pools[^2].Samples)
            {
                pools[^2] = pools[^2] + pools[^1];
                pools.RemoveAt(pools.Count - 1);
            }
        }
        // Softening can turn the order of two pools of very different size round; pool those as well.
        for (var i = 1; i < pools.Count;)
        {
            if (pools[i - 1].Rate < pools[i].Rate)
            {
                i++;
                continue;
            }
            pools[i - 1] += pools[i];
            pools.RemoveAt(i);
            i = Math.Max(1, i - 1);
        }
        return new([.. pools.Select(pool => pool.ScoreSum / pool.Samples)], [.. pools.Select(pool => pool.Rate)]);
    }

    /// <inheritdoc/>
    public bool Equals(IsotonicCalibration? other) =>
        other is not null && Scores.SequenceEqual(other.Scores) && Probabilities.SequenceEqual(other.Probabilities);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Scores.Count, Scores[0], Probabilities[0], Probabilities[^1]);

    private readonly record struct Pool(double ScoreSum, long Positives, long Samples)
    {
        public double Rate => (Positives + 0.5) / (Samples + 1);

        public static Pool operator +(Pool a, Pool b) => new(a.ScoreSum + b.ScoreSum, a.Positives + b.Positives, a.Samples + b.Samples);
    }
}
