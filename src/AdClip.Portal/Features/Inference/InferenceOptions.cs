using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Inference;

/// <summary>How hard the server works on inference.</summary>
public sealed class InferenceOptions
{
    /// <summary>Most good images that a run compares with; of more, the first by SHA-256 are taken.</summary>
    public int MaxReferences { get; set; } = 500;
}

internal sealed class ValidateInferenceOptions : IValidateOptions<InferenceOptions>
{
    public ValidateOptionsResult Validate(string? name, InferenceOptions options)
    {
        List<string> wrong = [];
        if (options.MaxReferences < 1)
        {
            wrong.Add($"Inference:MaxReferences is {options.MaxReferences}; give at least 1.");
        }
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
