using System.Security.Claims;
using System.Text.Json;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Backbones.Clip;
using AdClip.Vision.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Training.Prompts;

/// <summary>The learned prompts of projects. The only writer of their table.</summary>
public sealed class Checkpoints(
    IDbContextFactory<PortalDb> dbs, BlobStore blobs, DataFolder folder, ModelCatalog catalog,
    DetectorPool detectors, IOptions<TrainingOptions> options, TimeProvider clock)
{
    /// <summary>Newest training first, epochs in order.</summary>
    public async Task<IReadOnlyList<StoredCheckpoint>> ListAsync(Guid projectId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var all = await db.Set<StoredCheckpoint>().AsNoTracking().Where(checkpoint => checkpoint.ProjectId == projectId).ToListAsync(cancel);
        return [.. all.OrderByDescending(checkpoint => checkpoint.TrainingId ?? checkpoint.Id).ThenBy(checkpoint => checkpoint.Epoch)];
    }

    /// <summary>The epochs of a training so far, in order.</summary>
    public async Task<IReadOnlyList<StoredCheckpoint>> OfTrainingAsync(Guid trainingId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<StoredCheckpoint>()
            .AsNoTracking()
            .Where(checkpoint => checkpoint.TrainingId == trainingId)
            .OrderBy(checkpoint => checkpoint.Epoch)
            .ToListAsync(cancel);
    }

    /// <summary>Null when it does not exist or this person may not know that it does.</summary>
    public async Task<StoredCheckpoint?> FindAsync(Guid checkpointId, ClaimsPrincipal user, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<StoredCheckpoint>().AsNoTracking()
            .SingleOrDefaultAsync(
                checkpoint => checkpoint.Id == checkpointId && ProjectAccess.Visible(db, user).Any(project => project.Id == checkpoint.ProjectId),
                cancel);
    }

    /// <summary>Learned prompts of this project.</summary>
    /// <exception cref="RefusedInputException">It has none of this id.</exception>
    public async Task<StoredCheckpoint> GetAsync(Guid projectId, Guid checkpointId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<StoredCheckpoint>()
            .AsNoTracking()
            .SingleOrDefaultAsync(checkpoint => checkpoint.Id == checkpointId && checkpoint.ProjectId == projectId, cancel)
            ?? throw new RefusedInputException(
                RefusalCode.StoredCheckpointUnknown,
                $"This project has no learned prompts {checkpointId}; choose one of the list on the Training page.", checkpointId);
    }

    /// <summary>Full path of the file, which can be used as learned prompts.</summary>
    public string PathOf(StoredCheckpoint checkpoint) => blobs.PathOf(checkpoint.Blob);

    /// <summary>Keeps an epoch that has just ended; an epoch that is kept already, from before the server was killed, stays as it is.</summary>
    internal async Task KeepAsync(Guid projectId, Guid trainingId, string modelId, Guid createdBy, FinishedEpoch finished, CancellationToken cancel)
    {
        var file = finished.File ?? throw new ArgumentException("The epoch has no checkpoint.", nameof(finished));
        await using var db = await dbs.CreateDbContextAsync(cancel);
        if (!await db.Set<StoredCheckpoint>().AnyAsync(checkpoint => checkpoint.TrainingId == trainingId && checkpoint.Epoch == finished.Report.Epoch, cancel))
        {
            var small = Path.ChangeExtension(file, ".safetensors");
            new KeptCheckpoint(PromptCheckpoint.Read(file), finished.Folds).Write(small);
            var blob = await blobs.PutAsync(await File.ReadAllBytesAsync(small, cancel), cancel);
            File.Delete(small);
            db.Add(new StoredCheckpoint
            {
                ProjectId = projectId,
                TrainingId = trainingId,
                Epoch = finished.Report.Epoch,
                Name = Path.GetFileName(file),
                ModelId = modelId,
                Blob = blob,
                Report = JsonSerializer.Serialize(finished.Report with { HeldOut = [] }),
                CreatedAt = clock.GetUtcNow(),
                CreatedBy = createdBy,
            });
            await db.SaveChangesAsync(cancel);
        }
        File.Delete(file);
    }

    /// <summary>Takes in a file that <c>adclip train</c>, this portal or AnomalyCLIP wrote. The same file twice is kept once.</summary>
    /// <param name="modelId">The model that it is for; null: the project's default.</param>
    /// <exception cref="RefusedInputException">Too long, no learned prompts, damaged, or prompts of another model.</exception>
    public async Task<StoredCheckpoint> TakeAsync(Project project, string? modelId, string fileName, Stream content, Guid userId, CancellationToken cancel)
    {
        var name = NameOf(fileName);
        var model = modelId is null ? await catalog.DefaultWithWordsAsync(project.Id, cancel) : await catalog.GetAsync(modelId, cancel);
        model.RequireWords();
        await using var incoming = blobs.Begin();
        await incoming.ReceiveAsync(content, options.Value.MaxCheckpointMebibytes * 1024L * 1024L, cancel);
        var sha256 = await incoming.FlushAsync(cancel);
        using (var lease = await detectors.RentAsync(model.Id, null, cancel))
        {
            Check(incoming.Path, name, lease.Detector.RequireWords().Architecture);
        }
        await using var db = await dbs.CreateDbContextAsync(cancel);
        if (await db.Set<StoredCheckpoint>()
            .AsNoTracking()
            .FirstOrDefaultAsync(kept => kept.ProjectId == project.Id && kept.Blob == sha256 && kept.ModelId == model.Id, cancel) is { } known)
        {
            return known;
        }
        var checkpoint = new StoredCheckpoint
        {
            ProjectId = project.Id,
            TrainingId = null,
            Epoch = null,
            Name = name,
            ModelId = model.Id,
            Blob = await incoming.CommitAsync(cancel),
            Report = null,
            CreatedAt = clock.GetUtcNow(),
            CreatedBy = userId,
        };
        db.Add(checkpoint);
        await db.SaveChangesAsync(cancel);
        return checkpoint;
    }

    /// <summary>The file as AnomalyCLIP's code loads it; what was uploaded comes back byte for byte.</summary>
    public async Task<Stream> OpenFileAsync(StoredCheckpoint checkpoint, CancellationToken cancel)
    {
        if (checkpoint.TrainingId is null)
        {
            return blobs.OpenRead(checkpoint.Blob);
        }
        // The name of the file is the name of the folder within it, as PyTorch writes it.
        var place = Directory.CreateDirectory(Path.Combine(folder.Cache, "checkpoints", Guid.NewGuid().ToString("N"))).FullName;
        try
        {
            var path = Path.Combine(place, checkpoint.Name);
            await Task.Run(() => KeptCheckpoint.Read(PathOf(checkpoint)).Prompts.Write(path), cancel);
            return new MemoryStream(await File.ReadAllBytesAsync(path, cancel), writable: false);
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    private static void Check(string path, string name, ClipArchitecture model)
    {
        try
        {
            var prompts = PromptCheckpoint.Read(path);
            prompts.CheckFits(model, name);
            if (prompts.Parameters.Concat([prompts.Normal.Prefix, prompts.Normal.Suffix, prompts.Abnormal.Prefix, prompts.Abnormal.Suffix])
                .Any(values => values.Any(value => !float.IsFinite(value))))
            {
                throw new RefusedInputException(
                    RefusalCode.CheckpointInvalid,
                    $"{name} cannot be used as learned prompts of this model: it has values that are no finite numbers.",
                    name, "it has values that are no finite numbers");
            }
        }
        catch (RefusedInputException refused) when (refused.Message.Contains(Path.GetFileName(path), StringComparison.Ordinal))
        {
            // On its way in it has no name of its own.
            string Named(string text) => text.Replace(path, name, StringComparison.Ordinal).Replace(Path.GetFileName(path), name, StringComparison.Ordinal);
            throw new RefusedInputException(
                refused.Code, Named(refused.Message),
                [.. refused.Arguments.Select(argument => argument is string text ? Named(text) : argument)]);
        }
    }

    // Separators of every system; the name is shown and given back, never a path here.
    private static string NameOf(string fileName)
    {
        var last = fileName.Split('/', '\\')[^1];
        var name = new string([.. last.Where(letter => !char.IsControl(letter))]).Trim();
        return name.Length == 0 ? "uploaded.pth" : name[..Math.Min(name.Length, StoredCheckpointTable.MaxName)];
    }
}
