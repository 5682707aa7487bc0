using System.Globalization;
using System.Security.Claims;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Inspectors;
using AdClip.Portal.Features.Inspectors.Production;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection.Thresholds;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Dashboard;

/// <summary>One day, week or month of the charts.</summary>
/// <param name="Label">For the axis.</param>
/// <param name="Good">Images uploaded in it that are labelled good; likewise the next two.</param>
/// <param name="Labelled">Images whose ground truth was saved in it.</param>
public sealed record DashboardPeriod(string Label, int Good, int Anomaly, int Unlabelled, int Labelled)
{
    /// <summary>Anomalous among labelled; null without any.</summary>
    public double? DefectRate => Good + Anomaly == 0 ? null : Anomaly / (double)(Good + Anomaly);
}

/// <summary>One project's line.</summary>
/// <param name="Active">The inspector that it runs on; null: none.</param>
/// <param name="Production">What inspectors in use did in the span, each for itself.</param>
/// <param name="Today">The same of today, all together.</param>
public sealed record ProjectLine(
    Project Project, int Good, int Anomaly, int Unlabelled, Inspector? Active, IReadOnlyList<InspectorLine> Production, VerdictCounts Today)
{
    public int Images => Good + Anomaly + Unlabelled;

    public double? DefectRate => Good + Anomaly == 0 ? null : Anomaly / (double)(Good + Anomaly);

    /// <summary>Of all inspectors in the span.</summary>
    public VerdictCounts Span => VerdictCounts.Sum(Production.Select(line => line.Verdicts));
}

/// <summary>What one inspector did.</summary>
public sealed record InspectorLine(Inspector Inspector, VerdictCounts Verdicts);

/// <summary>What the dashboards show: one project or all that this person may see, over a span of time.</summary>
public sealed class DashboardState(IDbContextFactory<PortalDb> dbs, InspectorBoard inspectors, ProductionBook production, TimeProvider clock)
{
    /// <summary>Days to look back that can be chosen; 0: everything.</summary>
    public static IReadOnlyList<int> Spans { get; } = [7, 30, 90, 0];

    /// <summary>Null until loaded; newest first.</summary>
    public IReadOnlyList<ProjectLine>? Projects { get; private set; }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<DashboardPeriod> Periods { get; private set; } = [];

    /// <summary>Shapes by class on the images of the span, most first.</summary>
    public IReadOnlyList<(string Name, int Shapes, string? Colour)> Classes { get; private set; } = [];

    public DateTimeOffset LoadedAt { get; private set; }

    /// <summary>What inspectors in use did in the span, in all projects; experiments are not among it.</summary>
    public VerdictCounts Production => VerdictCounts.Sum(Projects?.Select(line => line.Span) ?? []);

    /// <summary>The same of today.</summary>
    public VerdictCounts Today => VerdictCounts.Sum(Projects?.Select(line => line.Today) ?? []);

    public int Good => Periods.Sum(period => period.Good);

    public int Anomaly => Periods.Sum(period => period.Anomaly);

    public int Unlabelled => Periods.Sum(period => period.Unlabelled);

    public int Images => Good + Anomaly + Unlabelled;

    public double? DefectRate => Good + Anomaly == 0 ? null : Anomaly / (double)(Good + Anomaly);

    /// <summary>Loads one project, or all where <paramref name="projectId"/> is null, for images of the last <paramref name="days"/> days (0: all).</summary>
    public async Task LoadAsync(ClaimsPrincipal user, Guid? projectId, int days)
    {
        LoadedAt = clock.GetUtcNow();
        await using var db = await dbs.CreateDbContextAsync();
        var projects = await ProjectAccess.Visible(db, user)
            .Where(project => project.ArchivedAt == null && (projectId == null || project.Id == projectId))
            .OrderByDescending(project => project.CreatedAt)
            .ToListAsync();
        var ids = projects.Select(project => project.Id).ToList();
        var since = days == 0 ? DateTimeOffset.MinValue : StartOfDay(LoadedAt).AddDays(1 - days);
        var images = await db.Set<ImageRecord>().AsNoTracking()
            .Where(image => ids.Contains(image.ProjectId) && image.DeletedAt == null && image.UploadedAt >= since)
            .Select(image => new Arrival(image.ProjectId, image.UploadedAt, image.Label))
            .ToListAsync();
        var saves = await (
            from revision in db.Set<AnnotationRevision>()
            join image in db.Set<ImageRecord>() on revision.ImageId equals image.Id
            where ids.Contains(image.ProjectId) && image.DeletedAt == null && revision.SavedAt >= since
            select new { revision.ImageId, revision.SavedAt }).ToListAsync();
        Periods = InPeriods(days, images, [.. saves.Select(save => (save.ImageId, save.SavedAt))]);
        Classes = await ClassesAsync(db, ids, since);
        List<ProjectLine> lines = [];
        var counts = await production.CountAsync(ids, since);
        var today = await production.CountAsync(ids, StartOfDay(LoadedAt));
        foreach (var project in projects)
        {
            int CountOf(ImageLabel label) => images.Count(image => image.ProjectId == project.Id && image.Label == label);
            var made = await inspectors.ListAsync(project.Id);
            lines.Add(
                new ProjectLine(
                    project, CountOf(ImageLabel.Good), CountOf(ImageLabel.Anomaly), CountOf(ImageLabel.Unlabelled),
                    made.FirstOrDefault(inspector => inspector.State == InspectorState.Active),
                    [.. from inspector in made
                        join count in counts on inspector.Id equals count.InspectorId
                        select new InspectorLine(inspector, count.Verdicts)],
                    VerdictCounts.Sum(today.Where(count => count.ProjectId == project.Id).Select(count => count.Verdicts))));
        }
        Projects = lines;
    }

    private sealed record Arrival(Guid ProjectId, DateTimeOffset UploadedAt, ImageLabel Label);

    /// <summary>Days up to a month, then weeks, then months.</summary>
    private List<DashboardPeriod> InPeriods(int days, List<Arrival> images, List<(Guid ImageId, DateTimeOffset SavedAt)> saves)
    {
        var times = images.Select(image => image.UploadedAt).Concat(saves.Select(save => save.SavedAt)).ToList();
        var today = StartOfDay(LoadedAt);
        var start = days > 0 ? today.AddDays(1 - days) : times.Count == 0 ? today : StartOfDay(times.Min());
        var span = (today - start).TotalDays + 1;
        List<DateTimeOffset> starts = [];
        for (var at = start; at <= today; at = span <= 31 ? at.AddDays(1) : span <= 184 ? at.AddDays(7) : at.AddMonths(1))
        {
            starts.Add(at);
        }
        var format = span <= 184 ? "M" : "Y";
        int IndexOf(DateTimeOffset time)
        {
            var found = starts.BinarySearch(time);
            return Math.Max(0, found >= 0 ? found : ~found - 1);
        }
        var arrivals = images.ToLookup(image => IndexOf(image.UploadedAt));
        var labelled = saves.Select(save => (Period: IndexOf(save.SavedAt), save.ImageId)).Distinct().ToLookup(save => save.Period);
        return [.. starts.Select((at, i) => new DashboardPeriod(
            format == "M" ? at.ToString("d", ShortDate()) : at.ToString("Y", CultureInfo.CurrentCulture),
            arrivals[i].Count(image => image.Label == ImageLabel.Good),
            arrivals[i].Count(image => image.Label == ImageLabel.Anomaly),
            arrivals[i].Count(image => image.Label == ImageLabel.Unlabelled),
            labelled[i].Count()))];
    }

    // Month and day in figures, in the order of the language.
    private static CultureInfo ShortDate()
    {
        var culture = (CultureInfo)CultureInfo.CurrentCulture.Clone();
        culture.DateTimeFormat.ShortDatePattern = culture.TwoLetterISOLanguageName == "ko" ? "M. d." : "MMM d";
        return culture;
    }

    private DateTimeOffset StartOfDay(DateTimeOffset time)
    {
        var local = TimeZoneInfo.ConvertTime(time, clock.LocalTimeZone);
        return new DateTimeOffset(local.Date, local.Offset);
    }

    private static async Task<IReadOnlyList<(string Name, int Shapes, string? Colour)>> ClassesAsync(PortalDb db, List<Guid> projectIds, DateTimeOffset since)
    {
        var tallies = await (
            from tally in db.Set<ClassTally>()
            join image in db.Set<ImageRecord>() on tally.ImageId equals image.Id
            where projectIds.Contains(tally.ProjectId) && image.DeletedAt == null && image.UploadedAt >= since
            group tally by tally.ClassName into byClass
            select new { Name = byClass.Key, Shapes = byClass.Sum(tally => tally.Shapes) }).ToListAsync();
        // Classes of one name in several projects may differ in colour; then the chart's own colour is used.
        var colours = (
            await db.Set<DefectClassRecord>()
                .Where(known => projectIds.Contains(known.ProjectId))
                .Select(known => new { known.Name, known.Color })
                .Distinct()
                .ToListAsync())
            .ToLookup(known => known.Name, known => known.Color);
        return [.. tallies.OrderByDescending(tally => tally.Shapes).ThenBy(tally => tally.Name, StringComparer.Ordinal)
            .Select(tally => (tally.Name, tally.Shapes, projectIds.Count == 1 && colours[tally.Name].Count() == 1 ? colours[tally.Name].Single() : null))];
    }
}
