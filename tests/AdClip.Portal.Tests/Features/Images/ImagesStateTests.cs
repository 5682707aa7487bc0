using System.Diagnostics;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Shell.Access;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Images;

public sealed class ImagesStateTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Load_HundredThousandImages_AnyPageIsQuick()
    {
        var projectId = await ProjectWithAsync(100_000);
        var state = shared.Host.Services.GetRequiredService<ImagesState>();
        await state.LoadAsync(projectId, new ImageFilter(), 1);

        var begin = Stopwatch.GetTimestamp();
        await state.LoadAsync(projectId, new ImageFilter(), 1000);
        var middle = Stopwatch.GetElapsedTime(begin);
        begin = Stopwatch.GetTimestamp();
        await state.LoadAsync(projectId, new ImageFilter(ImageLabel.Good), 300);
        var filtered = Stopwatch.GetElapsedTime(begin);

        TestContext.Current.TestOutputHelper?.WriteLine($"page 1000 of 1667: {middle.TotalMilliseconds:0} ms; page 300 of the good ones: {filtered.TotalMilliseconds:0} ms");
        Assert.Equal((60, 556), (state.Images!.Count, state.Pages));
        Assert.Equal(new ImageCounts(33_334, 33_333, 33_333), state.Counts);
        // Quiet, each takes a tenth of this; other work may share the processor.
        Assert.InRange(middle, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.InRange(filtered, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Toggle_WithShift_SelectsEverythingBetween()
    {
        var state = shared.Host.Services.GetRequiredService<ImagesState>();
        await state.LoadAsync(await ProjectWithAsync(10), new ImageFilter(), 1);

        state.Toggle(state.Images![2], toAnchor: false);
        state.Toggle(state.Images[5], toAnchor: true);

        Assert.Equal(state.Images.Skip(2).Take(4).Select(image => image.Id).Order(), state.Selected.Order());
        state.Toggle(state.Images[3], toAnchor: false);
        Assert.Equal(3, state.Selected.Count);
    }

    [Fact]
    public async Task DeleteSelected_ThenRestore_EverythingIsBack()
    {
        var state = shared.Host.Services.GetRequiredService<ImagesState>();
        await state.LoadAsync(await ProjectWithAsync(5), new ImageFilter(), 1);
        state.SelectPage();

        var gone = await state.DeleteSelectedAsync();

        Assert.Empty(state.Images!);
        await state.RestoreAsync(gone);
        Assert.Equal(5, state.Images!.Count);
        Assert.Empty(state.Selected);
    }

    private async Task<Guid> ProjectWithAsync(int images)
    {
        using var client = await shared.Host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var first = new ImageRecord
        {
            ProjectId = project.Id,
            Sha256 = "",
            FileName = "a.png",
            RelativePath = "a.png",
            MediaType = "image/png",
            Width = 1,
            Height = 1,
            Bytes = 1,
            BitDepth = 8,
            SignificantBits = 8,
            Channels = 1,
            Frames = 1,
            NeedsRendition = false,
            Hints = ImageHints.None,
            UploadedAt = DateTimeOffset.UnixEpoch,
            UploadedBy = project.Id,
            DeletedAt = DateTimeOffset.UnixEpoch,
        };
        await using var db = await shared.Host.DbAsync();
        db.Add(first);
        await db.SaveChangesAsync(Cancel);
        // Copies made by the database itself: a hundred thousand in about a second.
        await db.Database.ExecuteSqlAsync(
            $"""
             WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {images})
             INSERT INTO "Images" ("Id", "AnnotationRevision", "BitDepth", "Bytes", "Channels", "DeletedAt", "FileName", "FolderClass", "FolderLabel", "Frames", "Height", "Hints", "Label", "MediaType", "NeedsRendition", "ProjectId", "RelativePath", "Sha256", "ShapeCount", "SignificantBits", "UploadedAt", "UploadedBy", "Width")
             SELECT printf('%08X-0000-7000-8000-', i) || substr("ProjectId", 25), 0, "BitDepth", "Bytes", "Channels", NULL, printf('%06d.png', i), NULL, 0, "Frames", "Height", 0, i % 3, "MediaType", 0, "ProjectId", printf('%06d.png', i), printf('%064d', i), 0, 8, "UploadedAt", "UploadedBy", "Width"
             FROM "Images", n WHERE "Id" = {first.Id}
             """,
            Cancel);
        return project.Id;
    }
}
