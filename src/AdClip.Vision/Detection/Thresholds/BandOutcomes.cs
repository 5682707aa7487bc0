using AdClip.Vision.Metrics;

namespace AdClip.Vision.Detection.Thresholds;

/// <summary>What a band does with images of known truth: good and anomalous ones, each passed, left to a person, or failed.</summary>
/// <param name="Good">Good images.</param>
/// <param name="Anomalies">Anomalous images.</param>
public readonly record struct BandOutcomes(VerdictCounts Good, VerdictCounts Anomalies)
{
    /// <summary>Overkill: share of the good images that are failed; null without one. A review is none.</summary>
    public double? Overkill => Share(Good.Failed, Good.Total);

    /// <summary>Escape: share of the anomalous images that pass; null without one. A review is none.</summary>
    public double? Escape => Share(Anomalies.Passed, Anomalies.Total);

    /// <summary>Share of all images that a person has to look at; null without an image.</summary>
    public double? ReviewLoad => Share(Good.Reviewed + Anomalies.Reviewed, Good.Total + Anomalies.Total);

    /// <summary>Outcomes of the images of a curve, for any band; two look-ups.</summary>
    public static BandOutcomes Of(VerdictBand band, PrecisionRecallCurve curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        var (failed, held) = (curve.At(band.FailFrom), curve.At(band.ReviewFrom));
        return checked(new(
            new((int)held.TrueNegatives, (int)(held.FalsePositives - failed.FalsePositives), (int)failed.FalsePositives),
            new((int)held.FalseNegatives, (int)(held.TruePositives - failed.TruePositives), (int)failed.TruePositives)));
    }

    private static double? Share(int part, int whole) => whole == 0 ? null : (double)part / whole;
}
