using System.Data.Common;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AdClip.Portal.Features.Annotations;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Portal.Tests.Features.Images;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using static AdClip.Portal.Tests.Features.Annotations.AnnotationClient;

namespace AdClip.Portal.Tests.Features.Annotations;

public sealed class AnnotationsEndpointsTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private readonly PortalHost _portal = shared.Host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_NobodyAnnotated_EmptyDocumentAtRevisionZero()
    {
        using var client = await _portal.ClientAsync(Roles.QaLead);
        var imageId = await NewImageAsync(client, (await PortalHost.NewProjectAsync(client)).Id, path: "lot 7/a.bmp");

        var (image, tag) = await GetAsync(client, imageId);

        Assert.Equal("\"0\"", tag);
        Assert.Equal(("lot 7/a.bmp", 24, 16, ImageLabel.Unlabelled, 0), (image.File, image.Width, image.Height, image.Label, image.Shapes.Count));
    }

    [Fact]
    public async Task Put_ShapesOfEveryKind_ComeBackSignedAndCounted()
    {
        using var client = await _portal.ClientAsync(Roles.Annotator);
        using var lead = await _portal.ClientAsync(Roles.QaLead);
        var imageId = await NewImageAsync(client, (await PortalHost.NewProjectAsync(lead)).Id);
        var mask = new Mask(24, 16);
        mask.FillRow(3, 2, 20);
        Shape[] shapes =
        [
            Box("b") with { Author = "somebody else", Time = DateTimeOffset.UnixEpoch },
            new EllipseShape { Id = "e", ClassName = "긁힘", Box = new ImageRectangle(0.5, 0.25, 8, 9), Provenance = Provenance.Model },
            new PolygonShape { Id = "p", ClassName = "dent", Points = [new(0, 0), new(24, 0), new(24, 16)] },
            new MaskShape { Id = "m", ClassName = "dent", Mask = mask, UnknownFields = """{"severity":3}""" },
        ];
        var (image, tag) = await GetAsync(client, imageId);

        using var saved = await PutAsync(client, imageId, image with { File = "renamed.png", Label = ImageLabel.Anomaly, Shapes = shapes }, tag);

        Assert.Equal(HttpStatusCode.OK, saved.StatusCode);
        Assert.Equal("\"1\"", saved.Headers.ETag!.Tag);
        var (back, backTag) = await GetAsync(client, imageId);
        Assert.Equal("\"1\"", backTag);
        Assert.Equal("a.bmp", back.File);
        Assert.All(back.Shapes, shape => Assert.StartsWith("Annotator-", shape.Author, StringComparison.Ordinal));
        Assert.Equal(shapes.Select(Unsigned), back.Shapes.Select(Unsigned));
        var facts = await FactsAsync(client, imageId);
        Assert.Equal(("anomaly", 4, 1), (facts.Label, facts.ShapeCount, facts.AnnotationRevision));
    }

    [Fact]
    public async Task Put_SomeoneWasFaster_ConflictNamesTheRevisionAndSavesNothing()
    {
        using var client = await _portal.ClientAsync(Roles.QaLead);
        var imageId = await NewImageAsync(client, (await PortalHost.NewProjectAsync(client)).Id);
        var (image, tag) = await GetAsync(client, imageId);
        (await PutAsync(client, imageId, image with { Label = ImageLabel.Anomaly, Shapes = [Box("theirs")] }, tag)).EnsureSuccessStatusCode();

        using var late = await PutAsync(client, imageId, image with { Label = ImageLabel.Good }, tag);

        Assert.Equal(HttpStatusCode.PreconditionFailed, late.StatusCode);
        Assert.Equal("\"1\"", late.Headers.ETag!.Tag);
        Assert.Equal(1, (await late.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("revision").GetInt32());
        Assert.Equal("theirs", Assert.Single((await GetAsync(client, imageId)).Image.Shapes).Id);
    }

    [Fact]
    public async Task Put_TwentyAtOnce_ExactlyOneWinsEachRevision()
    {
        using var client = await _portal.ClientAsync(Roles.QaLead);
        var imageId = await NewImageAsync(client, (await PortalHost.NewProjectAsync(client)).Id);
        var (image, tag) = await GetAsync(client, imageId);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => PutAsync(client, imageId, image with { Label = ImageLabel.Anomaly, Shapes = [Box($"s{i}")] }, tag)));

        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Equal(19, answers.Count(answer => answer.StatusCode == HttpStatusCode.PreconditionFailed));
        Assert.Single((await client.GetFromJsonAsync<List<RevisionAnswer>>($"/api/v1/images/{imageId}/annotations/revisions", Cancel))!);
    }

    [Fact]
    public async Task Put_RepeatedAfterALostAnswer_SavesOnceAndAnswersTheSame()
    {
        using var client = await _portal.ClientAsync(Roles.QaLead);
        var imageId = await NewImageAsync(client, (await PortalHost.NewProjectAsync(client)).Id);
        var (image, tag) = await GetAsync(client, imageId);
        var saveId = Guid.NewGuid();
        var wanted = image with { Label = ImageLabel.Anomaly, Shapes = [Box("a")] };

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => PutAsync(client, imageId, wanted, tag, saveId)));
        using var another = await PutAsync(client, imageId, wanted with { Shapes = [] }, "\"1\"");
        using var much = await PutAsync(client, imageId, wanted, tag, saveId);

        Assert.All(answers, answer => Assert.Equal("\"1\"", answer.Headers.ETag!.Tag));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal("\"2\"", another.Headers.ETag!.Tag);
        Assert.Equal(("\"1\"", HttpStatusCode.OK), (much.Headers.ETag!.Tag, much.StatusCode));
        Assert.Empty((await GetAsync(client, imageId)).Image.Shapes);
    }

    [Fact]
    public async Task Put_UnchangedShape_KeepsItsAuthorWhoeverSaves()
    {
        using var first = await _portal.ClientAsync(Roles.QaLead);
        using var second = await _portal.ClientAsync(Roles.Annotator);
        var imageId = await NewImageAsync(first, (await PortalHost.NewProjectAsync(first)).Id);
        var (image, tag) = await GetAsync(first, imageId);
        (await PutAsync(first, imageId, image with { Label = ImageLabel.Anomaly, Shapes = [Box("a"), Box("b")] }, tag)).EnsureSuccessStatusCode();
        var (saved, savedTag) = await GetAsync(second, imageId);

        (await PutAsync(second, imageId, saved with { Shapes = [saved.Shapes[0] with { Author = "x" }, Box("b", 7)] }, savedTag)).EnsureSuccessStatusCode();

        var shapes = (await GetAsync(first, imageId)).Image.Shapes;
        Assert.StartsWith("QaLead-", shapes[0].Author, StringComparison.Ordinal);
        Assert.StartsWith("Annotator-", shapes[1].Author, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.PreconditionRequired)]
    [InlineData("\"x\"", HttpStatusCode.BadRequest)]
    [InlineData("W/\"0\"", HttpStatusCode.BadRequest)]
    [InlineData("\"7\"", HttpStatusCode.PreconditionFailed)]
    public async Task Put_IfMatch_IsNeededAndChecked(string? ifMatch, HttpStatusCode expected)
    {
        using var client = await _portal.ClientAsync(Roles.QaLead);
        var imageId = await NewImageAsync(client, (await PortalHost.NewProjectAsync(client)).Id);
        var (image, _) = await GetAsync(client, imageId);

        using var answer = await PutAsync(client, imageId, image, ifMatch);

        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal("\"0\"", (await GetAsync(client, imageId)).Tag);
    }

    [Fact]
    public async Task Put_BrokenDocument_RefusedInTheUsersLanguageAndNotStored()
    {
        using var client = await _portal.ClientAsync(Roles.QaLead, "ko");
        var imageId = await NewImageAsync(client, (await PortalHost.NewProjectAsync(client)).Id);
        var (image, tag) = await GetAsync(client, imageId);
        var document = GroundTruthJson.Write(image with { Label = ImageLabel.Anomaly, Shapes = [Box("a")] });

        using var outside = await PutAsync(client, imageId, document.Replace("[1,2,3,4]", "[22,2,3,4]", StringComparison.Ordinal), tag);
        using var noJson = await PutAsync(client, imageId, "<xml/>", tag);
        using var size = await PutAsync(client, imageId, GroundTruthJson.Write(image with { Width = 25 }), tag);

        var problem = await outside.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, outside.StatusCode);
        Assert.Equal("GroundTruthOutOfBounds", problem.GetProperty("code").GetString());
        Assert.Contains("이미지 밖으로", problem.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, noJson.StatusCode);
        Assert.Equal("GroundTruthSizeMismatch", (await size.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
        Assert.Equal("\"0\"", (await GetAsync(client, imageId)).Tag);
    }

    [Fact]
    public async Task Put_SupervisorOrStranger_IsKeptOut()
    {
        using var lead = await _portal.ClientAsync(Roles.QaLead);
        using var supervisor = await _portal.ClientAsync(Roles.Supervisor);
        var project = await PortalHost.NewProjectAsync(lead);
        var imageId = await NewImageAsync(lead, project.Id);
        var (image, tag) = await GetAsync(supervisor, imageId);

        using var forbidden = await PutAsync(supervisor, imageId, image, tag);
        using var missing = await PutAsync(lead, Guid.NewGuid(), image, tag);

        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task Restore_EarlierRevision_BecomesTheNewestAndHistoryStays()
    {
        using var client = await _portal.ClientAsync(Roles.QaLead);
        var imageId = await NewImageAsync(client, (await PortalHost.NewProjectAsync(client)).Id);
        var (image, _) = await GetAsync(client, imageId);
        (await PutAsync(client, imageId, image with { Label = ImageLabel.Anomaly, Shapes = [Box("a")] }, "\"0\"")).EnsureSuccessStatusCode();
        (await PutAsync(client, imageId, image with { Label = ImageLabel.Good }, "\"1\"")).EnsureSuccessStatusCode();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/images/{imageId}/annotations/restore")
        {
            Content = JsonContent.Create(new RestoreRequest(1)),
        };
        request.Headers.Add("If-Match", "\"2\"");

        using var restored = await client.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.OK, restored.StatusCode);
        Assert.Equal("a", Assert.Single((await GetAsync(client, imageId)).Image.Shapes).Id);
        var history = await client.GetFromJsonAsync<List<RevisionAnswer>>($"/api/v1/images/{imageId}/annotations/revisions", Cancel);
        Assert.Equal(
            [(3, "anomaly", 1), (2, "good", 0), (1, "anomaly", 1)], history!.Select(revision => (revision.Revision, revision.Label, revision.ShapeCount)));
        Assert.Equal(
            ImageLabel.Good, GroundTruthJson.ReadImage(await client.GetStringAsync($"/api/v1/images/{imageId}/annotations/revisions/2", Cancel)).Label);
        using var unknown = await client.GetAsync($"/api/v1/images/{imageId}/annotations/revisions/9", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Labels_ManyImages_ThoseWithShapesAreLeft()
    {
        using var client = await _portal.ClientAsync(Roles.Annotator);
        using var lead = await _portal.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(lead);
        Guid[] ids = [await NewImageAsync(client, project.Id, 1), await NewImageAsync(client, project.Id, 2), await NewImageAsync(client, project.Id, 3)];
        var (image, tag) = await GetAsync(client, ids[2]);
        (await PutAsync(client, ids[2], image with { Label = ImageLabel.Anomaly, Shapes = [Box("a")] }, tag)).EnsureSuccessStatusCode();
        var stranger = Guid.NewGuid();

        using var answer = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/labels", new LabelsRequest([.. ids, stranger], "good"), Cancel);
        using var twice = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/labels", new LabelsRequest(ids[..2], "good"), Cancel);

        var labels = (await answer.Content.ReadFromJsonAsync<LabelsAnswer>(Cancel))!;
        Assert.Equal(ids[..2].Order(), labels.Labelled.Order());
        Assert.Equal(new[] { ids[2], stranger }.Order(), labels.Left.Order());
        Assert.Equal("good", (await FactsAsync(client, ids[0])).Label);
        Assert.Equal(1, (await FactsAsync(client, ids[0])).AnnotationRevision);
        using var wrong = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/labels", new LabelsRequest(ids, "perfect"), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Fact]
    public async Task Labels_OfManyImages_WaitForTheDiskOnceAndAddOneRevisionEach()
    {
        var commits = new CommitCounter();
        await using var portal = new PortalHost(configure: services => services.ConfigureDbContext<PortalDb>(options => options.AddInterceptors(commits)));
        using var client = await portal.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var pictures = Enumerable.Range(1, 12).Select(seed => ($"{seed}.bmp", Upload.Picture(seed))).ToArray();
        var ids = (await Upload.SendAsync(client, project.Id, pictures)).Files.Select(file => file.ImageId!.Value).ToArray();

        var before = commits.Count;
        using var answer = await client.PostAsJsonAsync($"/api/v1/projects/{project.Id}/labels", new LabelsRequest([.. ids, ids[0]], "good"), Cancel);

        Assert.Equal(1, commits.Count - before);
        Assert.Equal(ids.Order(), (await answer.Content.ReadFromJsonAsync<LabelsAnswer>(Cancel))!.Labelled.Order());
        await using var db = await portal.DbAsync();
        var revisions = await db.Set<AnnotationRevision>()
            .Where(revision => ids.Contains(revision.ImageId))
            .Select(revision => revision.Revision)
            .ToListAsync(Cancel);
        Assert.Equal(Enumerable.Repeat(1, ids.Length), revisions);
    }

    [Fact]
    public async Task Classes_AddChangeDelete_KeepDigitsUniqueAndUsedOnesAlive()
    {
        using var client = await _portal.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var url = $"/api/v1/projects/{project.Id}/classes";
        Assert.Equal("defect", Assert.Single((await client.GetFromJsonAsync<List<ClassAnswer>>(url, Cancel))!).Name);

        (await client.PutAsJsonAsync($"{url}/{Uri.EscapeDataString("긁힘 %")}", new ClassRequest("#00ff00", "1"), Cancel)).EnsureSuccessStatusCode();
        var imageId = await NewImageAsync(client, project.Id);
        var (image, tag) = await GetAsync(client, imageId);
        (await PutAsync(
            client, imageId, image with { Label = ImageLabel.Anomaly, Shapes = [Box("a", className: "긁힘 %"), Box("b", className: "new one")] },
            tag)).EnsureSuccessStatusCode();

        var classes = (await client.GetFromJsonAsync<List<ClassAnswer>>(url, Cancel))!;
        Assert.Equal([("defect", null, 0), ("긁힘 %", "1", 1), ("new one", "2", 1)], classes.Select(known => (known.Name, known.Hotkey, known.Shapes)));
        using var used = await client.DeleteAsync($"{url}/{Uri.EscapeDataString("긁힘 %")}", Cancel);
        using var unused = await client.DeleteAsync($"{url}/defect", Cancel);
        using var badColor = await client.PutAsJsonAsync($"{url}/x", new ClassRequest("red", null), Cancel);
        using var badName = await client.PutAsJsonAsync($"{url}/{new string('x', 101)}", new ClassRequest("#ff0000", null), Cancel);
        Assert.Equal(HttpStatusCode.Conflict, used.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, unused.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, badColor.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, badName.StatusCode);
    }

    [Fact]
    public async Task Folders_MvtecUpload_BecomesLabelsClassesAndMasks()
    {
        using var client = await _portal.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var mask = new byte[24 * 16 * 3];
        mask.AsSpan(3 * (5 * 24 + 7), 6).Fill(255);

        // One mask before its image, one after.
        var answer = await Upload.SendAsync(
            client, project.Id,
            ("train/good/0.bmp", Upload.Picture(1)), ("ground_truth/scratch/1_mask.bmp", BmpOf(mask)), ("test/scratch/1.bmp", Upload.Picture(2)),
            ("test/scratch/2.bmp", Upload.Picture(3)), ("ground_truth/scratch/2_mask.bmp", BmpOf(mask, 1)));

        Assert.Equal(5, answer.Accepted);
        var good = await GetAsync(client, answer.Files[0].ImageId!.Value);
        Assert.Equal((ImageLabel.Good, 0), (good.Image.Label, good.Image.Shapes.Count));
        foreach (var index in new[] { 2, 3 })
        {
            var (image, _) = await GetAsync(client, answer.Files[index].ImageId!.Value);
            var shape = Assert.IsType<MaskShape>(Assert.Single(image.Shapes));
            Assert.Equal(("scratch", ImageLabel.Anomaly), (shape.ClassName, image.Label));
            Assert.Equal(new PixelBounds(7, 5, index == 2 ? 2 : 3, 1), shape.Mask.Bounds());
        }
        Assert.Equal(2, Assert.Single((await client.GetFromJsonAsync<List<ClassAnswer>>($"/api/v1/projects/{project.Id}/classes", Cancel))!).Shapes);
    }

    private static Shape Unsigned(Shape shape) => shape with { Author = "", Time = null };

    /// <summary>A BMP of 24 x 16 with these pixels, top row first; <paramref name="extra"/> more white ones after the first two.</summary>
    private static byte[] BmpOf(byte[] pixels, int extra = 0)
    {
        var bytes = Upload.Picture(0);
        for (var y = 0; y < 16; y++)
        {
            pixels.AsSpan(y * 72, 72).CopyTo(bytes.AsSpan(54 + (15 - y) * 72));
        }
        bytes.AsSpan(54 + 10 * 72 + 9 * 3, 3 * extra).Fill(255);
        return bytes;
    }

    [Fact]
    public async Task Start_OneMaskCannotBeApplied_TheOthersAreAndItIsKeptForLater()
    {
        var folder = Directory.CreateTempSubdirectory("adclip-catch-up-").FullName;
        try
        {
            Guid[] ids;
            await using (var before = new PortalHost(folder))
            {
                using var client = await before.ClientAsync(Roles.QaLead);
                var project = await PortalHost.NewProjectAsync(client);
                var sent = await Upload.SendAsync(
                    client, project.Id, ("test/scratch/1.bmp", Upload.Picture(1)), ("ground_truth/scratch/1_mask.bmp", BmpOf(new byte[16 * 72])),
                    ("train/good/0.bmp", Upload.Picture(2)));
                ids = [sent.Files[0].ImageId!.Value, sent.Files[2].ImageId!.Value];
                // As a killed server leaves it; and what the first mask was is lost.
                await using var db = await before.DbAsync();
                await db.Set<ClassTally>().ExecuteDeleteAsync(Cancel);
                await db.Set<AnnotationRevision>().ExecuteDeleteAsync(Cancel);
                await db.Set<ImageRecord>().ExecuteUpdateAsync(
                    set => set.SetProperty(image => image.AnnotationRevision, 0).SetProperty(image => image.Label, ImageLabel.Unlabelled), Cancel);
                await db.Set<MaskFile>().ExecuteUpdateAsync(
                    set => set.SetProperty(file => file.AppliedAt, (DateTimeOffset?)null).SetProperty(file => file.Sha256, "damaged"), Cancel);
            }

            await using var portal = new PortalHost(folder);
            using var again = await portal.ClientAsync(Roles.QaLead);
            for (var attempt = 0; attempt < 200 && (await FactsAsync(again, ids[1])).Label != "good"; attempt++)
            {
                await Task.Delay(50, Cancel);
            }

            Assert.Equal(("good", "anomaly"), ((await FactsAsync(again, ids[1])).Label, (await FactsAsync(again, ids[0])).Label));
            await using var left = await portal.DbAsync();
            Assert.Null((await left.Set<MaskFile>().SingleAsync(Cancel)).AppliedAt);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Counts the transactions that were made durable.</summary>
    private sealed class CommitCounter : DbTransactionInterceptor
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public override Task TransactionCommittedAsync(
            DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _count);
            return Task.CompletedTask;
        }
    }
}
