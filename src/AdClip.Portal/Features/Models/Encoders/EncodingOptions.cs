using AdClip.Vision;
using AdClip.Vision.Graphs;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Models.Encoders;

/// <summary>What the image encoders run on; settings of the section Runs.</summary>
public sealed class EncodingOptions
{
    /// <summary>auto, cpu, cuda, cuda:N or directml.</summary>
    public string Device { get; set; } = "auto";

    /// <summary>
    /// float32, or float16 for graphics processors. Not chosen by the device: scores of the two differ slightly, so thresholds
    /// would change their meaning with the machine.
    /// </summary>
    public string Precision { get; set; } = "float32";

    /// <summary>Images in the encoder at the same time, of all jobs together; 0: the number of processors. Each takes one thread.</summary>
    public int ImagesInFlight { get; set; }

    internal DeviceWish Wish => DeviceWish.Parse(Device);

    internal Precision EncoderPrecision =>
        Precision.Equals("float16", StringComparison.OrdinalIgnoreCase) ? Vision.Graphs.Precision.Float16 : Vision.Graphs.Precision.Float32;
}

internal sealed class ValidateEncodingOptions : IValidateOptions<EncodingOptions>
{
    public ValidateOptionsResult Validate(string? name, EncodingOptions options)
    {
        List<string> wrong = [];
        try
        {
            DeviceWish.Parse(options.Device);
        }
        catch (RefusedInputException)
        {
            wrong.Add($"Runs:Device is '{options.Device}'; give auto, cpu, cuda, cuda:1 or directml.");
        }
        if (!options.Precision.Equals("float32", StringComparison.OrdinalIgnoreCase)
            && !options.Precision.Equals("float16", StringComparison.OrdinalIgnoreCase))
        {
            wrong.Add($"Runs:Precision is '{options.Precision}'; give float32 or float16.");
        }
        if (options.ImagesInFlight is < 0 or > 1024)
        {
            wrong.Add($"Runs:ImagesInFlight is {options.ImagesInFlight}; give 0 to 1024.");
        }
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
