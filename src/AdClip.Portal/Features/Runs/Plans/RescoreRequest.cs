namespace AdClip.Portal.Features.Runs.Plans;

/// <summary>What shall be different when a run is scored again; what is left out stays as it was.</summary>
/// <param name="ObjectName">The word for the product in prompts.</param>
/// <param name="Prompts">The words to compare with.</param>
/// <param name="References">Null: the very images that the run compared with.</param>
/// <param name="ReferenceCount">How many, for <see cref="ReferenceChoice.FirstGood"/>.</param>
/// <param name="ReferenceImages">Which, for <see cref="ReferenceChoice.Chosen"/>.</param>
/// <param name="Detector">A trained detector of the project, on the tokens of the same encoder; it has its own words and good images.</param>
public sealed record RescoreRequest(
    string? ObjectName = null,
    RunPrompts? Prompts = null,
    ReferenceChoice? References = null,
    int? ReferenceCount = null,
    IReadOnlyList<Guid>? ReferenceImages = null,
    Guid? Detector = null);
