namespace AdClip.Portal.Features.Jobs;

/// <summary>A job at one moment, as pages and the feed see it.</summary>
public sealed record JobView(
    Guid Id,
    string Kind,
    Guid? ProjectId,
    string TitleArguments,
    JobState State,
    int Done,
    int Total,
    string? MessageCode,
    string MessageArguments,
    DateTimeOffset CreatedAt,
    Guid CreatedBy,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    int Attempt,
    DateTimeOffset? AttemptStartedAt,
    int AttemptStartDone,
    string? ResultUrl)
{
    public static JobView Of(JobRecord job) => new(
        job.Id, job.Kind, job.ProjectId, job.TitleArguments, job.State, job.Done, job.Total, job.MessageCode, job.MessageArguments,
        job.CreatedAt, job.CreatedBy, job.StartedAt, job.FinishedAt, job.Attempt, job.AttemptStartedAt, job.AttemptStartDone, job.ResultUrl);

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
