using System.Globalization;
using AdClip.Portal.Storage;
using AdClip.Vision;
using AdClip.Vision.Detection;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Models.Catalog;

/// <summary>The models that can be used: what lies in the folders, described once and kept in the database.</summary>
/// <remarks>
/// One model is looked up: a query, and a look at its folder that tells whether the weights are still those that were described. All
/// folders are searched only for a list, and when a look-up finds nothing or other weights.
/// </remarks>
public sealed class ModelCatalog(IDbContextFactory<PortalDb> dbs, ModelFolders folders, TimeProvider clock, ILogger<ModelCatalog> log) : IDisposable
{
    private readonly SemaphoreSlim _scan = new(1);

    /// <summary>By path: the files of folders that are no models, as they were when that was found out.</summary>
    private readonly Dictionary<string, string> _refused = [];

    /// <summary>Embedded first, then by name. Folders that somebody copied in by hand are found.</summary>
    public async Task<IReadOnlyList<ModelRecord>> ListAsync(CancellationToken cancel = default)
    {
        await _scan.WaitAsync(cancel);
        try
        {
            await using var db = await dbs.CreateDbContextAsync(cancel);
            var known = await db.Set<ModelRecord>().ToDictionaryAsync(model => model.Id, cancel);
            var present = new HashSet<string>();
            foreach (var (path, isEmbedded) in folders.Embedded.Select(path => (path, true)).Concat(folders.Added.Select(path => (path, false))))
            {
                var id = Path.GetFileName(path);
                if (ModelFolders.IsId(id) && await TryBringUpToDateAsync(db, known, id, path, isEmbedded))
                {
                    present.Add(id);
                }
            }
            if (db.ChangeTracker.HasChanges())
            {
                await db.SaveChangesAsync(cancel);
            }
            return Ordered(known.Values.Where(model => present.Contains(model.Id)));
        }
        finally
        {
            _scan.Release();
        }
    }

    /// <exception cref="RefusedInputException">There is no such model.</exception>
    public async Task<ModelRecord> GetAsync(string modelId, CancellationToken cancel = default)
    {
        await using (var db = await dbs.CreateDbContextAsync(cancel))
        {
            if (await db.Set<ModelRecord>().AsNoTracking().SingleOrDefaultAsync(model => model.Id == modelId, cancel) is { } model && IsAsDescribed(model))
            {
                return model;
            }
        }
        return (await ListAsync(cancel)).FirstOrDefault(model => model.Id == modelId)
            ?? throw new RefusedInputException(RefusalCode.ModelUnknown, $"There is no model {modelId}; choose one of the Models page.", modelId);
    }

    /// <summary>The models whose weights have this SHA-256.</summary>
    public async Task<IReadOnlyList<ModelRecord>> WithWeightsAsync(string sha256, CancellationToken cancel = default) =>
        [.. (await ListAsync(cancel)).Where(model => model.Sha256 == sha256)];

    /// <summary>The models that texts can be used with, as <see cref="ListAsync"/>.</summary>
    public async Task<IReadOnlyList<ModelRecord>> ListWithWordsAsync(CancellationToken cancel = default) =>
        [.. (await ListAsync(cancel)).Where(model => model.HasWords)];

    /// <summary>The project's choice, else the first model of the list.</summary>
    public Task<ModelRecord> DefaultAsync(Guid projectId, CancellationToken cancel = default) => DefaultAsync(projectId, withWords: false, cancel);

    /// <summary>The same among the models that texts can be used with.</summary>
    public Task<ModelRecord> DefaultWithWordsAsync(Guid projectId, CancellationToken cancel = default) => DefaultAsync(projectId, withWords: true, cancel);

    private async Task<ModelRecord> DefaultAsync(Guid projectId, bool withWords, CancellationToken cancel)
    {
        string? chosen;
        IReadOnlyList<ModelRecord> known;
        await using (var db = await dbs.CreateDbContextAsync(cancel))
        {
            chosen = await db.Set<ProjectModel>().Where(choice => choice.ProjectId == projectId).Select(choice => choice.ModelId).SingleOrDefaultAsync(cancel);
            known = Ordered(await db.Set<ModelRecord>().AsNoTracking().ToListAsync(cancel));
        }
        return Preferred(known) is { } model && IsAsDescribed(model)
            ? model
            : Preferred(await ListAsync(cancel))
                ?? throw new RefusedInputException(RefusalCode.ModelUnknown, "There is no model; add one on the Models page.", "");

        ModelRecord? Preferred(IReadOnlyList<ModelRecord> models) =>
            models.FirstOrDefault(candidate => candidate.Id == chosen && IsMeant(candidate)) ?? models.FirstOrDefault(IsMeant);

        bool IsMeant(ModelRecord candidate) => candidate.HasWords || !withWords;
    }

    public async Task SetDefaultAsync(Guid projectId, string modelId, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        if (await db.Set<ProjectModel>().SingleOrDefaultAsync(choice => choice.ProjectId == projectId, cancel) is { } choice)
        {
            choice.ModelId = modelId;
        }
        else
        {
            db.Add(new ProjectModel { ProjectId = projectId, ModelId = modelId });
        }
        await db.SaveChangesAsync(cancel);
    }

    public async Task RenameAsync(string modelId, string name)
    {
        await using var db = await dbs.CreateDbContextAsync();
        await db.Set<ModelRecord>().Where(model => model.Id == modelId).ExecuteUpdateAsync(set => set.SetProperty(model => model.Name, name.Trim()));
    }

    /// <summary>Notes how long an image took, for people who choose a model.</summary>
    public async Task NoteSpeedAsync(string modelId, double millisecondsPerImage, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        await db.Set<ModelRecord>().Where(model => model.Id == modelId).ExecuteUpdateAsync(set => set
            .SetProperty(model => model.MillisecondsPerImage, millisecondsPerImage)
            .SetProperty(model => model.MeasuredAt, clock.GetUtcNow()), cancel);
    }

    /// <summary>Takes a whole folder from staging in: opens it once, which finds out whether it works, and renames it into its place.</summary>
    /// <returns>The new model.</returns>
    /// <exception cref="RefusedInputException">It is not a model that can be used, or its name is taken.</exception>
    public async Task<ModelRecord> AdmitAsync(string staged, string modelId, string name, string origin, CancellationToken cancel)
    {
        await _scan.WaitAsync(cancel);
        try
        {
            await using var db = await dbs.CreateDbContextAsync(cancel);
            var target = folders.PathOf(modelId, isEmbedded: false);
            if (Directory.Exists(target) || await db.Set<ModelRecord>().AnyAsync(model => model.Id == modelId, cancel))
            {
                throw new RefusedInputException(
                    RefusalCode.ModelNameTaken,
                    $"There is already a model {modelId}; choose another name or delete that one first.", modelId);
            }
            var described = await Task.Run(() => Describe(staged), cancel);
            Directory.Move(staged, target);
            DirectoryFlush.ToDisk(Path.GetDirectoryName(target)!);
            var record = Record(modelId, described, isEmbedded: false, name, origin);
            db.Add(record);
            await db.SaveChangesAsync(cancel);
            return record;
        }
        finally
        {
            _scan.Release();
        }
    }

    /// <summary>Whether no configuration lies beside the weights, which do not tell all that matters; false also for files that cannot be read.</summary>
    public bool IsConfigAssumed(ModelRecord model)
    {
        try
        {
            // Only headers are read: the hash is known, and the encoder stays closed.
            using var detector = DetectionModel.Open(folders.PathOf(model), new DetectorOptions(WeightsSha256: model.Sha256));
            return detector.Model.IsConfigAssumed;
        }
        catch (RefusedInputException)
        {
            return false;
        }
    }

    /// <summary>Deletes the model's files. Runs that used it keep their results.</summary>
    public async Task DeleteAsync(string modelId)
    {
        await _scan.WaitAsync();
        try
        {
            await using var db = await dbs.CreateDbContextAsync();
            if (await db.Set<ModelRecord>().SingleOrDefaultAsync(model => model.Id == modelId && !model.IsEmbedded) is { } model)
            {
                db.Remove(model);
                await db.SaveChangesAsync();
                Directory.Delete(folders.PathOf(model), recursive: true);
            }
        }
        finally
        {
            _scan.Release();
        }
    }

    public void Dispose() => _scan.Dispose();

    private static IReadOnlyList<ModelRecord> Ordered(IEnumerable<ModelRecord> models) =>
        [.. models.OrderByDescending(model => model.IsEmbedded).ThenBy(model => model.Name, StringComparer.CurrentCulture)];

    /// <summary>Whether the weights are those that were described; the disk is asked, nothing is opened.</summary>
    private bool IsAsDescribed(ModelRecord model) => IsAsDescribed(model, folders.PathOf(model));

    private static bool IsAsDescribed(ModelRecord model, string path) =>
        WeightFile(path) is { } weights && weights.Length == model.Bytes && Changed(weights) == model.WeightsChangedAt;

    /// <summary>Adds a row for a folder that is new, and describes one anew whose weights were exchanged; false where it is no model.</summary>
    private async Task<bool> TryBringUpToDateAsync(PortalDb db, Dictionary<string, ModelRecord> known, string id, string path, bool isEmbedded)
    {
        var record = known.GetValueOrDefault(id);
        if (record is not null && IsAsDescribed(record, path))
        {
            return true;
        }
        var files = FilesOf(path);
        if (_refused.GetValueOrDefault(path) == files)
        {
            return false;
        }
        try
        {
            var described = await Task.Run(() => Describe(path));
            if (record is null)
            {
                known[id] = record = Record(id, described, isEmbedded, described.Name, isEmbedded ? "" : path);
                db.Add(record);
            }
            else
            {
                Fill(record, described);
            }
            _refused.Remove(path);
            return true;
        }
        catch (RefusedInputException refused)
        {
            _refused[path] = files;
            log.LogWarning("The folder {Folder} is not a model: {Reason}", path, refused.Message);
            return false;
        }
    }

    private static ModelDescription Describe(string path)
    {
        using var detector = DetectionModel.Open(path);
        detector.WarmUp();
        // Without its vocabulary a model would be accepted here and refuse every run.
        detector.Words?.Tokenize(detector.Model.Name);
        return detector.Model;
    }

    private ModelRecord Record(string id, ModelDescription model, bool isEmbedded, string name, string origin)
    {
        var weights = new FileInfo(WeightFile(folders.PathOf(id, isEmbedded))!.FullName);
        return new ModelRecord
        {
            Id = id,
            Name = name,
            IsEmbedded = isEmbedded,
            Sha256 = model.Sha256,
            Bytes = weights.Length,
            WeightsChangedAt = Changed(weights),
            Kind = model.Shape.Kind,
            HasWords = model.Shape.HasWords,
            HasEightBit = model.Shape.HasEightBit,
            PixelsPerToken = model.Shape.PixelsPerToken,
            EncoderLayers = model.Shape.Layers,
            StreamWidth = model.Shape.StreamWidth,
            TokenWidth = model.Shape.TokenWidth,
            Parameters = model.Shape.Parameters,
            RecommendedImageSize = model.RecommendedImageSize,
            Dpam = model.Dpam,
            Layers = string.Join(", ", model.Layers.Select(layer => layer.ToString(CultureInfo.InvariantCulture))),
            Licence = model.Licence,
            Origin = origin,
            AddedAt = clock.GetUtcNow(),
        };
    }

    private void Fill(ModelRecord record, ModelDescription model)
    {
        var fresh = Record(record.Id, model, record.IsEmbedded, record.Name, record.Origin);
        (record.Sha256, record.Bytes, record.WeightsChangedAt) = (fresh.Sha256, fresh.Bytes, fresh.WeightsChangedAt);
        (record.Kind, record.HasWords, record.HasEightBit) = (fresh.Kind, fresh.HasWords, fresh.HasEightBit);
        record.PixelsPerToken = fresh.PixelsPerToken;
        (record.EncoderLayers, record.StreamWidth, record.TokenWidth) = (fresh.EncoderLayers, fresh.StreamWidth, fresh.TokenWidth);
        (record.Parameters, record.RecommendedImageSize) = (fresh.Parameters, fresh.RecommendedImageSize);
        (record.Dpam, record.Layers, record.Licence) = (fresh.Dpam, fresh.Layers, fresh.Licence);
        (record.MillisecondsPerImage, record.MeasuredAt) = (null, null);
    }

    /// <summary>The largest file of the folder: weights outweigh everything beside them.</summary>
    private static FileInfo? WeightFile(string path)
    {
        var folder = new DirectoryInfo(path);
        return folder.Exists ? folder.EnumerateFiles().MaxBy(file => file.Length) : null;
    }

    /// <summary>Names, lengths and times of a folder's files: another text means that something in it has changed.</summary>
    private static string FilesOf(string path) => string.Join(
        '|',
        new DirectoryInfo(path).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal)
            .Select(file => string.Create(CultureInfo.InvariantCulture, $"{file.Name}:{file.Length}:{file.LastWriteTimeUtc.Ticks}")));

    private static DateTimeOffset Changed(FileInfo file) => new(file.LastWriteTimeUtc, TimeSpan.Zero);
}
