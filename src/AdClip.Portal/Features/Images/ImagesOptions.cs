using AdClip.Vision.Imaging;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Images;

/// <summary>What may be uploaded, and how hard the server works on it.</summary>
public sealed class ImagesOptions
{
    /// <summary>Most megapixels of one image.</summary>
    public int MaxMegapixels { get; set; } = 120;

    /// <summary>Longest image file, packed or not, in mebibytes.</summary>
    public int MaxFileMebibytes { get; set; } = 512;

    /// <summary>Longest request, hence longest archive, in mebibytes.</summary>
    public int MaxRequestMebibytes { get; set; } = 16 * 1024;

    /// <summary>Most bytes that one archive may unpack to, in mebibytes.</summary>
    public int MaxUnpackedMebibytes { get; set; } = 64 * 1024;

    /// <summary>Most entries of one archive.</summary>
    public int MaxArchiveEntries { get; set; } = 200_000;

    /// <summary>Longest side of a thumbnail in pixels.</summary>
    public int ThumbnailSide { get; set; } = 320;

    /// <summary>Images decoded at the same time; 0 for the number of processors.</summary>
    public int DecodeConcurrency { get; set; }

    internal ImageLimits Limits => new() { MaxPixels = MaxMegapixels * 1_000_000L, MaxBytes = MaxFileMebibytes * 1024L * 1024L };
}

internal sealed class ValidateImagesOptions : IValidateOptions<ImagesOptions>
{
    public ValidateOptionsResult Validate(string? name, ImagesOptions options)
    {
        List<string> wrong = [];
        if (options.MaxMegapixels is < 1 or > 1000)
        {
            wrong.Add($"Images:MaxMegapixels is {options.MaxMegapixels}; it must be 1 to 1000.");
        }
        if (options.MaxFileMebibytes < 1 || options.MaxRequestMebibytes < options.MaxFileMebibytes || options.MaxUnpackedMebibytes < 1)
        {
            wrong.Add(
                $"Images:MaxFileMebibytes is {options.MaxFileMebibytes}, MaxRequestMebibytes {options.MaxRequestMebibytes} and "
                + $"MaxUnpackedMebibytes {options.MaxUnpackedMebibytes}; each must be at least 1, and a request at least as long as a file.");
        }
        if (options.MaxArchiveEntries < 1)
        {
            wrong.Add($"Images:MaxArchiveEntries is {options.MaxArchiveEntries}; it must be at least 1.");
        }
        if (options.ThumbnailSide is < 32 or > 2048)
        {
            wrong.Add($"Images:ThumbnailSide is {options.ThumbnailSide}; it must be 32 to 2048.");
        }
        if (options.DecodeConcurrency is < 0 or > 256)
        {
            wrong.Add($"Images:DecodeConcurrency is {options.DecodeConcurrency}; it must be 0 to 256.");
        }
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
