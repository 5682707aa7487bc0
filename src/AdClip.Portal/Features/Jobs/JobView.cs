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

    /// <summary>What was measured of its speed; null: nothing yet.</summary>
    public required JobEstimate? Estimate { get; init; }

    // The worker says something each few seconds, whether steps are done or not.
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(60);

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
        Estimate = JobPace.Parse(job.Pace)?.Estimate,
    };

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
