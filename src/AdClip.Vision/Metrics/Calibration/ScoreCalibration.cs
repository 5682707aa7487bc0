namespace AdClip.Vision.Metrics.Calibration;

/// <summary>Turns an anomaly score into the probability that the image is anomalous; never falls as the score grows.</summary>
/// <remarks>The probability holds where anomalies are as frequent as among the samples that it was fitted on.</remarks>
public abstract record ScoreCalibration
{
    /// <summary>Samples up to which a line is fitted; steps need more.</summary>
    public const int MostPlattSamples = 30;

    /// <summary>Probability that a sample of this score is anomalous, 0 to 1.</summary>
    /// <param name="score">In the unit of the scores fitted on.</param>
    public abstract double Probability(double score);

    /// <summary>Platt's line for few samples, isotonic steps for more.</summary>
    /// <param name="scores">[n], out of fold: scores of images that the detector did not learn from.</param>
    /// <param name="anomalous">[n].</param>
    /// <exception cref="RefusedInputException">Good or anomalous samples are missing, or a score is not finite.</exception>
    public static ScoreCalibration Fit(IReadOnlyList<double> scores, IReadOnlyList<bool> anomalous)
    {
        Check(scores, anomalous);
        return scores.Count <= MostPlattSamples ? PlattCalibration.Fit(scores, anomalous) : IsotonicCalibration.Fit(scores, anomalous);
    }

    /// <summary>Probability of each sample from a calibration that was fitted without its fold.</summary>
    /// <param name="scores">[n].</param>
    /// <param name="anomalous">[n], with at least two samples of either truth.</param>
    /// <param name="folds">Parts, at most as many as there are samples of the rarer truth.</param>
    /// <param name="seed">Of the division.</param>
    /// <exception cref="RefusedInputException">Fewer than two samples are good, or anomalous.</exception>
    public static double[] OutOfFold(IReadOnlyList<double> scores, IReadOnlyList<bool> anomalous, int folds = 5, int seed = 1)
    {
        Check(scores, anomalous);
        var division = Folds.Divide(anomalous, folds, seed);
        var probabilities = new double[scores.Count];
        for (var fold = 0; fold < division.Count; fold++)
        {
            var rest = division.Without(fold);
            var calibration = Fit([.. rest.Select(i => scores[i])], [.. rest.Select(i => anomalous[i])]);
            foreach (var i in division.In(fold))
            {
                probabilities[i] = calibration.Probability(scores[i]);
            }
        }
        return probabilities;
    }

    internal static void Check(IReadOnlyList<double> scores, IReadOnlyList<bool> anomalous)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(anomalous);
        ArgumentOutOfRangeException.ThrowIfNotEqual(anomalous.Count, scores.Count);
        for (var i = 0; i < scores.Count; i++)
        {
            if (!double.IsFinite(scores[i]))
            {
                throw new RefusedInputException(
                    RefusalCode.ScoreNotFinite,
                    $"Score {i + 1} is {scores[i]}, so no threshold can be compared with it; repeat the run that made it.",
                    i + 1,
                    scores[i]);
            }
        }
        var positives = anomalous.Count(truth => truth);
        if (positives == 0 || positives == scores.Count)
        {
            throw new RefusedInputException(
                RefusalCode.ScoresOneSided,
                $"There are {scores.Count - positives} good and {positives} anomalous images; this needs both, so label some of the other kind.",
                scores.Count - positives,
                positives);
        }
    }
}
