namespace AdClip.Portal.Features.Evaluation;

/// <summary>Names the texts of this feature: EvaluationText.resx and EvaluationText.ko.resx.</summary>
public sealed class EvaluationText;
