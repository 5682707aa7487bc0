using AdClip.Vision.Metrics;

namespace AdClip.Vision.Detection.Thresholds;

/// <summary>A way to choose a threshold from scores; pure, so that it can be repeated on parts of the images.</summary>
/// <param name="Choose">Scores [n] and truths [n] to a threshold.</param>
public sealed record ThresholdRule(Func<IReadOnlyList<double>, IReadOnlyList<bool>, double> Choose)
{
    /// <summary>Largest F1; the smallest threshold among equals. Refused without images of both truths.</summary>
    public static ThresholdRule LargestF1 { get; } = new((scores, anomalous) => Curve(scores, anomalous).BestF1?.Threshold ?? throw WithoutImages(anomalous));

    /// <summary>Good images rejected keep to a budget.</summary>
    public static ThresholdRule FalseRejects(double budget, ThresholdProof proof = ThresholdProof.OnAverage) =>
        new((scores, anomalous) => BudgetThreshold.ForFalseRejects(Of(scores, anomalous, false), budget, proof).Threshold);

    /// <summary>Anomalous images found keep to a target.</summary>
    public static ThresholdRule Recall(double target, ThresholdProof proof = ThresholdProof.OnAverage) =>
        new((scores, anomalous) => BudgetThreshold.ForRecall(Of(scores, anomalous, true), target, proof).Threshold);

    /// <summary>Where a band of a reject budget and a recall target begins to fail images.</summary>
    public static ThresholdRule BandFailure(double budget, double recall) => new((scores, anomalous) =>
        VerdictBand.Of(
            BudgetThreshold.ForRecall(Of(scores, anomalous, true), recall), BudgetThreshold.ForFalseRejects(Of(scores, anomalous, false), budget)).FailFrom);

    /// <summary>Least mean cost of a part.</summary>
    public static ThresholdRule LeastCost(ThresholdCosts costs) => new((scores, anomalous) => costs.Choose(Curve(scores, anomalous)));

    internal static PrecisionRecallCurve Curve(IReadOnlyList<double> scores, IReadOnlyList<bool> anomalous) =>
        PrecisionRecallCurve.FromScores([.. scores], [.. anomalous]);

    private static double[] Of(IReadOnlyList<double> scores, IReadOnlyList<bool> anomalous, bool truth) => [.. scores.Where((_, i) => anomalous[i] == truth)];

    private static RefusedInputException WithoutImages(IReadOnlyList<bool> anomalous)
    {
        var missing = anomalous.Count == 0 ? "labelled" : anomalous.Contains(true) ? "good" : "anomalous";
        return new(RefusalCode.ThresholdWithoutImages, $"There is no {missing} image to set this threshold on; label some.", missing);
    }
}
