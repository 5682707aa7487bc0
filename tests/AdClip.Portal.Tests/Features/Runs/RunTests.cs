using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Inspectors.Production;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell.Access;
using AdClip.Vision.Detection;
using AdClip.Vision.GroundTruth;

namespace AdClip.Portal.Tests.Features.Runs;

public sealed class RunTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_ZeroShot_EveryImageHasTheDetectorsScoreBitForBit()
    {
        await using var host = new PortalHost();
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var files = SamplePlates.Defective(3);
        await SamplePlates.UploadAsync(client, project.Id, files);

        var run = await RunAsync(client, project.Id, new NewRun { References = ReferenceChoice.None });

        Assert.Equal(("succeeded", 3, 3, 0), (run.State, run.Done, run.Total, run.Refused));
        Assert.True(run.MillisecondsPerImage > 0);
        using var detector = DetectionModel.Open(Path.Combine(AppContext.BaseDirectory, "models", "adclip-mini"));
        await AssertEqualAsync(client, run, detector, detector.CreateScorer(new PromptSettings(), []), files);
    }

    [Fact]
    public async Task Start_WithGoodImages_ComparesEachImageWithTheOthersInOrderOfSha256()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var goodFiles = SamplePlates.Good(4);
        var good = await SamplePlates.UploadAsync(client, project.Id, goodFiles);
        await SamplePlates.LabelAsync(host, good, ImageLabel.Good);
        var bad = SamplePlates.Defective(2);
        await SamplePlates.UploadAsync(client, project.Id, bad);

        var run = await RunAsync(client, project.Id, new NewRun { References = ReferenceChoice.FirstGood, ReferenceCount = 3 });

        Assert.Equal(("firstGood", 3), (run.References, run.ReferenceCount));
        using var detector = DetectionModel.Open(Path.Combine(AppContext.BaseDirectory, "models", "adclip-mini"));
        var references = goodFiles.OrderBy(Sha256, StringComparer.Ordinal)
            .Take(3)
            .Select(file => new Reference(Sha256(file), detector.EncodeFile(file)))
            .ToList();
        await AssertEqualAsync(client, run, detector, detector.CreateScorer(new PromptSettings(), references), [.. goodFiles, .. bad]);
    }

    [Fact]
    public async Task Start_NothingSaid_UsesAllGoodImages()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(2)), ImageLabel.Good);

        var run = await RunAsync(client, project.Id, new NewRun());

        Assert.Equal(("allGood", 2, "adclip-mini"), (run.References, run.ReferenceCount, run.Model));
    }

    [Fact]
    public async Task Start_WithoutImagesOrReferences_IsRefusedWithASentence()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);

        using var empty = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun(), Cancel);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, empty.StatusCode);
        Assert.Contains("RunWithoutImages", await empty.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(1));
        using var few = await client.PostAsJsonAsync(
            $"/api/v1/projects/{project.Id}/runs", new NewRun { References = ReferenceChoice.FirstGood, ReferenceCount = 4 }, Cancel);
        Assert.Contains("RunWithoutReferences", await few.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        using var unknown = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun { Model = "../../etc" }, Cancel);
        Assert.Contains("ModelUnknown", await unknown.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_PagedByScore_GiveEachOnceInOrder()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.UploadAsync(client, project.Id, [.. SamplePlates.Defective(3), .. SamplePlates.Good(4)]);
        var run = await RunAsync(client, project.Id, new NewRun());

        foreach (var (sort, expected) in new (string Sort, Func<IEnumerable<ResultAnswer>, IEnumerable<ResultAnswer>> Order)[]
        {
            ("-score", all => all.OrderByDescending(result => result.Score)),
            ("score", all => all.OrderBy(result => result.Score)),
            ("image", all => all.OrderBy(result => result.ImageId)),
        })
        {
            var seen = new List<ResultAnswer>();
            Guid? after = null;
            do
            {
                var page = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results?sort={sort}&limit=2&after={after}", Cancel))!;
                seen.AddRange(page.Items);
                after = page.Next;
            }
            while (after is not null);
            Assert.Equal(7, seen.DistinctBy(result => result.Id).Count());
            Assert.Equal(expected(seen).Select(result => result.Id), seen.Select(result => result.Id));
        }
        using var wrong = await client.GetAsync($"/api/v1/runs/{run.Id}/results?sort=colour&limit=0", Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Fact]
    public async Task Result_MapAndHeatmap_AreServedAndCached()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(1));
        var run = await RunAsync(client, project.Id, new NewRun());
        var result = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results", Cancel))!.Items[0];

        var (values, shape) = NpyReader.ReadFloat32(new MemoryStream(await client.GetByteArrayAsync(result.MapUrl, Cancel)));
        Assert.Equal([224, 224], shape);
        Assert.Equal((result.MapMin, result.MapMax), (values.Min(), values.Max()));

        using var heatmap = await client.GetAsync(result.HeatmapUrl, Cancel);
        Assert.Equal("image/png", heatmap.Content.Headers.ContentType?.MediaType);
        using var again = new HttpRequestMessage(HttpMethod.Get, result.HeatmapUrl);
        again.Headers.IfNoneMatch.Add(heatmap.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await client.SendAsync(again, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync(result.HeatmapUrl + "?colours=rainbow", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Inspect_OneImage_GivesTheRunsScoreAndStoresNothing()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Good(3)), ImageLabel.Good);
        var file = SamplePlates.Defective(1)[0];

        async Task<InspectAnswer> InspectAsync(string query)
        {
            using var form = new MultipartFormDataContent { { new ByteArrayContent(await File.ReadAllBytesAsync(file, Cancel)), "image", "plate.jpg" } };
            using var answer = await client.PostAsync($"/api/v1/projects/{project.Id}/inspect{query}", form, Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return (await answer.Content.ReadFromJsonAsync<InspectAnswer>(Cancel))!;
        }

        var seen = await InspectAsync("?threshold=0");
        Assert.Equal(("anomaly", 3, (Guid?)null), (seen.Verdict, seen.ReferenceCount, seen.ImageId));
        Assert.Equal("good", (await InspectAsync("?threshold=2")).Verdict);
        Assert.All((await InspectAsync("?mapThreshold=0.2")).Boxes, box => Assert.True(box.X >= 0 && box.X + box.Width <= seen.Width && box.Height > 0));
        Assert.Equal(3, (await client.GetFromJsonAsync<ImagePage>($"/api/v1/projects/{project.Id}/images", Cancel))!.Items.Count);

        var stored = await InspectAsync("?store=true");
        Assert.NotNull(stored.ImageId);
        var run = await RunAsync(client, project.Id, new NewRun { Images = ImageChoice.Selection, ImageIds = [stored.ImageId.Value] });
        var result = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results", Cancel))!.Items.Single();
        Assert.Equal(BitConverter.SingleToInt32Bits(seen.Score), BitConverter.SingleToInt32Bits(result.Score));
    }

    [Fact]
    public async Task Inspect_NotAnImage_IsRefused()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        using var body = new ByteArrayContent([1, 2, 3]);
        using var answer = await client.PostAsync($"/api/v1/projects/{project.Id}/inspect", body, Cancel);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        using var form = new MultipartFormDataContent { { new StringContent("x"), "name" } };
        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync($"/api/v1/projects/{project.Id}/inspect", form, Cancel)).StatusCode);
    }

    [Fact]
    public async Task Runs_OtherPeople_SeeAndDoOnlyWhatTheyMay()
    {
        var host = shared.Host;
        using var lead = await host.ClientAsync(Roles.QaLead);
        using var annotator = await host.ClientAsync(Roles.Annotator);
        var project = await PortalHost.NewProjectAsync(lead);
        await SamplePlates.UploadAsync(lead, project.Id, SamplePlates.Defective(1));
        var run = await RunAsync(lead, project.Id, new NewRun());
        var result = (await lead.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results", Cancel))!.Items[0];

        Assert.Equal(HttpStatusCode.Forbidden, (await annotator.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun(), Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await annotator.GetAsync($"/api/v1/runs/{run.Id}", Cancel)).StatusCode);

        await using (var db = await host.DbAsync())
        {
            db.Find<AdClip.Portal.Features.Projects.Project>(project.Id)!.IsOpen = false;
            await db.SaveChangesAsync(Cancel);
        }
        foreach (var url in new[]
        {
            $"/api/v1/runs/{run.Id}", $"/api/v1/runs/{run.Id}/results", result.MapUrl, result.HeatmapUrl, $"/api/v1/projects/{project.Id}/runs",
        })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await annotator.GetAsync(url, Cancel)).StatusCode);
        }
    }

    internal static async Task<RunAnswer> RunAsync(HttpClient client, Guid projectId, NewRun request)
    {
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{projectId}/runs", request, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        while (true)
        {
            var run = (await client.GetFromJsonAsync<RunAnswer>(started.Headers.Location, Cancel))!;
            if (run.State is not ("queued" or "running"))
            {
                return run;
            }
            await Task.Delay(50, Cancel);
        }
    }

    private static async Task AssertEqualAsync(HttpClient client, RunAnswer run, DetectionModel detector, Scorer scorer, IReadOnlyList<string> files)
    {
        var results = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results", Cancel))!.Items;
        Assert.Equal(files.Count, results.Count);
        foreach (var file in files)
        {
            var sha256 = Sha256(file);
            var expected = scorer.Score(detector.EncodeFile(file), sha256);
            var result = results.Single(result => result.Sha256 == sha256);
            Assert.Equal(
                (Bits(expected.Score), Bits(expected.ZeroShotScore), expected.FewShotScore is { } few ? Bits(few) : 0, Bits(expected.ClassProbability)),
                (Bits(result.Score), Bits(result.ZeroShotScore), result.FewShotScore is { } stored ? Bits(stored) : 0, Bits(result.ClassProbability)));
            var (values, _) = NpyReader.ReadFloat32(new MemoryStream(await client.GetByteArrayAsync(result.MapUrl, Cancel)));
            Assert.Equal(expected.Map.Values, values);
        }
    }

    private static int Bits(float value) => BitConverter.SingleToInt32Bits(value);

    private static string Sha256(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
}
