using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Features.Review.Teaching;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Pages;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell.Access;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Runs.Pages;

public sealed class ReferenceWishTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_EveryWish_ComparesWithExactlyThoseImages()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var good = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(6));
        await SamplePlates.LabelAsync(host, good, ImageLabel.Good);
        var bad = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(1));
        await SamplePlates.LabelAsync(host, bad, ImageLabel.Anomaly);
        var userId = await host.AdminIdAsync();
        await using var db = await host.DbAsync();
        foreach (var id in (Guid[])[good[1], good[4], bad[0]])
        {
            await GoldenSet.MarkAsync(db, await db.Set<ImageRecord>().SingleAsync(image => image.Id == id, Cancel), isGolden: true, DateTimeOffset.UnixEpoch,
                userId, Cancel);
        }
        var bySha256 = await db.Set<ImageRecord>().Where(image => good.Contains(image.Id)).OrderBy(image => image.Sha256).Select(image => image.Id)
            .ToListAsync(Cancel);
        var state = host.Services.GetRequiredService<RunsState>();
        await state.LoadAsync(project.Id);
        IReadOnlyList<Guid> selected = [good[0], good[5]];
        var wishes = new Dictionary<ReferenceWish, IEnumerable<Guid>>
        {
            [new(ReferenceWishKind.None)] = [],
            [new(ReferenceWishKind.All)] = good,
            [new(ReferenceWishKind.First, 4)] = bySha256.Take(4),
            [new(ReferenceWishKind.Number, 3)] = bySha256.Take(3),
            [new(ReferenceWishKind.Selected)] = selected,
            // A golden anomaly is nothing to compare with.
            [new(ReferenceWishKind.Source, Source: "Golden")] = [good[1], good[4]],
        };
        var owner = await db.Set<Project>().SingleAsync(known => known.Id == project.Id, Cancel);
        foreach (var (wish, expected) in wishes)
        {
            var (choice, count, images) = wish.Asked(selected, state.Sources);
            var request = new NewRun
            {
                References = choice,
                ReferenceCount = count,
                ReferenceImages = images,
                Images = ImageChoice.Selection,
                ImageIds = bad,
            };
            await state.StartAsync(owner, request, await host.AdminAsync());
            var runId = state.Runs![0].Run.Id;
            var references = await db.Set<RunReference>().Where(reference => reference.RunId == runId).Select(reference => reference.ImageId)
                .ToListAsync(Cancel);
            Assert.Equal(expected.Order(), references.Order());
        }
        Assert.Null(new ReferenceWish(ReferenceWishKind.Same).Asked(selected, state.Sources).Choice);
    }

    [Fact]
    public async Task Selection_KeptByTheGallery_IsFoundInItsProjectOnly()
    {
        await using var host = new PortalHost();
        var selections = host.Services.GetRequiredService<ImageSelections>();
        var state = host.Services.GetRequiredService<RunsState>();
        var (project, other) = (Guid.NewGuid(), Guid.NewGuid());
        Guid[] ids = [.. Enumerable.Range(0, 1000).Select(_ => Guid.NewGuid())];
        var key = selections.Keep(project, ids);

        Assert.Equal(ids, state.Selection(project, key.ToString()));
        Assert.Null(state.Selection(other, key.ToString()));
        Assert.Empty(state.Selection(project, null)!);
        Assert.Equal(ids.Take(2), state.Selection(project, $"{ids[0]},{ids[1]}"));
        for (var i = 0; i < ImageSelections.MostKept; i++)
        {
            selections.Keep(project, [Guid.NewGuid()]);
        }
        Assert.Null(state.Selection(project, key.ToString()));
    }
}
