namespace AdClip.Vision.Detection.Thresholds;

/// <summary>Raw scores on one scale for people: the index, above 0 and below 100, fixed by good images.</summary>
/// <remarks>
/// Two raw scores fix it: <see cref="TypicalGood"/> has index 20 and <see cref="Limit"/> has index 50. With t = 1.5 (x - limit) / (limit - typical)
/// the index of a score x is 50 + 50 t / (1 + |t|): it never falls as the score rises, comes ever closer to 0 and to 100 and reaches neither. The
/// tails are of 1 / t and not of exp(-t), so that what lies far out keeps its digits: for |t| up to a million <see cref="Raw"/> gives a score
/// back to 1e-9 of its distance. Nothing of it depends on the image that is looked at. Why so: docs/decisions/0023-one-scale.md.
/// </remarks>
public sealed record ScoreScale
{
    /// <summary>Index of <see cref="TypicalGood"/>.</summary>
    public const double TypicalIndex = 20;

    /// <summary>Index of <see cref="Limit"/>.</summary>
    public const double LimitIndex = 50;

    // Softsign: 50 + 50 t / (1 + |t|) is 20 at t = -1.5.
    private const double Steps = 1.5;
    private const double LimitShare = 0.05;
    private const double MostExtrapolatedShare = 0.25;
    // Beyond this, differences of scores would overflow.
    private const double Largest = 1e300;

    /// <summary>A scale by its two anchors, as <see cref="Of"/> found them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not above the typical score, or one of them is not finite.</exception>
    public ScoreScale(double typicalGood, double limit, int images)
    {
        if (!(double.IsFinite(typicalGood) && double.IsFinite(limit - typicalGood) && limit > typicalGood))
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, $"The limit has to be finite and above the typical score of {typicalGood}.");
        }
        (TypicalGood, Limit, Images) = (typicalGood, limit, images);
    }

    /// <summary>Raw score of the middle good image.</summary>
    public double TypicalGood { get; }

    /// <summary>Raw score that one good image in twenty is expected to reach.</summary>
    public double Limit { get; }

    /// <summary>Good images that it rests on.</summary>
    public int Images { get; }

    /// <summary>The scale of these good images; null without one.</summary>
    /// <remarks>
    /// Typical is their median. The limit is their 95 % point where there are 39 or more; with fewer that would be the largest score alone, so the
    /// point that two images are expected to exceed (at most a quarter of them) is carried on to one in twenty along an exponential tail.
    /// Where all scores are one, the limit stands a tenth of their size above.
    /// </remarks>
    /// <param name="goodScores">Raw scores of good images that the detector has not seen, in any order; what exceeds 1e300 counts as that.</param>
    /// <exception cref="RefusedInputException">A score is infinite or not a number.</exception>
    public static ScoreScale? Of(IEnumerable<double> goodScores)
    {
        ArgumentNullException.ThrowIfNull(goodScores);
        double[] sorted = [.. goodScores];
        for (var i = 0; i < sorted.Length; i++)
        {
            if (!double.IsFinite(sorted[i]))
            {
                throw new RefusedInputException(
                    RefusalCode.ScoreNotFinite,
                    $"Score {i + 1} is {sorted[i]}, so no scale can rest on it; repeat the run that made it.",
                    i + 1,
                    sorted[i]);
            }
            sorted[i] = Math.Clamp(sorted[i], -Largest, Largest);
        }
        if (sorted.Length == 0)
        {
            return null;
        }
        Array.Sort(sorted);
        var typical = Quantile(sorted, 0.5);
        var share = Math.Clamp(2.0 / (sorted.Length + 1), LimitShare, MostExtrapolatedShare);
        var spread = (Quantile(sorted, 1 - share) - typical) * (Math.Log(0.5 / LimitShare) / Math.Log(0.5 / share));
        if (spread <= 1e-9 * Math.Abs(typical))
        {
            spread = 0.1 * Math.Max(Math.Abs(typical), 1e-3);
        }
        return new(typical, typical + spread, sorted.Length);
    }

    /// <summary>Index of a raw score: 0 to 100; never falls as the score rises.</summary>
    public double Index(double raw)
    {
        var t = Steps * ((raw - Limit) / (Limit - TypicalGood));
        // Either half for itself: t / (1 + |t|) is not a number for a t that has no end.
        return t < 0 ? LimitIndex / (1 - t) : 100 - (LimitIndex / (1 + t));
    }

    /// <summary>The raw score of an index: the inverse of <see cref="Index"/>.</summary>
    /// <param name="index">Above 0 and below 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">No score has this index.</exception>
    public double Raw(double index)
    {
        if (!(index > 0 && index < 100))
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, "An index lies above 0 and below 100.");
        }
        var t = index < LimitIndex ? 1 - (LimitIndex / index) : (LimitIndex / (100 - index)) - 1;
        return Limit + (t / Steps * (Limit - TypicalGood));
    }

    // Between the two images that stand nearest, as most programs do it by default (type 7 of Hyndman and Fan, 1996).
    private static double Quantile(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var (below, part) = ((int)place, place - (int)place);
        return below + 1 < sorted.Length ? (sorted[below] * (1 - part)) + (sorted[below + 1] * part) : sorted[below];
    }
}
