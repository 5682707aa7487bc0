using System.Text.Json;
using System.Text.Json.Serialization;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Metrics;

namespace AdClip.Portal.Features.Inspectors;

/// <summary>How the band of an inspector was chosen.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BandOrigin>))]
public enum BandOrigin
{
    /// <summary>Somebody saved it for scores of this identity.</summary>
    Saved,

    /// <summary>A reject budget and a recall, on labelled images.</summary>
    Budgets,

    /// <summary>A reject budget alone: there was no anomalous image.</summary>
    FalseRejects,

    /// <summary>The training suggested it.</summary>
    Suggested,
}

/// <summary>What a band does to labelled images.</summary>
/// <param name="Good">Good images, on the images that it was chosen on.</param>
/// <param name="Anomalies">Anomalous ones likewise.</param>
/// <param name="HeldOut">The same where each image is judged by a band that was chosen without it; null: too few images, or it was chosen elsewhere.</param>
/// <param name="OutOfFold">Images that were scored by a part of the detector that had not seen them.</param>
public sealed record BandFigures(VerdictCounts Good, VerdictCounts Anomalies, HeldOutCounts? HeldOut, int OutOfFold)
{
    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public static BandFigures Parse(string json) =>
        JsonSerializer.Deserialize<BandFigures>(json, JsonSerializerOptions.Web) ?? throw new JsonException("The figures of the band are empty.");

    /// <summary>Of a band that was chosen elsewhere.</summary>
    public static BandFigures Of(VerdictBand band, IReadOnlyList<ScoredSample> samples) => new(
        band.Count(Scores(samples, isAnomaly: false)),
        band.Count(Scores(samples, isAnomaly: true)),
        HeldOut: null,
        samples.Count(sample => sample.Origin == ScoreOrigin.OutOfFold));

    internal static IEnumerable<double> Scores(IEnumerable<ScoredSample> samples, bool isAnomaly) =>
        samples.Where(sample => sample.IsAnomaly == isAnomaly).Select(sample => sample.Score);
}

/// <summary>Verdicts on images, each by a band that was chosen without it.</summary>
public sealed record HeldOutCounts(VerdictCounts Good, VerdictCounts Anomalies);

/// <summary>A band by rule: of good images one in twenty may be rejected, of anomalous ones nineteen of twenty must be stopped.</summary>
/// <param name="Band">Pass below, fail from its upper end on, review between.</param>
/// <param name="Origin">Which rule.</param>
public sealed record RuledBand(VerdictBand Band, BandOrigin Origin, BandFigures Figures)
{
    public const double MostFalseRejects = 0.05;
    public const double LeastRecall = 0.95;

    /// <summary>From labelled images; at least one of them good.</summary>
    public static RuledBand Of(IReadOnlyList<ScoredSample> samples)
    {
        var band = Choose(samples);
        var origin = samples.Any(sample => sample.IsAnomaly) ? BandOrigin.Budgets : BandOrigin.FalseRejects;
        return new RuledBand(band, origin, BandFigures.Of(band, samples) with { HeldOut = HeldOut(samples) });
    }

    private static VerdictBand Choose(IReadOnlyList<ScoredSample> samples)
    {
        var rejects = BudgetThreshold.ForFalseRejects([.. BandFigures.Scores(samples, isAnomaly: false)], MostFalseRejects);
        double[] anomalies = [.. BandFigures.Scores(samples, isAnomaly: true)];
        return anomalies.Length == 0
            ? new VerdictBand(rejects.Threshold, rejects.Threshold)
            : VerdictBand.Of(BudgetThreshold.ForRecall(anomalies, LeastRecall), rejects);
    }

    private static HeldOutCounts? HeldOut(IReadOnlyList<ScoredSample> samples)
    {
        var anomalies = samples.Count(sample => sample.IsAnomaly);
        var good = samples.Count - anomalies;
        if (good < 2 || anomalies < 2)
        {
            return null;
        }
        var folds = Folds.Divide([.. samples.Select(sample => sample.IsAnomaly)]);
        VerdictCounts goods = default, bad = default;
        for (var fold = 0; fold < folds.Count; fold++)
        {
            var band = Choose([.. folds.Without(fold).Select(i => samples[i])]);
            List<ScoredSample> inside = [.. folds.In(fold).Select(i => samples[i])];
            goods = VerdictCounts.Sum(goods, band.Count(BandFigures.Scores(inside, isAnomaly: false)));
            bad = VerdictCounts.Sum(bad, band.Count(BandFigures.Scores(inside, isAnomaly: true)));
        }
        return new HeldOutCounts(goods, bad);
    }
}
