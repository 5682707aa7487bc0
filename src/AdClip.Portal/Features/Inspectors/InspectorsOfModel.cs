using AdClip.Portal.Features.Models.Catalog;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Inspectors;

/// <summary>Inspectors whose scores come from a model: the one in use would stop answering.</summary>
internal sealed class InspectorsOfModel(InspectorBoard board, IStringLocalizer<InspectorsText> text) : IModelUses
{
    public async Task<IReadOnlyList<ModelUse>> OfAsync(string modelId, CancellationToken cancel)
    {
        var inspectors = await board.OfModelAsync(modelId, cancel);
        var active = inspectors.Count(inspector => inspector.State == InspectorState.Active);
        List<ModelUse> uses = [];
        if (active > 0)
        {
            uses.Add(new ModelUse(text["ModelUsedByActive", active], ModelNeed.Needed));
        }
        if (inspectors.Count > active)
        {
            uses.Add(new ModelUse(text["ModelUsedByOthers", inspectors.Count - active], ModelNeed.Needed));
        }
        return uses;
    }
}
