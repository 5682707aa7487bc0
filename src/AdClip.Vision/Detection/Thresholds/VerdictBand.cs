namespace AdClip.Vision.Detection.Thresholds;

/// <summary>What becomes of a part.</summary>
public enum Verdict
{
    /// <summary>Good enough to go on without a look.</summary>
    Pass,

    /// <summary>A person has to look.</summary>
    Review,

    /// <summary>Rejected without a look.</summary>
    Fail,
}

/// <summary>How many images of one truth each verdict takes.</summary>
/// <param name="Passed">Called good.</param>
/// <param name="Reviewed">Left to a person.</param>
/// <param name="Failed">Called anomalous.</param>
public readonly record struct VerdictCounts(int Passed, int Reviewed, int Failed)
{
    /// <summary>All of them.</summary>
    public int Total => Passed + Reviewed + Failed;

    /// <summary>All of several taken together; zero for none.</summary>
    public static VerdictCounts Sum(params IEnumerable<VerdictCounts> counts) => counts.Aggregate(
        default(VerdictCounts), (sum, one) => new(sum.Passed + one.Passed, sum.Reviewed + one.Reviewed, sum.Failed + one.Failed));
}

/// <summary>Two thresholds: below the lower few anomalies are left, above the upper few good images; between them a person looks.</summary>
/// <param name="ReviewFrom">Scores below this pass.</param>
/// <param name="FailFrom">Scores at or above this fail; not below <paramref name="ReviewFrom"/>.</param>
public readonly record struct VerdictBand(double ReviewFrom, double FailFrom)
{
    /// <summary>Scores can fall between the two.</summary>
    public bool HasReview => ReviewFrom < FailFrom;

    /// <summary>One threshold without a review; null for null.</summary>
    public static VerdictBand? At(double? threshold) => threshold is { } value ? new(value, value) : null;

    /// <summary>From a recall that passing images keep to, and a budget of rejects that failing images keep to.</summary>
    /// <remarks>Where one threshold keeps to both, nothing needs a review: both become the middle of the thresholds that do.</remarks>
    /// <param name="recall">The largest threshold of the recall target.</param>
    /// <param name="falseRejects">The smallest threshold of the reject budget.</param>
    public static VerdictBand Of(BudgetThreshold recall, BudgetThreshold falseRejects)
    {
        ArgumentNullException.ThrowIfNull(recall);
        ArgumentNullException.ThrowIfNull(falseRejects);
        if (recall.Threshold < falseRejects.Threshold)
        {
            return new(recall.Threshold, falseRejects.Threshold);
        }
        var middle = falseRejects.Threshold + ((recall.Threshold - falseRejects.Threshold) / 2);
        return new(middle, middle);
    }

    /// <summary>What becomes of an image of this score.</summary>
    public Verdict Of(double score) => score >= FailFrom ? Verdict.Fail : score >= ReviewFrom ? Verdict.Review : Verdict.Pass;

    /// <summary>What becomes of these images.</summary>
    public VerdictCounts Count(IEnumerable<double> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        var band = this;
        var counts = scores.CountBy(band.Of).ToDictionary();
        return new(counts.GetValueOrDefault(Verdict.Pass), counts.GetValueOrDefault(Verdict.Review), counts.GetValueOrDefault(Verdict.Fail));
    }
}
