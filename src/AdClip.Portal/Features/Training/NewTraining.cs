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
public sealed record NewTraining(string? Model = null, string? ObjectName = null, bool UseText = true, bool UseBank = true, bool UseHeads = true, bool UseAnomalyBank = true, bool RotatesPart = false)
{
    internal FitOptions Options => new(UseText, UseBank, UseHeads, UseAnomalyBank, RotatesPart);
}

/// <summary>What the job is told: the request with nothing left open.</summary>
internal sealed record TrainingPlan(string ModelId, string ObjectName, FitOptions Options, Guid CreatedBy);
