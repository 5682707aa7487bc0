namespace AdClip.Portal.Features.Jobs;

/// <summary>A job to be put on the board.</summary>
/// <param name="Kind">Name of a registered <see cref="JobKind"/>.</param>
/// <param name="ProjectId">Null: of no project.</param>
/// <param name="Payload">What the handler needs, as JSON or plain text.</param>
/// <param name="TitleArguments">Values that the kind's title names.</param>
public sealed record NewJob(string Kind, Guid? ProjectId, string Payload, IReadOnlyList<object> TitleArguments, Guid CreatedBy);
