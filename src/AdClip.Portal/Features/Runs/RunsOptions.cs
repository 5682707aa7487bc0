using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Runs;

/// <summary>How hard the server works on inference.</summary>
public sealed class RunsOptions
{
    /// <summary>Most good images that a run compares with; of more, the first by SHA-256 are taken.</summary>
    public int MaxReferences { get; set; } = 500;
}

internal sealed class ValidateRunsOptions : IValidateOptions<RunsOptions>
{
    public ValidateOptionsResult Validate(string? name, RunsOptions options)
    {
        List<string> wrong = [];
        if (options.MaxReferences < 1)
        {
            wrong.Add($"Runs:MaxReferences is {options.MaxReferences}; give at least 1.");
        }
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
