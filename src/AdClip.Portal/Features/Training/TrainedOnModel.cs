using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Training.Prompts;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Training;

/// <summary>Detectors and learned texts that score the tokens of a model.</summary>
internal sealed class TrainedOnModel(IDbContextFactory<PortalDb> dbs, IStringLocalizer<TrainingText> text) : IModelUses
{
    private const int MostNames = 5;

    public async Task<IReadOnlyList<ModelUse>> OfAsync(string modelId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var detectors = await (
            from version in db.Set<DetectorVersion>()
            join project in db.Set<Project>() on version.ProjectId equals project.Id
            where version.ModelId == modelId
            group version by project.Name into ofProject
            orderby ofProject.Key
            select new { ofProject.Key, Count = ofProject.Count() }).ToListAsync(cancel);
        var texts = await db.Set<StoredCheckpoint>().CountAsync(checkpoint => checkpoint.ModelId == modelId, cancel);
        List<ModelUse> uses = [];
        if (detectors.Count > 0)
        {
            var names = string.Join(", ", detectors.Take(MostNames).Select(one => one.Key)) + (detectors.Count > MostNames ? ", …" : "");
            uses.Add(new ModelUse(text["ModelUsedByDetectors", detectors.Sum(one => one.Count), names], ModelNeed.Needed));
        }
        if (texts > 0)
        {
            uses.Add(new ModelUse(text["ModelUsedByTexts", texts], ModelNeed.Needed));
        }
        return uses;
    }
}
