using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using AdClip.Portal.Features.Images;
using AdClip.Portal.Features.Projects;
using AdClip.Portal.Shell.Access;
using AdClip.Portal.Storage;
using AdClip.Vision.GroundTruth;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AdClip.Portal.Tests.Features.Images;

public sealed class ImagesEndpointsTests(SharedPortal shared) : IClassFixture<SharedPortal>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_BatchWithABadFile_KeepsTheGoodOnesAndNamesTheBad()
    {
        using var client = await shared.Host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);

        var answer = await Upload.SendAsync(client, project.Id, ("a.bmp", Upload.Picture(1)), ("empty.png", []), ("parts/b.bmp", Upload.Picture(2)));

        Assert.Equal(["accepted", "refused", "accepted"], answer.Files.Select(file => file.Outcome));
        Assert.Equal("EmptyFile", answer.Files[1].Code);
        Assert.Equal("parts/b.bmp", answer.Files[2].Path);
        Assert.Equal((2, 0, 1), (answer.Accepted, answer.Duplicates, answer.Refused));
    }

    [Fact]
    public async Task Post_KoreanClient_MessageInKorean()
    {
        using var client = await shared.Host.ClientAsync(Roles.QaLead, "ko");
        var project = await PortalHost.NewProjectAsync(client);

        var answer = await Upload.PostAsync(client, project.Id, ("a.png", "hello"u8.ToArray()));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var file = Assert.Single((await answer.Content.ReadFromJsonAsync<UploadAnswer>(Cancel))!.Files);
        Assert.Contains("지원 형식", file.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_SameFileAgain_DuplicateWithTheSameIdEvenInParallel()
    {
        using var client = await shared.Host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Upload.SendAsync(client, project.Id, ("a.bmp", Upload.Picture(5)))));

        Assert.Single(answers.Select(answer => answer.Files[0].ImageId).Distinct());
        Assert.Equal(1, answers.Sum(answer => answer.Accepted));
        Assert.Equal(5, answers.Sum(answer => answer.Duplicates));
    }

    [Fact]
    public async Task Post_ConnectionLostHalfway_NothingStoredAndRetrySucceeds()
    {
        using var client = await shared.Host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var whole = Upload.Picture(9, 400, 300);
        using var body = new ByteArrayContent(
            [.. "--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.bmp\"\r\n\r\n"u8, .. whole.AsSpan(0, whole.Length / 2)]);
        body.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");

        var broken = await client.PostAsync($"/api/v1/projects/{project.Id}/images", body, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
        var folder = shared.Host.Services.GetRequiredService<DataFolder>();
        Assert.Empty(Directory.EnumerateFiles(folder.Incoming));
        var retried = await Upload.SendAsync(client, project.Id, ("a.bmp", whole));
        Assert.Equal(1, retried.Accepted);
    }

    [Fact]
    public async Task Post_SupervisorOrStranger_IsRefused()
    {
        using var lead = await shared.Host.ClientAsync(Roles.QaLead);
        using var supervisor = await shared.Host.ClientAsync(Roles.Supervisor);
        using var stranger = await shared.Host.ClientAsync(Roles.Annotator);
        var project = await PortalHost.NewProjectAsync(lead);
        var id = (await Upload.SendAsync(lead, project.Id, ("a.bmp", Upload.Picture(1)))).Files[0].ImageId;

        Assert.Equal(HttpStatusCode.Forbidden, (await Upload.PostAsync(supervisor, project.Id, ("b.bmp", Upload.Picture(2)))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await supervisor.DeleteAsync($"/api/v1/images/{id}", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await supervisor.GetAsync($"/api/v1/images/{id}/thumbnail", Cancel)).StatusCode);

        await using (var db = await shared.Host.DbAsync())
        {
            await db.Set<Project>().Where(p => p.Id == project.Id).ExecuteUpdateAsync(set => set.SetProperty(p => p.IsOpen, false), Cancel);
        }
        foreach (var address in (string[])["", "/original", "/thumbnail", "/display"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync($"/api/v1/images/{id}{address}", Cancel)).StatusCode);
        }
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync($"/api/v1/projects/{project.Id}/images", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.DeleteAsync($"/api/v1/images/{id}", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Upload.PostAsync(stranger, project.Id, ("c.bmp", Upload.Picture(3)))).StatusCode);
    }

    [Fact]
    public async Task Get_Listing_PagesByKeyWithoutGapsOrRepeats()
    {
        using var client = await shared.Host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        await Upload.SendAsync(client, project.Id, [.. Enumerable.Range(0, 7).Select(i => ($"{i}.bmp", Upload.Picture(i)))]);

        var names = new List<string>();
        Guid? after = null;
        do
        {
            var page = (await client.GetFromJsonAsync<ImagePage>($"/api/v1/projects/{project.Id}/images?limit=3&after={after}", Cancel))!;
            names.AddRange(page.Items.Select(image => image.FileName));
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"{i}.bmp"), names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Get_Listing_FiltersByLabelNameAndStatus()
    {
        using var client = await shared.Host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var files = (await Upload.SendAsync(
            client, project.Id, ("50%_a.bmp", Upload.Picture(1)), ("50xya.bmp", Upload.Picture(2)), ("c.bmp", Upload.Picture(3)))).Files;
        await using (var db = await shared.Host.DbAsync())
        {
            await db.Set<ImageRecord>()
                .Where(image => image.Id == files[2].ImageId)
                .ExecuteUpdateAsync(set => set.SetProperty(i => i.Label, ImageLabel.Anomaly), Cancel);
        }
        await client.DeleteAsync($"/api/v1/images/{files[1].ImageId}", Cancel);

        Assert.Equal(["c.bmp"], await NamesAsync(client, project.Id, "label=anomaly"));
        Assert.Equal(["50%_a.bmp"], await NamesAsync(client, project.Id, "label=unlabelled"));
        Assert.Equal(["50%_a.bmp"], await NamesAsync(client, project.Id, "name=50%25_"));
        Assert.Equal(["50xya.bmp"], await NamesAsync(client, project.Id, "status=deleted"));
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync($"/api/v1/projects/{project.Id}/images?label=bad", Cancel)).StatusCode);

        await client.PostAsync($"/api/v1/images/{files[1].ImageId}/restore", null, Cancel);
        Assert.Empty(await NamesAsync(client, project.Id, "status=deleted"));
    }

    [Fact]
    public async Task Get_Original_AnswersRangesAndConditionalRequests()
    {
        using var client = await shared.Host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var bytes = Upload.Picture(1);
        var id = (await Upload.SendAsync(client, project.Id, ("a.bmp", bytes))).Files[0].ImageId;

        using var part = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/images/{id}/original") { Headers = { Range = new RangeHeaderValue(10, 19) } };
        var range = await client.SendAsync(part, Cancel);
        Assert.Equal(HttpStatusCode.PartialContent, range.StatusCode);
        Assert.Equal(bytes[10..20], await range.Content.ReadAsByteArrayAsync(Cancel));

        foreach (var address in (string[])["original", "thumbnail", "display"])
        {
            var first = await client.GetAsync($"/api/v1/images/{id}/{address}", Cancel);
            Assert.True(first.Headers.CacheControl!.Private);
            using var again = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/images/{id}/{address}") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
            Assert.Equal(HttpStatusCode.NotModified, (await client.SendAsync(again, Cancel)).StatusCode);
        }
    }

    [Fact]
    public async Task Get_ThumbnailAndDisplay_AreMadeAgainWhenTheCacheIsGone()
    {
        using var client = await shared.Host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var id = (await Upload.SendAsync(client, project.Id, ("a.bmp", Upload.Picture(1)))).Files[0].ImageId;
        Directory.Delete(shared.Host.Services.GetRequiredService<DataFolder>().Cache, recursive: true);

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/api/v1/images/{id}/thumbnail", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/api/v1/images/{id}/display", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Post_DeletedImageAgain_ComesBackWithItsId()
    {
        using var client = await shared.Host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var id = (await Upload.SendAsync(client, project.Id, ("a.bmp", Upload.Picture(1)))).Files[0].ImageId;
        await client.DeleteAsync($"/api/v1/images/{id}", Cancel);

        var again = Assert.Single((await Upload.SendAsync(client, project.Id, ("b.bmp", Upload.Picture(1)))).Files);

        Assert.Equal(("accepted", id), (again.Outcome, again.ImageId));
        Assert.Contains(again.Hints, hint => hint.Code == "Restored");
        Assert.Equal(["a.bmp"], await NamesAsync(client, project.Id, ""));
    }

    [Fact]
    public async Task Post_MvtecFolder_LabelsAndMasksReachTheHandlerInAnyOrder()
    {
        var told = new ToldArrivals();
        await using var host = new PortalHost(configure: services => services.AddSingleton<IImageArrivalHandler>(told));
        using var client = await host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var arrivals = told.Arrivals;

        var answer = await Upload.SendAsync(
            client,
            project.Id,
            ("tile/ground_truth/crack/1_mask.bmp", Upload.Picture(11)),
            ("tile/test/crack/1.bmp", Upload.Picture(1)),
            ("tile/test/crack/2.bmp", Upload.Picture(2)),
            ("tile/ground_truth/crack/2_mask.bmp", Upload.Picture(12)),
            ("tile/train/good/3.bmp", Upload.Picture(3)));

        Assert.Equal(["mask", "image", "image", "mask", "image"], answer.Files.Select(file => file.Kind));
        Assert.Equal(3, (await NamesAsync(client, project.Id, "")).Count);
        Assert.Equal(answer.Files[2].ImageId, answer.Files[3].ImageId);
        Assert.Equal(
            [
                (answer.Files[1].ImageId, ImageLabel.Anomaly, true), (answer.Files[2].ImageId, ImageLabel.Anomaly, false),
                (answer.Files[2].ImageId, ImageLabel.Anomaly, true), (answer.Files[4].ImageId, ImageLabel.Good, false),
            ],
            arrivals.Select(arrival => ((Guid?)arrival.ImageId, arrival.FolderLabel, arrival.MaskFileId is not null)));
        Assert.Equal("crack", arrivals[0].FolderClass);
    }

    [Fact]
    public async Task Post_ZipBombNamedAsBitmap_StoppedWhileReading()
    {
        using var client = await shared.Host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("bomb.bmp", CompressionLevel.Optimal).Open();
            entry.Write(Upload.Picture(1, 7000, 7000).AsSpan(0, 54));
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 100; i++)
            {
                entry.Write(zeros);
            }
        }

        var file = Assert.Single((await Upload.SendAsync(client, project.Id, ("bomb.zip", packed.ToArray()))).Files);

        Assert.Equal(("refused", "ArchiveBomb"), (file.Outcome, file.Entries![0].Code));
        Assert.Empty(Directory.EnumerateFiles(shared.Host.Services.GetRequiredService<DataFolder>().Incoming));
    }

    [Fact]
    public async Task Post_KoreanWindowsZip_NamesAreRead()
    {
        using var client = await shared.Host.ClientAsync(Roles.QaLead);
        var project = await PortalHost.NewProjectAsync(client);
        var korean = System.Text.CodePagesEncodingProvider.Instance.GetEncoding(949)!;
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true, new UnmarkedKorean(korean)))
        {
            using var entry = zip.CreateEntry("불량/자석 타일.bmp").Open();
            entry.Write(Upload.Picture(1));
        }

        await Upload.SendAsync(client, project.Id, ("k.zip", packed.ToArray()));

        Assert.Equal(["자석 타일.bmp"], await NamesAsync(client, project.Id, ""));
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(HttpClient client, Guid projectId, string query) =>
        [.. (await client.GetFromJsonAsync<ImagePage>($"/api/v1/projects/{projectId}/images?{query}", Cancel))!.Items.Select(image => image.FileName)];

    /// <summary>Writes names as Windows does, without the mark that says UTF-8.</summary>
    private sealed class UnmarkedKorean(System.Text.Encoding korean) : System.Text.Encoding
    {
        public override int GetByteCount(char[] chars, int index, int count) => korean.GetByteCount(chars, index, count);

        public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex)
            => korean.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

        public override int GetCharCount(byte[] bytes, int index, int count) => korean.GetCharCount(bytes, index, count);

        public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
            => korean.GetChars(bytes, byteIndex, byteCount, chars, charIndex);

        public override int GetMaxByteCount(int charCount) => korean.GetMaxByteCount(charCount);

        public override int GetMaxCharCount(int byteCount) => korean.GetMaxCharCount(byteCount);
    }

    /// <summary>Handles arrivals by remembering them.</summary>
    private sealed class ToldArrivals : IImageArrivalHandler
    {
        public List<ImageArrival> Arrivals { get; } = [];

        public Task ArrivedAsync(ImageArrival arrival, CancellationToken cancel)
        {
            Arrivals.Add(arrival);
            return Task.CompletedTask;
        }
    }
}
