using System.Text.Json;
using System.Text.Json.Serialization;
using AdClip.Portal.Features.Inspectors.Gate;

namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>Where the threshold comes from that golden images are judged by.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GoldenThreshold>))]
public enum GoldenThreshold
{
    /// <summary>Somebody saved it for scores of this detector, or of the one that it was taught from.</summary>
    Saved,

    /// <summary>The training suggests it.</summary>
    Suggested,

    /// <summary>The largest F1 on the golden images themselves, by the version before.</summary>
    BestOfGolden,

    /// <summary>There is none, so scores can be compared but no verdicts.</summary>
    None,
}

/// <summary>A golden image before and after.</summary>
/// <param name="WasRight">Whether its verdict agreed with its truth; null: there is no threshold.</param>
public sealed record GoldenChange(Guid ImageId, string FileName, bool IsAnomaly, double Before, double After, bool? WasRight, bool? IsRight)
{
    /// <summary>A right verdict becomes wrong.</summary>
    [JsonIgnore]
    public bool IsWorse => WasRight is true && IsRight is false;

    [JsonIgnore]
    public bool IsBetter => WasRight is false && IsRight is true;
}

/// <summary>What a lesson does to the golden images.</summary>
/// <param name="Images">How many were compared.</param>
/// <param name="Unreadable">How many could not be.</param>
/// <param name="Changed">How many have another score.</param>
/// <param name="Changes">Those whose verdict changes, the worse first, and others whose scores change most.</param>
public sealed record GoldenComparison(
    GoldenSource Source, int Images, int Unreadable, double? Threshold,
    GoldenThreshold ThresholdSource, int Changed, IReadOnlyList<GoldenChange> Changes)
{
    // Score changes without a change of verdict are shown for orientation only.
    private const int MostQuiet = 5;

    [JsonIgnore]
    public IReadOnlyList<GoldenChange> Worse => [.. Changes.Where(change => change.IsWorse)];

    [JsonIgnore]
    public IReadOnlyList<GoldenChange> Better => [.. Changes.Where(change => change.IsBetter)];

    public static GoldenComparison Of(
        GoldenSource source, IReadOnlyList<(GoldenImage Image, double Before, double After)> scores,
        int unreadable, double? threshold, GoldenThreshold thresholdSource)
    {
        bool? Right(GoldenImage image, double score) => threshold is { } level ? score >= level == image.IsAnomaly : null;
        var changes = scores.Where(score => score.Before != score.After)
            .Select(
                score => new GoldenChange(
                    score.Image.ImageId, score.Image.FileName, score.Image.IsAnomaly, score.Before,
                    score.After, Right(score.Image, score.Before), Right(score.Image, score.After)))
            .OrderByDescending(change => change.IsWorse)
            .ThenByDescending(change => change.IsBetter)
            .ThenByDescending(change => Math.Abs(change.After - change.Before))
            .ToList();
        var verdicts = changes.Count(change => change.IsWorse || change.IsBetter);
        return new GoldenComparison(source, scores.Count, unreadable, threshold, thresholdSource, changes.Count, [.. changes.Take(verdicts + MostQuiet)]);
    }

    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public static GoldenComparison Parse(string json) =>
        JsonSerializer.Deserialize<GoldenComparison>(json, JsonSerializerOptions.Web) ?? throw new JsonException("The comparison on golden images is empty.");
}
