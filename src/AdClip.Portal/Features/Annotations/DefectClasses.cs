using System.Text.RegularExpressions;
using AdClip.Portal.Storage;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Annotations;

/// <summary>The defect classes of a project.</summary>
public sealed partial class DefectClasses(IDbContextFactory<PortalDb> dbs, TimeProvider clock)
{
    /// <summary>Distinct on grey metal and for people who confuse red and green; given out in this order.</summary>
    private static readonly string[] Palette =
        ["#ff5c5c", "#ffb340", "#4da3ff", "#b98cff", "#3ddbc4", "#ff7ac6", "#f2e14c", "#8fd14f", "#c0c8d2"];

    /// <summary>In order of creation. A project without any gets one named <paramref name="defaultName"/>.</summary>
    public async Task<IReadOnlyList<DefectClass>> ListAsync(Guid projectId, string defaultName, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var classes = await OrderedAsync(db, projectId, cancel);
        if (classes.Count == 0)
        {
            await EnsureAsync(projectId, [defaultName], cancel);
            classes = await OrderedAsync(db, projectId, cancel);
        }
        return [.. classes.Select(known => new DefectClass(known.Name, known.Color, known.Hotkey))];
    }

    /// <summary>Adds those of the names that are not there yet, each with the next colour and digit.</summary>
    public async Task EnsureAsync(Guid projectId, IEnumerable<string> names, CancellationToken cancel = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        await AddMissingAsync(db, projectId, names, clock.GetUtcNow(), cancel);
        try
        {
            await db.SaveChangesAsync(cancel);
        }
        catch (DbUpdateException)
        {
            // Another request added the same class; what counts is that it is there.
        }
    }

    /// <summary>Adds or changes a class; a digit that another class has is taken from it.</summary>
    public async Task PutAsync(Guid projectId, DefectClass wanted, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        var classes = await db.Set<DefectClassRecord>().Where(known => known.ProjectId == projectId).ToListAsync(cancel);
        foreach (var other in classes.Where(known => known.Name != wanted.Name && known.Hotkey is not null && known.Hotkey == wanted.Hotkey))
        {
            other.Hotkey = null;
        }
        if (classes.SingleOrDefault(known => known.Name == wanted.Name) is { } existing)
        {
            (existing.Color, existing.Hotkey) = (wanted.Color, wanted.Hotkey);
        }
        else
        {
            db.Add(
                new DefectClassRecord
                {
                    ProjectId = projectId,
                    Name = wanted.Name,
                    Color = wanted.Color,
                    Hotkey = wanted.Hotkey,
                    CreatedAt = clock.GetUtcNow(),
                });
        }
        await db.SaveChangesAsync(cancel);
    }

    /// <summary>Shapes of the project that carry the class.</summary>
    public async Task<int> UsesAsync(Guid projectId, string name, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<ClassTally>().Where(tally => tally.ProjectId == projectId && tally.ClassName == name).SumAsync(tally => tally.Shapes, cancel);
    }

    /// <summary>How many shapes of the project carry each class.</summary>
    public async Task<Dictionary<string, int>> UsesAsync(Guid projectId, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<ClassTally>().Where(tally => tally.ProjectId == projectId)
            .GroupBy(tally => tally.ClassName)
            .ToDictionaryAsync(group => group.Key, group => group.Sum(tally => tally.Shapes), cancel);
    }

    public async Task<bool> DeleteAsync(Guid projectId, string name, CancellationToken cancel)
    {
        await using var db = await dbs.CreateDbContextAsync(cancel);
        return await db.Set<DefectClassRecord>().Where(known => known.ProjectId == projectId && known.Name == name).ExecuteDeleteAsync(cancel) > 0;
    }

    public static bool IsName(string? name) =>
        name is { Length: > 0 and <= DefectClassTable.MaxName } && name.Trim() == name && !name.Any(c => char.IsControl(c) || c is '/' or '\\');

    public static bool IsColor(string? color) => color is not null && ColorPattern().IsMatch(color);

    public static bool IsHotkey(string? hotkey) => hotkey is null or ['1' or '2' or '3' or '4' or '5' or '6' or '7' or '8' or '9'];

    internal static async Task AddMissingAsync(PortalDb db, Guid projectId, IEnumerable<string> names, DateTimeOffset now, CancellationToken cancel)
    {
        var classes = await db.Set<DefectClassRecord>().AsNoTracking().Where(known => known.ProjectId == projectId).ToListAsync(cancel);
        foreach (var name in names.Distinct().Where(name => classes.TrueForAll(known => known.Name != name)).Order(StringComparer.Ordinal))
        {
            var free = Enumerable.Range(1, 9)
                .Select(digit => digit.ToString(System.Globalization.CultureInfo.InvariantCulture))
                .FirstOrDefault(digit => classes.TrueForAll(known => known.Hotkey != digit));
            var added = new DefectClassRecord
            {
                ProjectId = projectId,
                Name = name,
                Color = Palette[classes.Count % Palette.Length],
                Hotkey = free,
                CreatedAt = now.AddTicks(classes.Count),
            };
            classes.Add(added);
            db.Add(added);
        }
    }

    private static Task<List<DefectClassRecord>> OrderedAsync(PortalDb db, Guid projectId, CancellationToken cancel) =>
        db.Set<DefectClassRecord>().AsNoTracking().Where(known => known.ProjectId == projectId)
            .OrderBy(known => known.CreatedAt).ThenBy(known => known.Name).ToListAsync(cancel);

    [GeneratedRegex("^#[0-9a-fA-F]{6}$")]
    private static partial Regex ColorPattern();
}
