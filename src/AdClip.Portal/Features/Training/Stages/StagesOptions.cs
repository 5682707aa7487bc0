using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Training.Stages;

/// <summary>How much an experiment with stages may take; settings of the section Stages.</summary>
public sealed class StagesOptions
{
    /// <summary>Most labelled images that are drawn from and tested on. Their tokens are read when needed, so that this costs time, not memory.</summary>
    public int MaxImages { get; set; } = 1000;
}

internal sealed class ValidateStagesOptions : IValidateOptions<StagesOptions>
{
    public ValidateOptionsResult Validate(string? name, StagesOptions options) => options.MaxImages is >= 8 and <= 100_000
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"Stages:MaxImages is {options.MaxImages}; give 8 to 100000.");
}
