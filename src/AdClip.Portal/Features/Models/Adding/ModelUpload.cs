using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Storage;
using AdClip.Vision;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Models.Adding;

/// <summary>Takes a model's files in one by one, then the whole model.</summary>
public sealed class ModelUpload(ModelCatalog catalog, ModelFolders folders, IOptions<ModelsOptions> options)
{
    /// <summary>Streams one file into the upload's folder; it is there wholly or not at all.</summary>
    /// <exception cref="RefusedInputException">Not a file that a model consists of, or too long.</exception>
    public async Task PutAsync(Guid uploadId, string fileName, Stream body, CancellationToken cancel)
    {
        if (!ModelFiles.IsAccepted(fileName))
        {
            throw new RefusedInputException(
                RefusalCode.NotAModelFile,
                $"{fileName} is not a file of a model; upload the weights (.safetensors, .pt, "
                + $".pth, .bin) and, where there are, {string.Join(", ", ModelFiles.Companions)}.",
                fileName, string.Join(", ", ModelFiles.Companions));
        }
        var target = Path.Combine(Directory.CreateDirectory(Staged(uploadId)).FullName, fileName);
        var partial = $"{target}.{Guid.NewGuid():N}";
        try
        {
            await using (var file = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous))
            {
                await BoundedCopy.ReceiveAsync(body.ReadAsync, file.WriteAsync, 0, options.Value.MaxFileBytes, cancel);
                file.Flush(flushToDisk: true);
            }
            File.Move(partial, target, overwrite: true);
            DirectoryFlush.ToDisk(Staged(uploadId));
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Makes the uploaded files a model.</summary>
    /// <exception cref="RefusedInputException">They are not one; what was uploaded is dropped.</exception>
    public async Task<ModelRecord> CommitAsync(Guid uploadId, string name, CancellationToken cancel)
    {
        var staged = Staged(uploadId);
        if (!Directory.Exists(staged))
        {
            throw new RefusedInputException(RefusalCode.FileMissing, "No file of this model was uploaded.", name);
        }
        var weights = Directory.EnumerateFiles(staged).Select(Path.GetFileName).FirstOrDefault(file => ModelFiles.IsWeights(file!)) ?? name;
        try
        {
            return await catalog.AdmitAsync(staged, ModelFolders.IdFor(name), name.Trim(), weights, cancel);
        }
        catch (RefusedInputException)
        {
            Directory.Delete(staged, recursive: true);
            throw;
        }
    }

    private string Staged(Guid uploadId) => folders.StagingOf($"upload-{uploadId:N}");
}
