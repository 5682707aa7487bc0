using Microsoft.Extensions.Options;

namespace AdClip.Portal.Storage;

/// <summary>Where the portal keeps what people made.</summary>
public sealed class StorageOptions
{
    /// <summary>Folder of the database, the blobs and the keys; created when missing. Relative to the working directory.</summary>
    public string DataFolder { get; set; } = "data";

    /// <summary>Most disk space for cached tokens, in mebibytes; 0: none are kept.</summary>
    public int TokenCacheMebibytes { get; set; } = 20 * 1024;
}

internal sealed class ValidateStorageOptions : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        List<string> wrong = [];
        if (string.IsNullOrWhiteSpace(options.DataFolder))
        {
            wrong.Add("Storage:DataFolder is empty; name the folder that shall hold the database and the images.");
        }
        if (options.TokenCacheMebibytes < 0)
        {
            wrong.Add($"Storage:TokenCacheMebibytes is {options.TokenCacheMebibytes}; give 0 or more.");
        }
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
    }
}
