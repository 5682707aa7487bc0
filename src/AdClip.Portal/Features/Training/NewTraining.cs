using AdClip.Portal.Features.Training.Prompts;
using AdClip.Vision.Detection.FewShot;

namespace AdClip.Portal.Features.Training;

/// <summary>What somebody asks for; parts that do not help are left out by themselves, so the defaults need no change.</summary>
/// <param name="Model">Null: the project's default.</param>
/// <param name="ObjectName">The word for the product in the texts; null: the project's.</param>
/// <param name="UseText">The comparison with the texts.</param>
/// <param name="UseBank">The comparison with good patches.</param>
/// <param name="UseHeads">Linear heads; they need labelled anomalies.</param>
/// <param name="UseAnomalyBank">The comparison with defective patches; it needs drawn anomalies.</param>
/// <param name="RotatesPart">Whether the part lies in any direction: good images are learned in four.</param>
/// <param name="Learn">Whether texts are learned, too.</param>
/// <param name="Prompts">How; null: the defaults.</param>
/// <param name="Checkpoint">Learned prompts of the project whose texts are used as they are; null: the model's own, or those that are learned.</param>
public sealed record NewTraining(
    string? Model = null, string? ObjectName = null, bool UseText = true, bool UseBank = true,
    bool UseHeads = true, bool UseAnomalyBank = true, bool RotatesPart = false,
    LearnKind Learn = LearnKind.Quick, PromptRequest? Prompts = null, Guid? Checkpoint = null)
{
    // Prompts alone are compared with, and nothing else; the fit then only gives them a scale and a threshold.
    internal FitOptions Options => Learn == LearnKind.Prompts
        ? new(UseText: true, UseBank: false, UseHeads: false, UseAnomalyBank: false)
        : new(UseText, UseBank, UseHeads, UseAnomalyBank, RotatesPart);
}

/// <summary>What the job is told: the request with nothing left open.</summary>
/// <param name="LeftOut">Labelled images beyond the most that a training takes.</param>
/// <param name="Prompts">Null: none are learned.</param>
/// <param name="CheckpointId">Learned prompts whose texts are used.</param>
/// <param name="ParentId">The version that the training of those made.</param>
/// <param name="AreaRevision">Of the inspection area then; null: asked for by a version of the portal that did not note it.</param>
internal sealed record TrainingPlan(
    string ModelId, string ObjectName, FitOptions Options, Guid CreatedBy, int LeftOut = 0,
    PromptPlan? Prompts = null, Guid? CheckpointId = null, Guid? ParentId = null, int? AreaRevision = null)
{
    /// <summary>Labelled images that were kept for judging.</summary>
    public int TestImages { get; init; }
}
