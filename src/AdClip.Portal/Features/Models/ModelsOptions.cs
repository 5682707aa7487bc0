using AdClip.Vision.Graphs;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Models;

/// <summary>Where models may come from, and how much memory they may take.</summary>
public sealed class ModelsOptions
{
    /// <summary>Folders on the server from which an administrator may add models; empty: none.</summary>
    public IList<string> AllowedFolders { get; } = [];

    /// <summary>Address of the hub for downloads, without a final slash.</summary>
    public string HubUrl { get; set; } = "https://huggingface.co";

    /// <summary>Repositories of the hub that may be downloaded.</summary>
    public IList<string> HubRepositories { get; } =
    [
        "openai/clip-vit-base-patch32",
        "openai/clip-vit-base-patch16",
        "openai/clip-vit-large-patch14",
        "openai/clip-vit-large-patch14-336",
    ];

    /// <summary>Largest file of a model, in mebibytes.</summary>
    public int MaxFileMebibytes { get; set; } = 8 * 1024;

    /// <summary>Memory for opened models, in mebibytes; 0: a quarter of what the process may use. One model is always opened.</summary>
    public int DetectorMemoryMebibytes { get; set; }

    /// <summary>Whether weights are copied into the kernels' order: faster for short inputs, but each process has its own copy.</summary>
    public Prepacking Prepack { get; set; } = Prepacking.Auto;

    internal long MaxFileBytes => MaxFileMebibytes * 1024L * 1024L;
}

internal sealed class ValidateModelsOptions : IValidateOptions<ModelsOptions>
{
    public ValidateOptionsResult Validate(string? name, ModelsOptions options)
    {
        List<string> wrong = [];
        wrong.AddRange(
            options.AllowedFolders.Where(folder => !Path.IsPathFullyQualified(folder))
                .Select(folder => $"Models:AllowedFolders holds '{folder}', which is not a full path."));
        if (!Uri.TryCreate(options.HubUrl, UriKind.Absolute, out var hub)
            || (hub.Scheme != Uri.UriSchemeHttps && !hub.IsLoopback)
            || options.HubUrl.EndsWith('/'))
        {
            wrong.Add($"Models:HubUrl is '{options.HubUrl}'; give an https address without a final slash.");
        }
        if (options.MaxFileMebibytes < 1 || options.DetectorMemoryMebibytes < 0)
        {
            wrong.Add(
                $"Models:MaxFileMebibytes is {options.MaxFileMebibytes} and DetectorMemoryMebibytes "
                + $"{options.DetectorMemoryMebibytes}; the first must be at least 1, the second at least 0.");
        }
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
