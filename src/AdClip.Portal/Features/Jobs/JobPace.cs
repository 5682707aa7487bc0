using System.Text.Json;

namespace AdClip.Portal.Features.Jobs;

/// <summary>How far a running job is and how long it may still take, as was known at a moment.</summary>
/// <param name="Percent">0 to 100; null: its parts cannot be weighed against each other yet.</param>
/// <param name="LowSeconds">As little as it may still take; null: not enough was measured.</param>
/// <param name="HighSeconds">As much as it may still take.</param>
/// <param name="Part">Name of the part that is worked on; empty: the job has one only.</param>
/// <param name="At">The moment.</param>
public sealed record JobEstimate(double? Percent, double? LowSeconds, double? HighSeconds, string Part, int PartDone, int PartSteps, DateTimeOffset At);

/// <summary>What <see cref="JobRecord.Pace"/> keeps: the estimate while the job runs, and what its steps took, for later jobs of the kind.</summary>
internal sealed record JobPace(JobEstimate? Estimate, IReadOnlyList<MeasuredPart> Parts)
{
    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public static JobPace? Parse(string? json) => json is null ? null : JsonSerializer.Deserialize<JobPace>(json, JsonSerializerOptions.Web);
}
