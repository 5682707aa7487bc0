using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AdClip.Portal.Features.Jobs;

/// <summary>Where a job stands. Only <see cref="JobRecord"/> rows are edited in place, and only by Jobs.</summary>
public enum JobState
{
    /// <summary>Waits for a worker; also after a restart that interrupted it.</summary>
    Queued,

    Running,

    /// <summary>Somebody asked to stop it and the worker has not answered yet. Survives a restart.</summary>
    Cancelling,

    Cancelled,

    Succeeded,

    /// <summary>A fault of the program; the message names the id under which the log has it.</summary>
    Failed,

    /// <summary>An input that cannot be used; the message says which and what to do.</summary>
    Refused,
}

public static class JobStates
{
    /// <summary>True: nothing more happens unless somebody retries it.</summary>
    public static bool IsOver(this JobState state) => state is JobState.Cancelled or JobState.Succeeded or JobState.Failed or JobState.Refused;
}

/// <summary>A piece of work that outlives the request, the circuit and the process that asked for it.</summary>
public sealed class JobRecord
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Names the handler and its texts.</summary>
    public required string Kind { get; init; }

    /// <summary>Null: not of one project; shown to everybody.</summary>
    public Guid? ProjectId { get; init; }

    /// <summary>What the handler needs, as JSON; usually one id.</summary>
    public required string Payload { get; init; }

    /// <summary>JSON array of the values that the title names.</summary>
    public string TitleArguments { get; init; } = "[]";

    public JobState State { get; set; }

    /// <summary>Steps finished, of <see cref="Total"/>; 0 of 0 until the handler knows.</summary>
    public int Done { get; set; }

    public int Total { get; set; }

    /// <summary>Names the sentence that tells how it ended; null while it has not.</summary>
    public string? MessageCode { get; set; }

    /// <summary>JSON array of the values that the sentence names.</summary>
    public string MessageArguments { get; set; } = "[]";

    public required DateTimeOffset CreatedAt { get; init; }

    public required Guid CreatedBy { get; init; }

    /// <summary>First start.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>How often a worker took it up: 2 after one restart or retry.</summary>
    public int Attempt { get; set; }

    /// <summary>Start of the present attempt, and the steps that were finished then: speed is measured from here.</summary>
    public DateTimeOffset? AttemptStartedAt { get; set; }

    public int AttemptStartDone { get; set; }

    /// <summary>How long its steps take, as JSON (<see cref="JobPace"/>); null: nothing was measured.</summary>
    public string? Pace { get; set; }

    /// <summary>Page that shows what came of it.</summary>
    public string? ResultUrl { get; set; }
}

internal sealed class JobTable : IEntityTypeConfiguration<JobRecord>
{
    public void Configure(EntityTypeBuilder<JobRecord> builder)
    {
        builder.ToTable("Jobs");
        builder.Property(job => job.Kind).HasMaxLength(50);
        builder.Property(job => job.State).HasConversion<string>().HasMaxLength(20);
        builder.Property(job => job.MessageCode).HasMaxLength(100);
        builder.Property(job => job.ResultUrl).HasMaxLength(500);
        builder.HasIndex(job => new { job.State, job.CreatedAt });
        builder.HasIndex(job => job.CreatedAt);
        builder.HasOne<Project>().WithMany().HasForeignKey(job => job.ProjectId);
        builder.HasOne<PortalUser>().WithMany().HasForeignKey(job => job.CreatedBy);
    }
}
