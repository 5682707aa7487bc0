using AdClip.Vision.Metrics;
using AdClip.Vision.Metrics.Calibration;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>How far a run's image-level numbers can be trusted: 95 % intervals, and scores as probabilities.</summary>
/// <param name="AreaUnderRoc">Bootstrap interval; null where the number is undefined.</param>
/// <param name="AveragePrecision">Likewise.</param>
/// <param name="F1Max">Likewise; the threshold is chosen anew in each draw.</param>
/// <param name="Calibration">Of probabilities from folds that an image is not in; null with fewer than two images of either truth.</param>
public sealed record ImageConfidence(
    ConfidenceInterval? AreaUnderRoc, ConfidenceInterval? AveragePrecision, ConfidenceInterval? F1Max, CalibrationError? Calibration)
{
    // Beyond so many images intervals are narrow, and fewer draws tell as much.
    private const long MostDrawnImages = 5_000_000;

    /// <summary>Some hundred milliseconds for thousands of images: not for the page's thread.</summary>
    public static Task<ImageConfidence> ComputeAsync(ImageEvaluation evaluation, CancellationToken cancel) => Task.Run(
        () =>
        {
            double[] scores = [.. evaluation.Samples.Select(sample => sample.Score)];
            bool[] truths = [.. evaluation.Samples.Select(sample => sample.IsAnomaly)];
            var draws = (int)Math.Clamp(MostDrawnImages / Math.Max(1, scores.Length), 200, 1000);
            var intervals = Bootstrap.Intervals(
                scores, truths, [curve => curve.AreaUnderRoc, curve => curve.AveragePrecision, curve => curve.BestF1?.Counts.F1], draws, cancel: cancel);
            return new ImageConfidence(
                intervals[0],
                intervals[1],
                intervals[2],
                evaluation.HasHeldOut ? CalibrationError.Of(ScoreCalibration.OutOfFold(scores, truths), truths) : null);
        },
        cancel);
}
