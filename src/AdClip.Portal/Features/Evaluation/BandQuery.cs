using System.Globalization;
using AdClip.Vision.Detection.Thresholds;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>A band in the address of a result or an evaluation, so that both show the same outcomes.</summary>
public static class BandQuery
{
    public const string Threshold = "threshold";

    public const string Review = "review";

    /// <summary>"&amp;threshold=..." and, where a person looks at some, "&amp;review=..."; exact. Empty for null.</summary>
    public static string Of(VerdictBand? band) => band switch
    {
        null => "",
        { HasReview: true } known => $"&{Threshold}={Exact(known.FailFrom)}&{Review}={Exact(known.ReviewFrom)}",
        { } known => $"&{Threshold}={Exact(known.FailFrom)}",
    };

    private static string Exact(double threshold) => threshold.ToString("R", CultureInfo.InvariantCulture);
}
