using AdClip.Vision.Datasets;

namespace AdClip.Portal.Features.Training.Stages;

/// <summary>The labelled images of a project that stages are drawn from.</summary>
/// <param name="LeftOut">Labelled images beyond the most that an experiment takes.</param>
public sealed record StageSupply(int Good, int Anomalies, int LeftOut = 0)
{
    /// <summary>Images of either kind that have to be left for the test.</summary>
    public const int LeastTested = 2;

    /// <summary>Fewer of a kind are tested, but tell little.</summary>
    public const int FewTested = 10;

    /// <summary>What a stage lacks; nothing of either kind: it can be filled.</summary>
    public StageGap Missing(Stage stage) => new(Math.Max(0, stage.Good + LeastTested - Good), Math.Max(0, stage.Anomalies + LeastTested - Anomalies));

    /// <summary>The stages that can be filled.</summary>
    public IReadOnlyList<Stage> Fillable(IReadOnlyList<Stage> stages) => [.. stages.Where(stage => Missing(stage).IsNone)];

    /// <summary>What is left for the test when the largest of these stages has been drawn; null without a stage.</summary>
    public StageSupply? Tested(IReadOnlyList<Stage> filled) =>
        filled.Count == 0 ? null : new StageSupply(Good - filled.Max(stage => stage.Good), Anomalies - filled.Max(stage => stage.Anomalies));
}

/// <summary>Images that have to be labelled before a stage can be filled and tested.</summary>
public readonly record struct StageGap(int Good, int Anomalies)
{
    public bool IsNone => this is { Good: 0, Anomalies: 0 };
}
