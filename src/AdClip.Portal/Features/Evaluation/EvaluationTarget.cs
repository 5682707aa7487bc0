namespace AdClip.Portal.Features.Evaluation;

/// <summary>What AD-CLIP's model card promises.</summary>
public static class EvaluationTarget
{
    public const double F1 = 0.95;
}
