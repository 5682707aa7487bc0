namespace AdClip.Vision.Metrics.Calibration;

/// <summary>Probability = 1 / (1 + exp(-(slope x score + intercept))).</summary>
/// <remarks>
/// Fitted to Platt's softened targets (positives + 1) / (positives + 2) and 1 / (negatives + 2) by Newton steps with backtracking.
/// Source: Platt, Probabilistic Outputs for Support Vector Machines, 1999; Lin, Lin and Weng, Machine Learning 68, 2007.
/// </remarks>
/// <param name="Slope">Not negative: where scores order the samples the wrong way round, it is 0 and every score gets the same probability.</param>
/// <param name="Intercept">Log-odds at score 0.</param>
public sealed record PlattCalibration(double Slope, double Intercept) : ScoreCalibration
{
    private const int MostSteps = 100;

    /// <inheritdoc/>
    public override double Probability(double score) => Sigmoid((Slope * score) + Intercept);

    /// <summary>Fits the line.</summary>
    /// <param name="scores">[n].</param>
    /// <param name="anomalous">[n].</param>
    /// <exception cref="RefusedInputException">Good or anomalous samples are missing, or a score is not finite.</exception>
    public static new PlattCalibration Fit(IReadOnlyList<double> scores, IReadOnlyList<bool> anomalous)
    {
        Check(scores, anomalous);
        // Scores of detectors differ by orders of magnitude; Newton's steps are tame on standardised ones.
        var mean = scores.Average();
        var deviation = Math.Sqrt(scores.Average(score => (score - mean) * (score - mean)));
        var positives = anomalous.Count(truth => truth);
        double high = (positives + 1.0) / (positives + 2), low = 1.0 / (scores.Count - positives + 2);
        double[] targets = [.. anomalous.Select(truth => truth ? high : low)];
        var level = targets.Average();
        var flat = new PlattCalibration(0, Math.Log(level / (1 - level)));
        if (deviation == 0)
        {
            return flat;
        }
        double[] values = [.. scores.Select(score => (score - mean) / deviation)];
        var (slope, intercept) = Newton(values, targets, flat.Intercept);
        return slope <= 0 ? flat : new(slope / deviation, intercept - (slope * mean / deviation));
    }

    private static (double Slope, double Intercept) Newton(double[] values, double[] targets, double intercept)
    {
        var slope = 0.0;
        var loss = Loss(values, targets, slope, intercept);
        for (var step = 0; step < MostSteps; step++)
        {
            // A ridge far below any curvature that matters keeps the system solvable.
            double ss = 1e-12, si = 0, ii = 1e-12, toSlope = 0, toIntercept = 0;
            for (var i = 0; i < values.Length; i++)
            {
                var probability = Sigmoid((slope * values[i]) + intercept);
                var weight = probability * (1 - probability);
                var miss = probability - targets[i];
                ss += weight * values[i] * values[i];
                si += weight * values[i];
                ii += weight;
                toSlope += miss * values[i];
                toIntercept += miss;
            }
            if (Math.Abs(toSlope) < 1e-10 && Math.Abs(toIntercept) < 1e-10)
            {
                break;
            }
            var determinant = (ss * ii) - (si * si);
            var moveSlope = -((ii * toSlope) - (si * toIntercept)) / determinant;
            var moveIntercept = -((ss * toIntercept) - (si * toSlope)) / determinant;
            var part = 1.0;
            for (; part > 1e-10; part /= 2)
            {
                var next = Loss(values, targets, slope + (part * moveSlope), intercept + (part * moveIntercept));
                if (next < loss)
                {
                    (loss, slope, intercept) = (next, slope + (part * moveSlope), intercept + (part * moveIntercept));
                    break;
                }
            }
            if (part <= 1e-10)
            {
                break;
            }
        }
        return (slope, intercept);
    }

    private static double Loss(double[] values, double[] targets, double slope, double intercept)
    {
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++)
        {
            var odds = (slope * values[i]) + intercept;
            // log(1 + e^x) without overflow.
            sum += Math.Max(odds, 0) + Math.Log(1 + Math.Exp(-Math.Abs(odds))) - (targets[i] * odds);
        }
        return sum;
    }

    private static double Sigmoid(double odds) => odds >= 0 ? 1 / (1 + Math.Exp(-odds)) : Math.Exp(odds) / (1 + Math.Exp(odds));
}
