using System.Text.Json;
using System.Text.Json.Serialization;
using AdClip.Vision.Detection.Thresholds;

namespace AdClip.Portal.Features.Inspectors.Gate;

/// <summary>What was measured to tell how far a cheaper way of computing strays.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ParityKind>))]
public enum ParityKind
{
    /// <summary>Largest difference of a score from that of 32-bit arithmetic.</summary>
    EightBit,

    /// <summary>Area under the ROC curve that is lost against whole images.</summary>
    Tiles,
}

/// <summary>How far a cheaper way of computing strays on the golden images.</summary>
/// <param name="Images">How many were compared.</param>
/// <param name="Value">What was measured; null: the images cannot tell.</param>
/// <param name="Limit">Most that it may be.</param>
public sealed record GateParity(ParityKind Kind, int Images, double? Value, double Limit)
{
    [JsonIgnore]
    public bool IsKept => Value is not { } value || value <= Limit;
}

/// <summary>A golden image that two inspectors treat differently, each by its own band.</summary>
public sealed record GateChange(
    Guid ImageId, string FileName, bool IsAnomaly,
    [property: JsonConverter(typeof(JsonStringEnumConverter<Verdict>))] Verdict Before,
    [property: JsonConverter(typeof(JsonStringEnumConverter<Verdict>))] Verdict After,
    double ScoreBefore, double ScoreAfter)
{
    /// <summary>A good image is stopped more, or an anomalous one less.</summary>
    [JsonIgnore]
    public bool IsWorse => IsAnomaly ? After < Before : After > Before;
}

/// <summary>What an inspector does to the golden images and costs.</summary>
/// <param name="Learned">Golden images that its detector learned from: its verdicts there flatter.</param>
/// <param name="Milliseconds">Of one image, in the middle, nothing kept; null: there was none to look at.</param>
/// <param name="Bytes">Memory, estimated.</param>
public sealed record GateSide(int Number, VerdictCounts Good, VerdictCounts Anomalies, int Learned, double? Milliseconds, long Bytes);

/// <summary>What the gate found: a candidate beside the inspector in use, on the golden images.</summary>
/// <param name="Images">Golden images that were compared.</param>
/// <param name="Unreadable">Golden images that could not be.</param>
/// <param name="Active">Null: none was in use.</param>
/// <param name="Changes">Images of another outcome, the worse first.</param>
public sealed record GateReport(
    GoldenSource Source, int Images, int Unreadable, GateSide Candidate, GateSide? Active,
    IReadOnlyList<GateChange> Changes, IReadOnlyList<GateParity> Parity)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerOptions.Web) { Converters = { new JsonStringEnumConverter() } };

    [JsonIgnore]
    public IReadOnlyList<GateChange> Worse => [.. Changes.Where(change => change.IsWorse)];

    [JsonIgnore]
    public IReadOnlyList<GateChange> Better => [.. Changes.Where(change => !change.IsWorse)];

    /// <summary>Nothing gets worse and all limits are kept.</summary>
    [JsonIgnore]
    public bool Passes => Worse.Count == 0 && Parity.All(parity => parity.IsKept);

    public string ToJson() => JsonSerializer.Serialize(this, Format);

    public static GateReport Parse(string json) =>
        JsonSerializer.Deserialize<GateReport>(json, Format) ?? throw new JsonException("The gate's report is empty.");

    /// <summary>Images of another outcome, the worse first, then by how far the score went.</summary>
    public static IReadOnlyList<GateChange> ChangesOf(
        IEnumerable<(GoldenImage Image, double Before, double After)> scores, VerdictBand before, VerdictBand after) =>
        [
            .. scores
                .Select(score => new GateChange(
                    score.Image.ImageId, score.Image.FileName, score.Image.IsAnomaly,
                    before.Of(score.Before), after.Of(score.After), score.Before, score.After))
                .Where(change => change.Before != change.After)
                .OrderByDescending(change => change.IsWorse)
                .ThenByDescending(change => change.IsAnomaly)
                .ThenBy(change => change.FileName, StringComparer.Ordinal),
        ];
}
