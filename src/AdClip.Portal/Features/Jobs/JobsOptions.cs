using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Jobs;

/// <summary>How much the server works at once.</summary>
public sealed class JobsOptions
{
    /// <summary>Jobs that run at the same time; the others wait. One keeps a run's time per image steady.</summary>
    public int Concurrent { get; set; } = 2;
}

internal sealed class ValidateJobsOptions : IValidateOptions<JobsOptions>
{
    public ValidateOptionsResult Validate(string? name, JobsOptions options) =>
        options.Concurrent is >= 1 and <= 64
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Jobs:Concurrent is {options.Concurrent}; give a number from 1 to 64.");
}
