namespace AdClip.Portal.Features.Jobs;

/// <summary>Does the work of one kind of job.</summary>
/// <remarks>
/// May be started again from the beginning after the server was killed at any moment: what it did before must be
/// found, not done twice. It lets <see cref="OperationCanceledException"/> of its token pass: the worker knows
/// whether somebody cancelled the job or the server is shutting down.
/// </remarks>
public interface IJobHandler
{
    Task<JobOutcome> RunAsync(JobContext job, CancellationToken cancel);
}
