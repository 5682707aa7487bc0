using System.ComponentModel;
using AdClip.Portal.Features.Training.Prompts;
using AdClip.Vision.Detection.FewShot;

namespace AdClip.Portal.Features.Training;

/// <summary>What somebody asks for; parts that do not help are left out by themselves, so the defaults need no change.</summary>
public sealed record NewTraining
{
    /// <summary>Null: the project's default.</summary>
    public string? Model { get; init; }

    /// <summary>The word for the product in the texts; null: the project's.</summary>
    public string? ObjectName { get; init; }

    /// <summary>The comparison with the texts.</summary>
    // The description of the API does not see initial values.
    [DefaultValue(true)]
    public bool UseText { get; init; } = true;

    /// <summary>The comparison with good patches.</summary>
    [DefaultValue(true)]
    public bool UseBank { get; init; } = true;

    /// <summary>Linear heads; they need labelled anomalies.</summary>
    [DefaultValue(true)]
    public bool UseHeads { get; init; } = true;

    /// <summary>The comparison with defective patches; it needs drawn anomalies.</summary>
    [DefaultValue(true)]
    public bool UseAnomalyBank { get; init; } = true;

    /// <summary>Whether the part lies in any direction: good images are learned in four.</summary>
    [DefaultValue(false)]
    public bool RotatesPart { get; init; }

    /// <summary>Whether texts are learned, too.</summary>
    [DefaultValue(LearnKind.Quick)]
    public LearnKind Learn { get; init; } = LearnKind.Quick;

    /// <summary>How; null: the defaults.</summary>
    public PromptRequest? Prompts { get; init; }

    /// <summary>Learned prompts of the project whose texts are used as they are; null: the model's own, or those that are learned.</summary>
    public Guid? Checkpoint { get; init; }

    // Prompts alone are compared with, and nothing else; the fit then only gives them a scale and a threshold.
    internal FitOptions Options => Learn == LearnKind.Prompts
        ? new(UseText: true, UseBank: false, UseHeads: false, UseAnomalyBank: false)
        : new(UseText, UseBank, UseHeads, UseAnomalyBank, RotatesPart);
}

/// <summary>What the job is told: the request with nothing left open.</summary>
internal sealed record TrainingPlan
{
    public required string ModelId { get; init; }

    public required string ObjectName { get; init; }

    public required FitOptions Options { get; init; }

    public required Guid CreatedBy { get; init; }

    /// <summary>Labelled images beyond the most that a training takes.</summary>
    public int LeftOut { get; init; }

    /// <summary>Null: none are learned.</summary>
    public PromptPlan? Prompts { get; init; }

    /// <summary>Learned prompts whose texts are used.</summary>
    public Guid? CheckpointId { get; init; }

    /// <summary>The version that the training of those made.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>Of the inspection area then; null: asked for by a version of the portal that did not note it.</summary>
    public int? AreaRevision { get; init; }

    /// <summary>Labelled images that were kept for judging.</summary>
    public int TestImages { get; init; }
}
