using System.Text.Json;
using System.Text.Json.Serialization;
using AdClip.Vision.Detection.FewShot;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.Metrics;
using AdClip.Vision.Training;

namespace AdClip.Portal.Features.Training;

/// <summary>A number and the interval that it lies in with 95 % confidence; null: undefined.</summary>
public sealed record Figure(double Value, double? Low, double? High)
{
    public static Figure? Of(double? value, ConfidenceInterval? interval) => value is { } known ? new Figure(known, interval?.Low, interval?.High) : null;
}

/// <summary>The learned prompts whose texts a version compares with.</summary>
/// <param name="TrainingId">The training that learned them; null: they were uploaded.</param>
/// <param name="Epoch">Of that training.</param>
/// <param name="Name">What people call them.</param>
/// <param name="MayHaveSeen">Whether nobody knows if they were learned from the very images that judge the version.</param>
public sealed record TextOrigin(Guid CheckpointId, Guid? TrainingId, int? Epoch, string Name, bool MayHaveSeen);

/// <summary>What a version learned from, what was chosen and why, and how good it is on images that it did not see.</summary>
public sealed record VersionReport
{
    /// <summary>Good images that it learned from.</summary>
    public required int Good { get; init; }

    /// <summary>Anomalous ones.</summary>
    public required int Anomalies { get; init; }

    /// <summary>Anomalous ones with drawn defects.</summary>
    public required int Drawn { get; init; }

    /// <summary>Their defect classes, by name.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Labelled images that could not be read, or on which the inspection area cannot be laid.</summary>
    public required int Unreadable { get; init; }

    /// <summary>Labelled images beyond the most that a training takes.</summary>
    public required int LeftOut { get; init; }

    /// <summary>Out of fold.</summary>
    public required Figure? AreaUnderRoc { get; init; }

    /// <summary>Out of fold.</summary>
    public required Figure? AveragePrecision { get; init; }

    /// <summary>Of a threshold that was chosen on other images than it judges.</summary>
    public required Figure? F1 { get; init; }

    /// <summary>Suggested: the largest F1 on all out-of-fold scores; null without anomalies.</summary>
    public required double? Threshold { get; init; }

    /// <summary>What it was allowed to use.</summary>
    public required FitOptions Options { get; init; }

    /// <summary>What was chosen, part by part, and the out-of-fold score of each image.</summary>
    public required FitReport Fit { get; init; }

    /// <summary>What is missing in the images.</summary>
    public required IReadOnlyList<Advice> Advice { get; init; }

    /// <summary>Images that the encoder had to look at; the tokens of the others were kept.</summary>
    public required int EncodedImages { get; init; }

    /// <summary>From the first image to the end.</summary>
    public required double Seconds { get; init; }

    /// <summary>Where learned texts come from; null: they are the model's own.</summary>
    public TextOrigin? Texts { get; init; }

    /// <summary>Labelled images that were kept for judging when it was trained.</summary>
    public int TestImages { get; init; }

    /// <summary>Revision of the inspection area that it learned and looks at; 0: everything.</summary>
    public int AreaRevision { get; init; }

    /// <summary>The scale on which people see its scores, from the good images that it learned from, each scored without itself; null without one.</summary>
    [JsonIgnore]
    public ScoreScale? Scale => ScoreScale.Of(Fit.Scores.Where(score => !score.IsAnomaly && double.IsFinite(score.Score)).Select(score => score.Score));

    private static readonly JsonSerializerOptions Format = new(JsonSerializerOptions.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public string ToJson() => JsonSerializer.Serialize(this, Format);

    public static VersionReport Parse(string json) =>
        JsonSerializer.Deserialize<VersionReport>(json, Format) ?? throw new JsonException("The report of the detector version is empty.");

    /// <summary>The numbers with their intervals, from the out-of-fold scores of a fit.</summary>
    internal static (Figure? AreaUnderRoc, Figure? AveragePrecision, Figure? F1, double? Threshold) Figures(FitReport fit)
    {
        double[] scores = [.. fit.Scores.Select(score => score.Score)];
        bool[] truths = [.. fit.Scores.Select(score => score.IsAnomaly)];
        if (!truths.Contains(true) || !truths.Contains(false))
        {
            return (null, null, null, null);
        }
        var intervals = Bootstrap.Intervals(scores, truths, [curve => curve.AreaUnderRoc, curve => curve.AveragePrecision]);
        var judged = ThresholdJudgement.Of(
            [.. fit.Scores.Select(score => new ScoredSample(score.Sha256, score.Score, score.IsAnomaly, ScoreOrigin.OutOfFold))],
            ThresholdRule.LargestF1);
        return (
            Figure.Of(fit.AreaUnderRoc, intervals[0]),
            Figure.Of(fit.AveragePrecision, intervals[1]),
            judged.HeldOut is { } held ? Figure.Of(held.Counts.F1, Bootstrap.F1Interval(held.Counts)) : null,
            judged.Threshold);
    }
}
