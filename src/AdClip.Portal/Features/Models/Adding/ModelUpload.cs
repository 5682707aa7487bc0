using System.Security.Cryptography;
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
    /// <param name="allowSame">False: weights that are there already are refused, and stay for a second answer.</param>
    /// <returns>The new model, and the names of others with its weights.</returns>
    /// <exception cref="RefusedInputException">They are not one; what was uploaded is dropped.</exception>
    public async Task<(ModelRecord Model, IReadOnlyList<string> SameWeightsAs)> CommitAsync(
        Guid uploadId, string name, bool allowSame, CancellationToken cancel)
    {
        var staged = Staged(uploadId);
        if (!Directory.Exists(staged))
        {
            throw new RefusedInputException(RefusalCode.FileMissing, "No file of this model was uploaded.", name);
        }
        var weights = Directory.EnumerateFiles(staged).Select(Path.GetFileName).FirstOrDefault(file => ModelFiles.IsWeights(file!)) ?? name;
        if (!allowSame && await SameAsync(Path.Combine(staged, weights), cancel) is { } there)
        {
            throw new RefusedInputException(
                RefusalCode.ModelAlreadyThere, $"The same weights as \"{there.Name}\" are there already; use that model, or add them again.", there.Name);
        }
        try
        {
            var model = await catalog.AdmitAsync(staged, ModelFolders.IdFor(name), name.Trim(), weights, cancel);
            var same = await catalog.WithWeightsAsync(model.Sha256, cancel);
            return (model, [.. same.Where(other => other.Id != model.Id).Select(other => other.Name)]);
        }
        catch (RefusedInputException)
        {
            Directory.Delete(staged, recursive: true);
            throw;
        }
    }

    /// <summary>Drops what was uploaded.</summary>
    public void Drop(Guid uploadId)
    {
        if (Directory.Exists(Staged(uploadId)))
        {
            Directory.Delete(Staged(uploadId), recursive: true);
        }
    }

    private async Task<ModelRecord?> SameAsync(string weights, CancellationToken cancel)
    {
        if (!File.Exists(weights))
        {
            return null;
        }
        await using var file = new FileStream(
            weights, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.Asynchronous | FileOptions.SequentialScan);
        var same = await catalog.WithWeightsAsync(Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel)), cancel);
        return same.Count > 0 ? same[0] : null;
    }

    private string Staged(Guid uploadId) => folders.StagingOf($"upload-{uploadId:N}");
}
