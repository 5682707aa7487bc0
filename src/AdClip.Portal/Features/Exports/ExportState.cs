using AdClip.Portal.Features.Images;
using AdClip.Portal.Storage;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Exports;

/// <summary>What an export of a project would hold.</summary>
public sealed record ExportContents(int Good, int Anomaly, int Unlabelled, int Shapes)
{
    public int Images => Good + Anomaly + Unlabelled;
}

/// <summary>What the export page shows.</summary>
public sealed class ExportState(IDbContextFactory<PortalDb> dbs)
{
    /// <summary>Null until loaded.</summary>
    public ExportContents? Contents { get; private set; }

    public async Task LoadAsync(Guid projectId)
    {
        await using var db = await dbs.CreateDbContextAsync();
        var rows = await db.Set<ImageRecord>().Where(image => image.ProjectId == projectId && image.DeletedAt == null)
            .GroupBy(image => image.Label)
            .Select(group => new { Label = group.Key, Count = group.Count(), Shapes = group.Sum(image => image.ShapeCount) })
            .ToListAsync();
        int Count(ImageLabel label) => rows.Where(row => row.Label == label).Sum(row => row.Count);
        Contents = new ExportContents(Count(ImageLabel.Good), Count(ImageLabel.Anomaly), Count(ImageLabel.Unlabelled), rows.Sum(row => row.Shapes));
    }
}
