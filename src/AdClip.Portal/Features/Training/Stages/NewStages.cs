using AdClip.Vision.Datasets;

namespace AdClip.Portal.Features.Training.Stages;

/// <summary>What somebody asks for; everything may be left out.</summary>
/// <param name="Stages">Anomalies + good images, such as "10+4"; null: those of the model card, and the same good images alone.</param>
/// <param name="Detectors">Null: text, bank and fitted.</param>
/// <param name="Models">Null: the project's default.</param>
/// <param name="Seeds">How often the images are drawn anew.</param>
/// <param name="ObjectName">The word for the product in the texts; null: the project's.</param>
public sealed record NewStages(
    IReadOnlyList<string>? Stages = null, IReadOnlyList<StageDetector>? Detectors = null,
    IReadOnlyList<string>? Models = null, int Seeds = NewStages.UsualSeeds, string? ObjectName = null)
{
    public const int UsualSeeds = 5;

    /// <summary>Good images alone, then the model card's stages.</summary>
    public static IReadOnlyList<Stage> UsualStages { get; } = [.. Stage.ModelCard.Select(stage => stage with { Anomalies = 0 }), .. Stage.ModelCard];
}

/// <summary>What the job is told: the request with nothing left open.</summary>
/// <param name="Stages">Those asked for, without anomalies first, then by size.</param>
/// <param name="Supply">What they are drawn from.</param>
public sealed record StagePlan(
    IReadOnlyList<Stage> Stages, IReadOnlyList<StageDetector> Detectors,
    IReadOnlyList<StageModel> Models, int Seeds, string ObjectName, StageSupply Supply)
{
    /// <summary>The stages that are tried.</summary>
    public IReadOnlyList<Stage> Filled => Supply.Fillable(Stages);

    /// <summary>Every cell of the table, seed by seed, so that an experiment that was stopped still has whole seeds.</summary>
    public IEnumerable<StageCellKey> Cells() =>
        from model in Models
        from seed in Enumerable.Range(1, Seeds)
        from stage in Filled
        from detector in Detectors
        where detector.CanLearn(stage)
        select new StageCellKey(model.Id, detector, stage, seed);
}

/// <summary>A model as it was when the experiment was made.</summary>
/// <param name="Sha256">Of its weights.</param>
public sealed record StageModel(string Id, string Name, string Sha256);

/// <summary>One cell: a detector that learned from one draw of one stage.</summary>
public sealed record StageCellKey(string ModelId, StageDetector Detector, Stage Stage, int Seed);
