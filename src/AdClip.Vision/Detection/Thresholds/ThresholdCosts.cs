using AdClip.Vision.Metrics;

namespace AdClip.Vision.Detection.Thresholds;

/// <summary>What the two kinds of error cost, in any one unit.</summary>
/// <param name="FalseReject">Of rejecting one good part.</param>
/// <param name="Escape">Of letting one anomalous part through.</param>
/// <param name="AnomalyRate">Share of anomalous parts in production, 0 to 1; null: as among the images.</param>
public readonly record struct ThresholdCosts(double FalseReject, double Escape, double? AnomalyRate = null)
{
    /// <summary>Mean cost of a part at these outcomes; 0 where nothing was counted.</summary>
    public double PerPart(Confusion counts)
    {
        var all = counts.Positives + counts.Negatives;
        if (all == 0)
        {
            return 0;
        }
        var rate = AnomalyRate ?? (double)counts.Positives / all;
        return (Escape * rate * (1 - (counts.Recall ?? 1))) + (FalseReject * (1 - rate) * (counts.FalsePositiveRate ?? 0));
    }

    /// <summary>The threshold of least mean cost, the largest among equals; "call nothing anomalous" is among the candidates.</summary>
    /// <exception cref="RefusedInputException">There is no image, a cost is negative, or both are 0.</exception>
    public double Choose(PrecisionRecallCurve curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        if (!(FalseReject >= 0 && Escape >= 0 && FalseReject + Escape > 0 && double.IsFinite(FalseReject + Escape) && AnomalyRate is null or (>= 0 and <= 1)))
        {
            throw new RefusedInputException(
                RefusalCode.ThresholdCostInvalid,
                $"Costs of {FalseReject} and {Escape} at an anomaly rate of {AnomalyRate} "
                    + "choose no threshold; give costs of at least 0, one above it, and a rate from 0 to 1.",
                FalseReject,
                Escape);
        }
        if (curve.Points.Count == 0)
        {
            throw new RefusedInputException(
                RefusalCode.ThresholdWithoutImages, "There is no labelled image to set this threshold on; label some.", "labelled");
        }
        var best = Math.BitIncrement(curve.Points[^1].Threshold);
        var least = PerPart(curve.At(best));
        for (var i = curve.Points.Count - 1; i >= 0; i--)
        {
            if (PerPart(curve.Points[i].Counts) is var cost && cost < least)
            {
                (best, least) = (curve.Points[i].Threshold, cost);
            }
        }
        return best;
    }
}
