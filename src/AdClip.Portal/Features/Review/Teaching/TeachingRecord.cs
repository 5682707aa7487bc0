using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Training;
using AdClip.Portal.Storage;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Review.Teaching;

/// <summary>A lesson with the names that people know it by.</summary>
/// <param name="Number">Of the version that came of it.</param>
/// <param name="IsInForce">Whether the version that holds has learned it; else it was undone.</param>
public sealed record LessonView(Lesson Lesson, int Number, string FileName, string Person, GoldenComparison Golden, bool IsInForce);

/// <summary>What was taught from the detector of a run.</summary>
/// <param name="Lessons">Newest first, those that were undone too.</param>
public sealed record TeachingRecord(TaughtLine Line, IReadOnlyList<LessonView> Lessons)
{
    // The history is read by people.
    private const int MostLessons = 200;

    public static async Task<TeachingRecord> ReadAsync(PortalDb db, TaughtLine line, CancellationToken cancel)
    {
        if (line.Root is not { } root)
        {
            return new TeachingRecord(line, []);
        }
        var rows = await (
            from lesson in db.Set<Lesson>()
            join version in db.Set<DetectorVersion>() on lesson.VersionId equals version.Id
            join image in db.Set<ImageRecord>() on lesson.ImageId equals image.Id
            join person in db.Users on lesson.CreatedBy equals person.Id
            where lesson.RootVersionId == root.Id
            orderby version.Number descending
            select new
            {
                lesson,
                version.Number,
                version.ParentId,
                image.FileName,
                Person = person.UserName ?? "",
            }).AsNoTracking().Take(MostLessons).ToListAsync(cancel);
        var parents = rows.ToDictionary(row => row.lesson.VersionId, row => row.ParentId);
        HashSet<Guid> inForce = [];
        for (var id = line.Head?.Id; id is { } known && parents.TryGetValue(known, out var parent); id = parent)
        {
            inForce.Add(known);
        }
        return new TeachingRecord(
            line,
            [.. rows.Select(
                row => new LessonView(
                    row.lesson, row.Number, row.FileName, row.Person,
                    GoldenComparison.Parse(row.lesson.Golden), inForce.Contains(row.lesson.VersionId)))]);
    }
}
