namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>Where the steps below a root lead: the version that holds, and the one that a redo goes to.</summary>
/// <param name="Steps">Number of the last step; 0: none.</param>
/// <param name="HeadId">The version that holds; null: the root.</param>
/// <param name="RedoId">Where a redo goes; null: nowhere.</param>
public sealed record TeachingHistory(int Steps, Guid? HeadId, Guid? RedoId)
{
    /// <param name="steps">Below one root, in order.</param>
    public static TeachingHistory Of(Guid? rootId, IEnumerable<TeachingStep> steps)
    {
        var (last, head) = (0, rootId);
        Stack<Guid> undone = [];
        foreach (var step in steps)
        {
            switch (step.Kind)
            {
                case TeachingStepKind.Taught:
                    undone.Clear();
                    break;
                case TeachingStepKind.Undone:
                    undone.Push(head ?? throw new InvalidOperationException($"Step {step.Number} undoes nothing."));
                    break;
                case TeachingStepKind.Redone:
                    undone.Pop();
                    break;
            }
            (last, head) = (step.Number, step.VersionId);
        }
        return new TeachingHistory(last, head, undone.TryPeek(out var redo) ? redo : null);
    }
}
