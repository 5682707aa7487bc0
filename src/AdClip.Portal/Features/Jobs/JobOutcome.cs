using AdClip.Vision;

namespace AdClip.Portal.Features.Jobs;

/// <summary>How a job ended, as its handler says it.</summary>
/// <param name="State"><see cref="JobState.Succeeded"/> or <see cref="JobState.Refused"/>; cancelling and failing are the worker's to say.</param>
/// <param name="Code">Names the sentence, in the kind's texts or, for a refusal, in RefusalText; null: nothing to add.</param>
public sealed record JobOutcome(JobState State, string? Code, IReadOnlyList<object> Arguments, string? ResultUrl)
{
    public static JobOutcome Done(string? code = null, IReadOnlyList<object>? arguments = null, string? resultUrl = null) =>
        new(JobState.Succeeded, code, arguments ?? [], resultUrl);

    public static JobOutcome Refused(RefusedInputException reason) => new(JobState.Refused, reason.Code.ToString(), reason.Arguments, null);

    public static JobOutcome Refused(string code, params IReadOnlyList<object> arguments) => new(JobState.Refused, code, arguments, null);
}
