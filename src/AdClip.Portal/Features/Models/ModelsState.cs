using AdClip.Portal.Features.Jobs;
using AdClip.Vision;
using Microsoft.Extensions.Options;

namespace AdClip.Portal.Features.Models;

/// <summary>What the models page shows and can do.</summary>
public sealed class ModelsState(ModelCatalog catalog, DetectorPool detectors, ModelPaths paths, JobBoard board, IOptions<ModelsOptions> options)
{
    /// <summary>Embedded first; null until loaded.</summary>
    public IReadOnlyList<ModelRecord>? Models { get; private set; }

    public IReadOnlyList<string> AllowedFolders => paths.Allowed;

    public IReadOnlyList<string> Repositories => [.. options.Value.HubRepositories];

    public string HubHost => new Uri(options.Value.HubUrl).Host;

    public async Task LoadAsync() => Models = await catalog.ListAsync();

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
            throw new RefusedInputException(RefusalCode.HubRepositoryNotAllowed, $"{location} is not one of the repositories that may be downloaded ({string.Join(", ", options.Value.HubRepositories)}).", location, string.Join(", ", options.Value.HubRepositories));
        }
        if ((await catalog.ListAsync()).Any(model => model.Id == modelId))
        {
            throw new RefusedInputException(RefusalCode.ModelNameTaken, $"There is already a model {modelId}; choose another name or delete that one first.", modelId);
        }
        return await board.EnqueueAsync(new NewJob(ModelImportJob.Kind, null, new ModelImport(source, location, modelId, name).ToJson(), [name], userId));
    }

    public async Task RenameAsync(ModelRecord model, string name)
    {
        await catalog.RenameAsync(model.Id, name);
        await LoadAsync();
    }

    /// <exception cref="RefusedInputException">It is embedded, or something works with it at this moment.</exception>
    public async Task DeleteAsync(ModelRecord model)
    {
        if (model.IsEmbedded || !detectors.TryClose(model.Id))
        {
            throw new RefusedInputException(RefusalCode.ModelInUse, $"{model.Name} is embedded or in use at this moment and cannot be deleted.", model.Name);
        }
        await catalog.DeleteAsync(model.Id);
        await LoadAsync();
    }
}
