using System.Net.Http.Json;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Pages;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Annotations;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Imaging.Tiles;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Runs;

public sealed class TileOutlookTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tiles_SmallDefectDrawn_WhatTheRunThenUses()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var imageId = (await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(2)))[0];
        var (image, tag) = await AnnotationClient.GetAsync(client, imageId);
        using var saved = await AnnotationClient.PutAsync(
            client, imageId, image with { Label = ImageLabel.Anomaly, Shapes = [new BoxShape { Id = "d", ClassName = "dent", Box = new(30, 40, 50, 20) }] },
            tag);
        saved.EnsureSuccessStatusCode();
        var state = host.Services.GetRequiredService<RunsState>();
        var model = await host.Services.GetRequiredService<ModelCatalog>().DefaultAsync(project.Id, Cancel);

        var outlook = (await state.TilesAsync(project.Id, model, ImageChoice.All, []))!;
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun { Tiles = new RunTiles() }, Cancel);
        var run = (await started.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;

        // Two patches of 16 of 224 pixels across the 20 pixels of the defect.
        Assert.Equal((TileReason.SmallestDefect, 140), (outlook.Advice.Reason, outlook.Advice.Side));
        Assert.Equal([(400, 400, 2)], outlook.Sizes);
        var ofOne = TilePlan.For(400, 400, 140).Count;
        Assert.Equal((ofOne, 2L * ofOne), outlook.Count(140));
        Assert.Equal(140, run.Tiles!.Side);
        Assert.Null(await state.TilesAsync(project.Id, model, ImageChoice.Selection, []));
    }
}
