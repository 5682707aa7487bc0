using System.Security.Claims;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Models.Adding;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Models.EightBit;
using AdClip.Portal.Features.Models.Encoders;
using AdClip.Portal.Features.Models.Measuring;
using AdClip.Portal.Storage;
using AdClip.Vision;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Models;

/// <summary>What the models page shows and can do.</summary>
public sealed class ModelsState(
    ModelCatalog catalog, DetectorPool detectors, PrecisionChecks precisions, DeviceStatus devices, EncoderSpeeds speeds,
    ModelPaths paths, ModelUpload uploads, IEnumerable<IModelUses> uses, JobBoard board, IDbContextFactory<PortalDb> dbs, IOptions<ModelsOptions> options)
{
    private Dictionary<(string ModelId, string Sha256), IReadOnlyList<ModelMeasurement>> _measured = [];
    private Dictionary<string, IReadOnlyList<(string Project, bool Passed)>> _checks = [];
    private HashSet<string> _assumed = [];
    private ClaimsPrincipal? _user;

    /// <summary>Embedded first; null until loaded.</summary>
    public IReadOnlyList<ModelRecord>? Models { get; private set; }

    public IReadOnlyList<string> AllowedFolders => paths.Allowed;

    public IReadOnlyList<string> Repositories => [.. options.Value.HubRepositories];

    public string HubHost => new Uri(options.Value.HubUrl).Host;

    public async Task LoadAsync(ClaimsPrincipal user)
    {
        _user = user;
        var models = await catalog.ListAsync();
        _assumed = await Task.Run(() => models.Where(catalog.IsConfigAssumed).Select(model => model.Id).ToHashSet());
        var projects = (await precisions.ProjectsAsync(user)).ToDictionary(project => project.Id, project => project.Name);
        _checks = [];
        foreach (var model in models)
        {
            // Of projects that this person may not see, nothing is told.
            _checks[model.Id] = [.. from check in await precisions.LatestAsync(model)
                                    where projects.ContainsKey(check.ProjectId) && check.ImageSize == model.RecommendedImageSize
                                    let name = projects[check.ProjectId]
                                    orderby name
                                    select (name, check.Passed)];
        }
        await using var db = await dbs.CreateDbContextAsync();
        var measured = await db.Set<ModelMeasurement>().AsNoTracking().OrderByDescending(measurement => measurement.MeasuredAt).ToListAsync();
        _measured = measured.GroupBy(measurement => (measurement.ModelId, measurement.Sha256)).ToDictionary(
            group => group.Key,
            group => (IReadOnlyList<ModelMeasurement>)[
                .. group.DistinctBy(measurement => (measurement.Device, measurement.Precision, measurement.Threads, measurement.ImageSize))
                    .OrderBy(measurement => measurement.Precision)
                    .ThenBy(measurement => measurement.Threads)]);
        Models = models;
    }

    /// <summary>How the model runs at this moment.</summary>
    public DeviceFacts FactsOf(ModelRecord model) => DeviceFacts.Of(model, detectors, devices, speeds);

    /// <summary>The latest measurement in each way of running the model, with the weights that it has now.</summary>
    public IReadOnlyList<ModelMeasurement> MeasurementsOf(ModelRecord model) => _measured.GetValueOrDefault((model.Id, model.Sha256)) ?? [];

    /// <summary>The latest verdict on 8 bits with the weights that the model has now, for each project that was checked.</summary>
    public IReadOnlyList<(string Project, bool Passed)> ChecksOf(ModelRecord model) => _checks.GetValueOrDefault(model.Id) ?? [];

    /// <summary>Whether no configuration lies beside the model's weights, so that OpenAI's settings are assumed.</summary>
    public bool IsConfigAssumed(ModelRecord model) => _assumed.Contains(model.Id);

    /// <summary>Starts a job that measures the model in every way that it can be run.</summary>
    public Task<JobView> MeasureAsync(ModelRecord model, Guid userId) =>
        board.EnqueueAsync(new NewJob(ModelMeasureJob.Kind, null, model.Id, [model.Name], userId));

    /// <summary>"cpu" is written CPU for people; the others are names already.</summary>
    public static string DeviceName(string device) => device.Split(':') switch
    {
        ["cuda", var index] => $"CUDA {index}",
        ["directml", var index] => $"DirectML {index}",
        _ => "CPU",
    };

    /// <summary>Starts a job that brings a model in.</summary>
    /// <exception cref="RefusedInputException">The path may not be read, the repository may not be downloaded, or the name is taken.</exception>
    public async Task<JobView> ImportAsync(ModelSource source, string location, string name, Guid userId)
    {
        location = location.Trim();
        name = string.IsNullOrWhiteSpace(name) ? Path.GetFileNameWithoutExtension(location.TrimEnd('/')) : name.Trim();
        var modelId = ModelFolders.IdFor(name);
        if (source == ModelSource.Path)
        {
            paths.Check(location);
        }
        else if (!options.Value.HubRepositories.Contains(location))
        {
            throw new RefusedInputException(
                RefusalCode.HubRepositoryNotAllowed,
                $"{location} is not one of the repositories that may be downloaded ({string.Join(", ", options.Value.HubRepositories)}).",
                location, string.Join(", ", options.Value.HubRepositories));
        }
        if ((await catalog.ListAsync()).Any(model => model.Id == modelId))
        {
            throw new RefusedInputException(
                RefusalCode.ModelNameTaken, $"There is already a model {modelId}; choose another name or delete that one first.", modelId);
        }
        return await board.EnqueueAsync(new NewJob(ModelImportJob.Kind, null, new ModelImport(source, location, modelId, name).ToJson(), [name], userId));
    }

    public async Task RenameAsync(ModelRecord model, string name)
    {
        await catalog.RenameAsync(model.Id, name);
        await ReloadAsync();
    }

    /// <summary>What works with the model, the gravest first.</summary>
    public async Task<IReadOnlyList<ModelUse>> UsesOfAsync(ModelRecord model, CancellationToken cancel = default)
    {
        List<ModelUse> all = [];
        foreach (var feature in uses)
        {
            all.AddRange(await feature.OfAsync(model.Id, cancel));
        }
        return [.. all.OrderByDescending(use => use.Need)];
    }

    /// <summary>Adds uploaded files though their weights are there already.</summary>
    /// <exception cref="RefusedInputException">They are no model, or the name is taken.</exception>
    public async Task AddAgainAsync(Guid uploadId, string name)
    {
        await uploads.CommitAsync(uploadId, name, allowSame: true, CancellationToken.None);
        await ReloadAsync();
    }

    /// <summary>Drops what was uploaded.</summary>
    public void DropUpload(Guid uploadId) => uploads.Drop(uploadId);

    /// <summary>The model that a name would collide with; null: the name is free.</summary>
    public ModelRecord? CalledLike(string name) => Models?.FirstOrDefault(model => model.Id == ModelFolders.IdFor(name));

    /// <param name="isAgreed">Whether people know what needs it.</param>
    /// <exception cref="RefusedInputException">It is embedded, something works with it at this moment, or something needs it and nobody agreed.</exception>
    public async Task DeleteAsync(ModelRecord model, bool isAgreed)
    {
        var known = await UsesOfAsync(model);
        RequireNone(known, ModelNeed.AtWork, RefusalCode.ModelAtWork, "cannot be deleted now", model);
        if (!isAgreed)
        {
            RequireNone(known, ModelNeed.Needed, RefusalCode.ModelNeeded, "is needed", model);
        }
        if (model.IsEmbedded || !detectors.TryClose(model.Id))
        {
            throw new RefusedInputException(RefusalCode.ModelInUse, $"{model.Name} is embedded or in use at this moment and cannot be deleted.", model.Name);
        }
        await catalog.DeleteAsync(model.Id);
        await ReloadAsync();
    }

    private static void RequireNone(IReadOnlyList<ModelUse> uses, ModelNeed need, RefusalCode code, string english, ModelRecord model)
    {
        var sentences = string.Join(' ', uses.Where(use => use.Need == need).Select(use => use.Sentence));
        if (sentences.Length > 0)
        {
            throw new RefusedInputException(code, $"{model.Name} {english}: {sentences}", model.Name, sentences);
        }
    }

    // Whoever only deletes or renames looks at nothing.
    private Task ReloadAsync() => _user is { } user ? LoadAsync(user) : Task.CompletedTask;
}
