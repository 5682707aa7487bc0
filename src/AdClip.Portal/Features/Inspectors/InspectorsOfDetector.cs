using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Inspectors;

/// <summary>Inspectors whose scores come from a trained detector; retired ones too, since people may go back to them.</summary>
internal sealed class InspectorsOfDetector(IDbContextFactory<PortalDb> dbs, IStringLocalizer<InspectorsText> text) : IDetectorUses
{
    public async Task<string?> OfAsync(Guid detectorId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var numbers = await db.Set<Inspector>()
            .Where(inspector => inspector.DetectorId == detectorId)
            .OrderBy(inspector => inspector.Number)
            .Select(inspector => inspector.Number)
            .ToListAsync(cancel);
        return numbers.Count == 0 ? null : text["UsedByInspectors", string.Join(", ", numbers)].Value;
    }
}
