namespace AdClip.Portal.Features.Jobs;

/// <summary>A job at one moment, as pages and the feed see it.</summary>
public sealed record JobView
{
    public required Guid Id { get; init; }

    public required string Kind { get; init; }

    public required Guid? ProjectId { get; init; }

    public required string TitleArguments { get; init; }

    public required JobState State { get; init; }

    public required int Done { get; init; }

    public required int Total { get; init; }

    public required string? MessageCode { get; init; }

    public required string MessageArguments { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required Guid CreatedBy { get; init; }

    public required DateTimeOffset? StartedAt { get; init; }

    public required DateTimeOffset? FinishedAt { get; init; }

    public required int Attempt { get; init; }

    public required DateTimeOffset? AttemptStartedAt { get; init; }

    public required int AttemptStartDone { get; init; }

    public required string? ResultUrl { get; init; }

    public static JobView Of(JobRecord job) => new()
    {
        Id = job.Id,
        Kind = job.Kind,
        ProjectId = job.ProjectId,
        TitleArguments = job.TitleArguments,
        State = job.State,
        Done = job.Done,
        Total = job.Total,
        MessageCode = job.MessageCode,
        MessageArguments = job.MessageArguments,
        CreatedAt = job.CreatedAt,
        CreatedBy = job.CreatedBy,
        StartedAt = job.StartedAt,
        FinishedAt = job.FinishedAt,
        Attempt = job.Attempt,
        AttemptStartedAt = job.AttemptStartedAt,
        AttemptStartDone = job.AttemptStartDone,
        ResultUrl = job.ResultUrl,
    };

    /// <summary>From the first start to the end or to now; null before it starts.</summary>
    public TimeSpan? Elapsed(DateTimeOffset now) => StartedAt is { } start ? (FinishedAt ?? now) - start : null;

    /// <summary>What is left at the speed of the present attempt; null while that is unknown.</summary>
    public TimeSpan? Remaining(DateTimeOffset now)
    {
        var stepsOfAttempt = Done - AttemptStartDone;
        return State == JobState.Running && AttemptStartedAt is { } start && stepsOfAttempt > 0
            ? (now - start) / stepsOfAttempt * (Total - Done)
            : null;
    }

    /// <summary>0 to 100; null while the number of steps is unknown.</summary>
    public double? Percent => Total > 0 ? 100.0 * Done / Total : null;
}
