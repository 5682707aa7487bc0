using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Training;

/// <summary>How much a training may take; settings of the section Training.</summary>
public sealed class TrainingOptions
{
    /// <summary>
    /// Most labelled images that a detector is fitted to. The tokens of all of them are
    /// in memory at once: about 1 MB an image for adclip-mini, 17 MB for ViT-L/14.
    /// </summary>
    public int MaxImages { get; set; } = 300;

    /// <summary>Longest file of learned prompts that is taken in; those of ViT-L/14 have 23 MB.</summary>
    public int MaxCheckpointMebibytes { get; set; } = 256;
}

internal sealed class ValidateTrainingOptions : IValidateOptions<TrainingOptions>
{
    public ValidateOptionsResult Validate(string? name, TrainingOptions options) => options switch
    {
        { MaxImages: < 4 or > 100_000 } => ValidateOptionsResult.Fail($"Training:MaxImages is {options.MaxImages}; give 4 to 100000."),
        { MaxCheckpointMebibytes: < 1 or > 16_384 } =>
            ValidateOptionsResult.Fail($"Training:MaxCheckpointMebibytes is {options.MaxCheckpointMebibytes}; give 1 to 16384."),
        _ => ValidateOptionsResult.Success,
    };
}
