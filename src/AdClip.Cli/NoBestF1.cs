namespace AdClip.Cli;

/// <summary>Why there is no threshold of largest F1, as a sentence.</summary>
internal static class NoBestF1
{
    /// <summary>Null where there is one.</summary>
    /// <param name="anomalous">How many are anomalous.</param>
    /// <param name="good">How many are good.</param>
    /// <param name="what">Images, samples or pixels.</param>
    public static string? Why(long anomalous, long good, string what) => (anomalous, good) switch
    {
        (0, 0) => $"There is no best F1: there are no {what}.",
        (0, _) => $"There is no best F1: none of the {good} {what} is anomalous. Choose the threshold by the share of good ones that may be rejected.",
        (_, 0) => $"There is no best F1: none of the {anomalous} {what} is good. Choose the threshold by the share of anomalous ones to be found.",
        _ => null,
    };
}
