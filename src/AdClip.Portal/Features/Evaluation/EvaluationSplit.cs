using AdClip.Portal.Features.Images;

namespace AdClip.Portal.Features.Evaluation;

/// <summary>Which images of a run are counted.</summary>
public enum EvaluationSplit
{
    /// <summary>Every image of the run, whatever its split.</summary>
    All,

    /// <summary>Those that are kept for judging.</summary>
    Test,

    /// <summary>Those that detectors learn from.</summary>
    Train,
}

/// <summary>Names and meaning of <see cref="EvaluationSplit"/>.</summary>
public static class EvaluationSplits
{
    public static string NameOf(EvaluationSplit split) => split switch
    {
        EvaluationSplit.Test => "test",
        EvaluationSplit.Train => "train",
        _ => "all",
    };

    /// <summary>Reads a name; null or empty: not asked for.</summary>
    /// <returns>False: there is no such split.</returns>
    public static bool TryParse(string? name, out EvaluationSplit? split)
    {
        split = name switch
        {
            "test" => EvaluationSplit.Test,
            "train" => EvaluationSplit.Train,
            "all" => EvaluationSplit.All,
            _ => null,
        };
        return split is not null || string.IsNullOrEmpty(name);
    }

    public static bool Holds(this EvaluationSplit split, ImageSplit image) => split switch
    {
        EvaluationSplit.Test => image == ImageSplit.Test,
        EvaluationSplit.Train => image == ImageSplit.Train,
        _ => true,
    };
}
