using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>Lessons that a trained detector was taught, or that taught it.</summary>
internal sealed class LessonsOfDetector(IDbContextFactory<PortalDb> dbs, IStringLocalizer<TeachingText> text) : IDetectorUses
{
    public async Task<string?> OfAsync(Guid detectorId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var count = await db.Set<Lesson>().CountAsync(lesson => lesson.RootVersionId == detectorId || lesson.VersionId == detectorId, cancel);
        return count == 0 ? null : text["UsedByLessons", count].Value;
    }
}
