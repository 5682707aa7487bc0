using System.Text;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Storage;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;

namespace AdClip.Portal.Features.Exports;

/// <summary>Writes a project's ground truth image by image, so that its size does not matter.</summary>
public sealed class GroundTruthExport(IDbContextFactory<PortalDb> dbs, GroundTruthStore store, DefectClasses classes)
{
    private const int PageSize = 200;

    /// <summary>The project document of docs/guide/ground-truth.md.</summary>
    public async Task WriteJsonAsync(Project project, string defaultClass, Stream stream, CancellationToken cancel)
    {
        await using var writer = GroundTruthJson.CreateWriter(stream);
        GroundTruthJson.WriteProjectStart(writer, project.Name, await classes.ListAsync(project.Id, defaultClass, cancel));
        await foreach (var image in ReadAllAsync(project.Id, cancel))
        {
            GroundTruthJson.WriteProjectImage(writer, image);
            await writer.FlushAsync(cancel);
        }
        GroundTruthJson.WriteProjectEnd(writer);
    }

    /// <summary>The table of docs/guide/ground-truth.md.</summary>
    public async Task WriteCsvAsync(Project project, Stream stream, CancellationToken cancel)
    {
        // With the mark, spreadsheets read Korean names rightly.
        await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        GroundTruthCsv.WriteHeading(writer);
        await foreach (var image in ReadAllAsync(project.Id, cancel))
        {
            GroundTruthCsv.WriteImage(writer, image);
            await writer.FlushAsync(cancel);
        }
    }

    private async IAsyncEnumerable<ImageGroundTruth> ReadAllAsync(
        Guid projectId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        Guid last = default;
        while (true)
        {
            List<ImageRecord> page;
            await using (var db = await dbs.CreateDbContextAsync(cancel))
            {
                page = await db.Set<ImageRecord>().AsNoTracking()
                    .Where(image => image.ProjectId == projectId && image.DeletedAt == null && image.Id > last)
                    .OrderBy(image => image.Id)
                    .Take(PageSize)
                    .ToListAsync(cancel);
            }
            foreach (var image in page)
            {
                yield return await store.ReadAsync(image, cancel);
            }
            if (page.Count < PageSize)
            {
                yield break;
            }
            last = page[^1].Id;
        }
    }
}
