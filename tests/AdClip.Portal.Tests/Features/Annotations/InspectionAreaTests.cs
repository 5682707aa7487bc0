using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Evaluation;
using AdClip.Portal.Features.Jobs;
using AdClip.Portal.Features.Runs;
using AdClip.Portal.Features.Runs.Plans;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Tests.Features.Jobs;
using AdClip.Portal.Tests.Features.Runs;
using AdClip.Testing;
using AdClip.Vision.Detection;
using AdClip.Vision.GroundTruth;

namespace AdClip.Portal.Tests.Features.Annotations;

public sealed partial class InspectionAreaTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    /// <summary>The left two fifths of our samples, which have 400 x 400 pixels.</summary>
    private const string Area =
        """{"schema":"adclip.inspection-regions","version":1,"width":400,"height":400,"regions":["""
        + """{"id":"a","use":"include","kind":"box","box":[0,0,160,400]}]}""";
    private const string Nothing = """{"schema":"adclip.inspection-regions","version":1,"width":400,"height":400,"regions":[]}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Put_NewerRevisionThere_412AndNothingLost()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        using var untouched = await client.GetAsync(Url(project.Id), Cancel);
        Assert.Equal("\"0\"", untouched.Headers.ETag!.Tag);
        Assert.Equal(InspectionRegions.Everything, InspectionRegionsJson.Read(await untouched.Content.ReadAsStringAsync(Cancel)));

        var saveId = Guid.NewGuid();
        Assert.Equal((HttpStatusCode.OK, "\"1\""), await PutAsync(client, project.Id, Area, "\"0\"", saveId));
        Assert.Equal((HttpStatusCode.OK, "\"1\""), await PutAsync(client, project.Id, Area, "\"0\"", saveId));
        Assert.Equal((HttpStatusCode.PreconditionFailed, "\"1\""), await PutAsync(client, project.Id, Nothing, "\"0\""));
        Assert.Equal((HttpStatusCode.PreconditionFailed, "\"1\""), await PutAsync(client, project.Id, Nothing, "\"7\""));
        Assert.Equal((HttpStatusCode.PreconditionRequired, null), await PutAsync(client, project.Id, Nothing, null));
        Assert.Equal((HttpStatusCode.OK, "\"2\""), await PutAsync(client, project.Id, Nothing, "\"1\""));

        var history = (await client.GetFromJsonAsync<List<AreaRevisionAnswer>>(Url(project.Id) + "/revisions", Cancel))!;
        Assert.Equal([(2, 0), (1, 1)], history.Select(revision => (revision.Revision, revision.RegionCount)));
        Assert.All(history, revision => Assert.NotEmpty(revision.Author));
        Assert.Equal(InspectionRegionsJson.Read(Area), InspectionRegionsJson.Read(await client.GetStringAsync(Url(project.Id) + "/revisions/1", Cancel)));
    }

    [Fact]
    public async Task Put_ManyAtOnce_OneWins()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PutAsync(client, project.Id, Area, "\"0\"")));

        Assert.Single(outcomes, outcome => outcome.Status == HttpStatusCode.OK);
        Assert.Equal(7, outcomes.Count(outcome => outcome == (HttpStatusCode.PreconditionFailed, "\"1\"")));
    }

    [Theory]
    [InlineData(Roles.Annotator, HttpStatusCode.Forbidden, Area)]
    [InlineData(
        Roles.QaLead,
        HttpStatusCode.UnprocessableEntity,
        """{"schema":"adclip.inspection-regions","version":1,"width":4,"height":4,"regions":[{"id":"a","use":"ignore","kind":"box","box":[0,0,4,4]}]}""")]
    public async Task Put_ByTheWrongPersonOrLeavingNothing_Refused(string role, HttpStatusCode status, string document)
    {
        var host = shared.Host;
        using var lead = await host.ClientAsync(Roles.QaLead);
        using var client = await host.ClientAsync(role);

        Assert.Equal(status, (await PutAsync(client, (await PortalHost.NewProjectAsync(lead)).Id, document, "\"0\"")).Status);
    }

    [Fact]
    public async Task Run_AreaDrawn_ScoresAndMetricsAsTheLibraryAndEarlierRunsKeepTheirs()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var goodFiles = SamplePlates.Good(3);
        await SamplePlates.LabelAsync(host, await SamplePlates.UploadAsync(client, project.Id, goodFiles), ImageLabel.Good);
        var bad = SamplePlates.Defective(2);
        var badIds = await SamplePlates.UploadAsync(client, project.Id, bad);
        // One defect inside, one wholly outside.
        foreach (var (imageId, x) in new[] { (badIds[0], 20.0), (badIds[1], 300.0) })
        {
            var (image, tag) = await AnnotationClient.GetAsync(client, imageId);
            using var saved = await AnnotationClient.PutAsync(
                client, imageId, image with { Label = ImageLabel.Anomaly, Shapes = [new BoxShape { Id = "d", ClassName = "dent", Box = new(x, 100, 40, 40) }] },
                tag);
            saved.EnsureSuccessStatusCode();
        }

        var before = await RunAsync(host, client, project.Id);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(client, project.Id, Area, "\"0\"")).Status);
        var after = await RunAsync(host, client, project.Id);

        Assert.Equal((0, 1), (before.InspectionAreaRevision, after.InspectionAreaRevision));
        using var detector = DetectionModel.Open(Path.Combine(AppContext.BaseDirectory, "models", "adclip-mini"));
        Reference[] references = [.. goodFiles.Select(file => new Reference(Sha256(file), detector.EncodeFile(file)))
            .OrderBy(reference => reference.Sha256, StringComparer.Ordinal)];
        foreach (var (run, regions) in new[] { (before, InspectionRegions.Everything), (after, InspectionRegionsJson.Read(Area)) })
        {
            var scorer = detector.CreateScorer(new PromptSettings(), references, regions);
            var results = (await client.GetFromJsonAsync<ResultPage>($"/api/v1/runs/{run.Id}/results", Cancel))!.Items;
            Assert.Equal(5, results.Count);
            foreach (var file in goodFiles.Concat(bad))
            {
                var result = results.Single(known => known.FileName == Path.GetFileName(file));
                var expected = scorer.Score(detector.EncodeFile(file), Sha256(file));
                Assert.Equal(expected.Score, result.Score);
                Assert.Equal(expected.Map.Values, NpyReader.ReadFloat32(new MemoryStream(await client.GetByteArrayAsync(result.MapUrl, Cancel))).Values);
            }
        }
        Assert.Equal((2, 0, 0), Counts(await MetricsAsync(client, before.Id)));
        Assert.Equal((1, 1, 1), Counts(await MetricsAsync(client, after.Id)));

        static (int, int, int) Counts(PixelMetricsAnswer pixels) => (pixels.Regions, pixels.ExcludedRegions, pixels.WhollyOutside);
    }

    [Fact]
    public async Task Run_ImagesOfOtherProportions_RefusedOneByOneAndGoodOnesBeforeItBegins()
    {
        var host = shared.Host;
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await SamplePlates.UploadAsync(client, project.Id, SamplePlates.Defective(1));
        var wide = await AnnotationClient.NewImageAsync(client, project.Id, width: 64, height: 48);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(client, project.Id, Area, "\"0\"")).Status);

        var run = await RunAsync(host, client, project.Id);

        Assert.Equal((1, 2), (run.Refused, run.Done));
        var refusal = (await client.GetFromJsonAsync<List<RefusalAnswer>>($"/api/v1/runs/{run.Id}/refusals", Cancel))![0];
        Assert.Equal((wide, "RegionsOfAnotherAspect"), (refusal.ImageId, refusal.Code));
        await SamplePlates.LabelAsync(host, [wide], ImageLabel.Good);
        using var refused = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/runs", new NewRun(), Cancel);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Equal("RegionsOfAnotherAspect", (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
    }

    [Fact]
    public void Texts_KeysOfTheEditor_AreThoseOfTheResources()
    {
        var source = File.ReadAllText(Path.Combine(SharedFolder.RepositoryRoot, "wwwroot-assets", "annotations", "areaTexts.ts"));
        var keys = Key().Matches(source[..source.IndexOf("] as const", StringComparison.Ordinal)]).Select(match => match.Groups[1].Value);
        var resources = XDocument.Load(Path.Combine(SharedFolder.RepositoryRoot, "src", "AdClip.Portal", "Features", "Annotations", "InspectionAreaText.resx"))
            .Root!.Elements("data").Select(data => data.Attribute("name")!.Value).Where(name => char.IsLower(name[0]));

        Assert.Equal(keys.Order(StringComparer.Ordinal), resources.Order(StringComparer.Ordinal));
    }

    private static string Url(Guid projectId) => $"/api/v1/projects/{projectId}/inspection-area";

    private static async Task<(HttpStatusCode Status, string? Tag)> PutAsync(
        HttpClient client, Guid projectId, string document, string? ifMatch, Guid? saveId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Url(projectId)) { Content = new StringContent(document, Encoding.UTF8, "application/json") };
        if (ifMatch is not null)
        {
            request.Headers.IfMatch.Add(EntityTagHeaderValue.Parse(ifMatch));
        }
        if (saveId is not null)
        {
            request.Headers.Add("X-Save-Id", saveId.ToString());
        }
        using var answer = await client.SendAsync(request, Cancel);
        return (answer.StatusCode, answer.Headers.ETag?.Tag);
    }

    private static async Task<RunAnswer> RunAsync(PortalHost host, HttpClient client, Guid projectId)
    {
        using var watch = new JobWatch(host);
        using var started = await client.PostAsJsonAsync($"/api/v1/projects/{projectId}/runs", new NewRun(), Cancel);
        var run = (await started.Content.ReadFromJsonAsync<RunAnswer>(Cancel))!;
        await watch.UntilAsync(job => job.Id == run.JobId && job.State.IsOver());
        return (await client.GetFromJsonAsync<RunAnswer>($"/api/v1/runs/{run.Id}", Cancel))!;
    }

    private static async Task<PixelMetricsAnswer> MetricsAsync(HttpClient client, Guid runId) =>
        (await client.GetFromJsonAsync<MetricsAnswer>($"/api/v1/runs/{runId}/metrics", Cancel))!.Pixel;

    private static string Sha256(string file) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)));

    [GeneratedRegex("\"(area\\w+)\"")]
    private static partial Regex Key();
}
