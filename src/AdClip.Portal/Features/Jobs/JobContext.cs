namespace AdClip.Portal.Features.Jobs;

/// <summary>A running job, as its handler sees it.</summary>
public sealed class JobContext
{
    private readonly JobProgress _progress;

    internal JobContext(JobRecord record, JobProgress progress)
    {
        _progress = progress;
        (JobId, ProjectId, Payload, Attempt) = (record.Id, record.ProjectId, record.Payload, record.Attempt);
    }

    public Guid JobId { get; }

    public Guid? ProjectId { get; }

    /// <summary>As given to <see cref="NewJob"/>.</summary>
    public string Payload { get; }

    /// <summary>1 for the first start; more: look for what an earlier attempt finished.</summary>
    public int Attempt { get; }

    /// <summary>Says where the attempt begins: what earlier attempts finished does not count for the speed.</summary>
    public Task BeginAsync(int done, int total) => _progress.BeginAsync(done, total);

    /// <summary>Says which parts it has, and what earlier attempts did of them. A job whose steps all cost about the same needs no plan.</summary>
    public Task PlanAsync(IReadOnlyList<JobPart> parts, IReadOnlyDictionary<JobPart, int>? done = null) => _progress.PlanAsync(parts, done);

    /// <summary>From now on it works on this part of its plan.</summary>
    public void Enter(JobPart part) => _progress.Enter(part);

    /// <summary>Says how many steps of a part of its plan are done. As cheap as for the whole, and thread-safe.</summary>
    public void Report(JobPart part, int done) => _progress.Report(part, done);

    /// <summary>Says how far it is, all steps costing about the same. Pages hear of it at most ten times a second, the database once. Thread-safe.</summary>
    public void Report(int done, int total) => _progress.Report(done, total);
}
