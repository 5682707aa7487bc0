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
    string? ResultUrl,
    JobEstimate? Estimate)
{
    // The worker says something each few seconds, whether steps are done or not.
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(60);

    public static JobView Of(JobRecord job) => new(
        job.Id, job.Kind, job.ProjectId, job.TitleArguments, job.State, job.Done, job.Total, job.MessageCode, job.MessageArguments,
        job.CreatedAt, job.CreatedBy, job.StartedAt, job.FinishedAt, job.Attempt, job.AttemptStartedAt, job.AttemptStartDone, job.ResultUrl,
        JobPace.Parse(job.Pace)?.Estimate);

    /// <summary>From the first start to the end or to now; null before it starts.</summary>
    public TimeSpan? Elapsed(DateTimeOffset now) => StartedAt is { } start ? (FinishedAt ?? now) - start : null;

    /// <summary>As much as it may still take; null while that is unknown.</summary>
    public TimeSpan? Remaining(DateTimeOffset now) => Left(now)?.High;

    /// <summary>As little and as much as it may still take; null while not enough was measured, or when nobody has said anything for long.</summary>
    public (TimeSpan Low, TimeSpan High)? Left(DateTimeOffset now) =>
        State == JobState.Running && Estimate is { LowSeconds: { } low, HighSeconds: { } high, At: var at } && now - at < Stale
            ? (TimeSpan.FromSeconds(low), TimeSpan.FromSeconds(high))
            : null;

    /// <summary>0 to 100; null while the steps, or what they cost, are unknown.</summary>
    public double? Percent => Estimate is { } estimate ? estimate.Percent : Total > 0 ? 100.0 * Done / Total : null;
}
