using System.Text.Json.Serialization;
using AdClip.Vision.Datasets;

namespace AdClip.Portal.Features.Training.Stages;

/// <summary>What learns from the images of a stage.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StageDetector>))]
public enum StageDetector
{
    /// <summary>The texts alone: learns nothing, a threshold apart.</summary>
    Text,

    /// <summary>The model with its bank of good patches, as in a run with good images.</summary>
    Bank,

    /// <summary>The detector that the Training page fits.</summary>
    Fitted,

    /// <summary>Texts learned from the images; takes many times as long.</summary>
    Prompts,
}

public static class StageDetectors
{
    /// <summary>Every one of them, in the order of tables.</summary>
    public static IReadOnlyList<StageDetector> All { get; } = [StageDetector.Text, StageDetector.Bank, StageDetector.Fitted, StageDetector.Prompts];

    /// <summary>Those that take seconds.</summary>
    public static IReadOnlyList<StageDetector> Usual { get; } = [StageDetector.Text, StageDetector.Bank, StageDetector.Fitted];

    /// <summary>Whether a stage has the images that it needs.</summary>
    public static bool CanLearn(this StageDetector detector, Stage stage) => detector switch
    {
        StageDetector.Text => true,
        // An image is never compared with itself, so that one good image would be compared with nothing.
        StageDetector.Bank or StageDetector.Fitted => stage.Good >= TrainingBoard.LeastGood,
        _ => stage is { Good: >= 1, Anomalies: >= 1 },
    };

    /// <summary>About how long a cell takes, in images that are encoded: for the bar and the time left.</summary>
    internal static int Effort(this StageDetector detector, Stage stage, int judged) => detector switch
    {
        StageDetector.Text => 1 + (judged / 10),
        StageDetector.Bank => 1 + (judged * (stage.Good + 20) / 200),
        StageDetector.Fitted => 2 + ((stage.Good + stage.Anomalies) / 4) + (judged * (stage.Good + 20) / 150),
        _ => 2 + ((stage.Good + stage.Anomalies) * 12) + (judged / 10),
    };
}
