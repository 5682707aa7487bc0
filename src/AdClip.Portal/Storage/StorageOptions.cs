using Microsoft.Extensions.Options;

namespace AdClip.Portal.Storage;

/// <summary>Where the portal keeps what people made.</summary>
public sealed class StorageOptions
{
    /// <summary>Folder of the database, the blobs and the keys; created when missing. Relative to the working directory.</summary>
    public string DataFolder { get; set; } = "data";
}

internal sealed class ValidateStorageOptions : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options) =>
        string.IsNullOrWhiteSpace(options.DataFolder)
            ? ValidateOptionsResult.Fail("Storage:DataFolder is empty; name the folder that shall hold the database and the images.")
            : ValidateOptionsResult.Success;
}
