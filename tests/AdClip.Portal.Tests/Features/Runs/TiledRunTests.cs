using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Models.Catalog;
using AdClip.Portal.Features.Inspectors.Production;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Vision.Detection;
using AdClip.Vision.Detection.Tiles;
using AdClip.Vision.GroundTruth;
using AdClip.Vision.Imaging.Tiles;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Runs;

public sealed class TiledRunTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_Tiles_ScoresAndMapsOfThePredictCommandBitForBit()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var good = SamplePlates.Good(2);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, good), ImageLabel.Good);
        var bad = SamplePlates.Defective(1);
        await SamplePlates.UploadAsync(client, project.Id, bad);

        var run = await RunTests.RunAsync(client, project.Id, new NewRun { Tiles = new RunTiles(Side: 200, Overlap: 0.5) });
        var again = await RunTests.RunAsync(client, project.Id, new NewRun { Tiles = new RunTiles(Side: 200, Overlap: 0.5) });

        Assert.Equal(("succeeded", 3), (run.State, run.Done));
        Assert.Equal(new TileSettings(200, 0.5), run.Tiles);
        using var detector = DetectionModel.Open(Path.Combine(AppContext.BaseDirectory, "models", "adclip-mini"));
        var tiles = new TiledInspection(detector, run.Tiles!, parallelism: 2);
        CorePatches[] cores = [.. good.OrderBy(Sha256, StringComparer.Ordinal)
            .Select(file => tiles.Reference(file, Sha256(file), TiledInspection.PatchesOfEach(2), cancel: Cancel))];
        var scorer = detector.CreateTiledScorer(new PromptSettings(), cores);
        var results = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results", Cancel))!.Items;
        var cached = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{again.Id}/results", Cancel))!.Items;
        foreach (var file in (string[])[.. good, .. bad])
        {
            var expected = tiles.Inspect(file, Sha256(file), scorer, cancel: Cancel);
            var result = results.Single(result => result.Sha256 == Sha256(file));
            var (values, shape) = NpyReader.ReadFloat32(new MemoryStream(await client.GetByteArrayAsync(result.MapUrl, Cancel)));
            Assert.Equal((expected.Score, expected.FewShotScore), (result.Score, result.FewShotScore));
            Assert.Equal([expected.Map.Height, expected.Map.Width], shape);
            Assert.Equal(expected.Map.Values, values);
            var repeated = cached.Single(result => result.Sha256 == Sha256(file));
            Assert.Equal((result.Score, false, true), (repeated.Score, result.WasCached, repeated.WasCached));
        }
        using var heatmap = await client.GetAsync(results[0].HeatmapUrl, Cancel);
        Assert.Equal(HttpStatusCode.OK, heatmap.StatusCode);
    }

    [Fact]
    public async Task Start_AutomaticTiles_FollowTheSmallestDrawnDefect()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var images = await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(2));
        await DrawAsync(host, images[0], 90, 60);
        await DrawAsync(host, images[1], 25, 200);

        var run = await RunTests.RunAsync(client, project.Id, new NewRun { References = ReferenceChoice.None, Tiles = new RunTiles() });

        // 25 pixels on two patches of 16 of 224.
        Assert.Equal(new TileSettings(175, TilePlan.DefaultOverlap), run.Tiles);
    }

    [Fact]
    public async Task Start_UnusableTiles_RefusedWithASentence()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(1));

        using var small = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun { Tiles = new RunTiles(Side: 3) }, Cancel);
        using var overlapping = await client.PostAsJsonAsync(
            $"/api/v1/projects/{project.Id}/runs", new NewRun { Tiles = new RunTiles(Side: 200, Overlap: 1) }, Cancel);

        Assert.Contains("TileSideInvalid", await small.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Contains("TileOverlapInvalid", await overlapping.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeptTokens_OfTiles_CountedByImage()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var files = SamplePlates.Defective(2);
        await SamplePlates.UploadAsync(client, project.Id, files);
        var answer = await RunTests.RunAsync(client, project.Id, new NewRun { Tiles = new RunTiles(Side: 200) });
        await using var db = await host.DbAsync();
        var run = await db.Set<Run>().AsNoTracking().SingleAsync(run => run.Id == answer.Id, Cancel);
        var runs = host.Services.GetRequiredService<RunBoard>();

        Assert.Equal((2, 2), await runs.KeptTokensAsync(run, Cancel));
        // The time of an image in many tiles is not the model's time per image.
        Assert.Null((await host.Services.GetRequiredService<ModelCatalog>().GetAsync(run.ModelId, Cancel)).MillisecondsPerImage);

        var tokens = Path.Combine(host.Services.GetRequiredService<DataFolder>().Cache, "tokens");
        var ofOne = Directory.GetFiles(tokens, Sha256(files[0]) + "-*.tokens", SearchOption.AllDirectories);
        Assert.True(ofOne.Length > 1);
        File.Delete(ofOne[0]);
        Assert.Equal((1, 2), await runs.KeptTokensAsync(run, Cancel));
    }

    [Fact]
    public async Task Inspect_Tiles_ScoreOfTheTiledRun()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(2)), ImageLabel.Good);
        var bad = SamplePlates.Defective(1);
        var images = await SamplePlates.UploadAsync(client, project.Id, bad);
        await DrawAsync(host, images[0], 25, 200);
        var run = await RunTests.RunAsync(client, project.Id, new NewRun { Tiles = new RunTiles() });
        var result = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results", Cancel))!.Items.Single(result => result.ImageId == images[0]);

        async Task<HttpResponseMessage> AskAsync(string tiles) =>
            await client.PostAsync(
                $"/api/v1/projects/{project.Id}/inspect?tiles={tiles}", new ByteArrayContent(await File.ReadAllBytesAsync(bad[0], Cancel)), Cancel);
        async Task<InspectAnswer> InspectAsync(string tiles) => (await (await AskAsync(tiles)).Content.ReadFromJsonAsync<InspectAnswer>(Cancel))!;
        var (automatic, bySide, whole) = (await InspectAsync("auto"), await InspectAsync("175"), await InspectAsync("off"));

        Assert.Equal((run.Tiles, result.Score), (automatic.Tiles, automatic.Score));
        Assert.Equal((new TileSettings(175), result.Score), (bySide.Tiles, bySide.Score));
        Assert.Null(whole.Tiles);
        Assert.NotEqual(result.Score, whole.Score);
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync("large")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync("off&references=chosen")).StatusCode);
        Assert.Contains("TileSideInvalid", await (await AskAsync("3")).Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private static async Task DrawAsync(PortalHost host, Guid imageId, double width, double height)
    {
        await using var db = await host.DbAsync();
        var image = await db.Set<ImageRecord>().AsNoTracking().SingleAsync(image => image.Id == imageId, Cancel);
        var truth = GroundTruthStore.Empty(image) with
        {
            Label = ImageLabel.Anomaly,
            Shapes = [new BoxShape { Id = "b", ClassName = "dent", Box = new ImageRectangle(2, 3, width, height) }],
        };
        Assert.False((await host.Services.GetRequiredService<GroundTruthStore>()
            .SaveAsync(image, truth, image.AnnotationRevision, Guid.NewGuid(), new Author(null, "test"), Cancel)).IsConflict);
    }

    private static string Sha256(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
}
